"""An amplifier of formulas: three variables, four corners, five measurements."""

from __future__ import annotations

from collections.abc import Sequence

from simorc.analysis.sizing.problem import Corner, Problem, Readings, Wish
from simorc.analysis.sizing.space import Space, Variable
from simorc.analysis.sizing.trials import Trial
from simorc.config.definitions import Spec

CORNERS = [Corner("typical"), Corner("fast"), Corner("slow"), Corner("hot")]
SPEED = (1.0, 1.3, 0.6, 0.8)
"""The transconductance of each corner, relative to the first."""

SPACE = Space(
    [
        Variable("w", 1.0, 100.0, 4.0, log=True),
        Variable("ib", 1.0, 100.0, 5.0, log=True),
        Variable("cc", 0.1, 10.0, 3.0, log=True),
    ]
)
SPECS = {
    "ac": [
        Spec("gbw", min=15e6, unit="Hz"),
        Spec("pm", min=60, unit="deg"),
        Spec("area", max=60),
        Spec("slew", min=5e6, unit="V/s"),
    ]
}
IDD = Wish(("ac", "idd"), log=True)
UNITS = {("ac", "gbw"): "Hz", ("ac", "slew"): "V/s", ("ac", "idd"): "A", ("ac", "pm"): "deg"}


def amplifier(w: float, ib: float, cc: float, speed: float = 1.0) -> dict[str, float]:
    """The measurements at a corner of that speed; no phase margin where it would be negative."""
    gm = 1e-5 * speed * (w * ib) ** 0.5
    gbw = gm / (6.3e-12 * cc)
    found = {"gbw": gbw, "pm": 90 - 6e-7 * gbw * w**0.3, "area": w + 5 * cc, "idd": 3e-6 * ib}
    return {name: value for name, value in found.items() if name != "pm" or value > 0} | {
        "slew": 1e-6 * ib / (cc * 1e-12)
    }


class Formulas:
    """A `Measure` of the amplifier, which counts."""

    def __init__(self) -> None:
        self.trials: list[Trial] = []

    def __call__(self, trials: Sequence[Trial]) -> list[Readings]:
        self.trials += trials
        return [self._read(trial) for trial in trials]

    def _read(self, trial: Trial) -> Readings:
        place, corner = trial
        values = amplifier(**SPACE.values(place), speed=SPEED[corner])
        return Readings({("ac", name): value for name, value in values.items()})


def problem(wish: Wish | None = IDD) -> Problem:
    return Problem(SPECS, CORNERS, UNITS, wish)
