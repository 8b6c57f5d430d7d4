"""A point at which a testbench is simulated, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from simorc.units import Value


@dataclass(frozen=True)
class Point:
    """Where a testbench is simulated.

    `parameters` replace defaults of the testbench; `corner` is the name of the corner they belong to, if they
    do. `variables` are standard normal values of the random variables of the deck, by name (``xo.xm3 vth``):
    the others are 0, their nominal value. None simulates the deck as it is written, with the models' own
    random numbers if it has any, drawn from `seed`. An evaluator with `dimensions` also takes
    relative changes of those of devices there (``xdut.xm1.w``: 0.01).
    """

    testbench: str
    parameters: Mapping[str, Value] = field(default_factory=dict)
    corner: str | None = None
    variables: Mapping[str, float] | None = field(default_factory=dict)
    seed: int | None = None


@dataclass(frozen=True)
class Evaluation:
    """What came of one point.

    `measurements` have their own units. `failure` says why the point has no verdict of the simulator, empty
    if it is completed; a failed point may have some of its measurements.
    """

    point: Point
    measurements: Mapping[str, float]
    failure: str = ""
    kind: str = ""
    seconds: float = 0.0

    @property
    def completed(self) -> bool:
        return not self.failure

    def value(self, measurement: str) -> float | None:
        """The value of a measurement; None where the point failed or has none."""
        return self.measurements.get(measurement) if self.completed else None
