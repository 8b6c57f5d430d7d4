"""Built-in measurements of a DC sweep. The axis is the swept source or parameter."""

from __future__ import annotations

from simorc.measurements.arrays import Floats
from simorc.measurements.builtins.registry import SIGNAL_UNIT, builtin
from simorc.measurements.interpolation import nth_crossing


@builtin(analysis="dc", unit="V", units={"level": SIGNAL_UNIT, "ideal": "V"})
def offset(sweep: Floats, signal: Floats, *, level: float = 0.0, ideal: float = 0.0, n: int = 1) -> float:
    """The swept value where the signal first crosses ``level``, minus the ``ideal`` one, in the sweep's unit.

    For an input offset sweep the differential input and give the output's balanced level. Missing where the
    level is not crossed.
    """
    return nth_crossing(sweep, signal, level, n) - ideal
