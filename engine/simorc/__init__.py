"""simorc: parameter sweeps, corners and Monte Carlo for ngspice.

The headless engine. ``import simorc`` is free: every part is imported where it is used, so that the quick
commands stay quick. See ``docs/architecture.md`` for the parts and which way they may import one another.

For results in Python::

    import simorc

    run = simorc.open_run("simulations/pvt_ac_20260101120000")
    run.frame.values("gain")        # numpy array, one entry per case, NaN where missing
    run.waves(17)["v(out)"]         # a waveform of case 17
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simorc.results.open_run import OpenRun, open_run

__all__ = ["OpenRun", "__version__", "open_run"]
__version__ = "0.1.0.dev0"


def __getattr__(name: str) -> Any:
    """``open_run`` and ``OpenRun``, imported on first use: they import numpy."""
    if name in ("open_run", "OpenRun"):
        return getattr(importlib.import_module("simorc.results.open_run"), name)
    raise AttributeError(f"module 'simorc' has no attribute {name!r}")
