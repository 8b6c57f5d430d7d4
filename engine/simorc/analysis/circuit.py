"""The measurements of a testbench at one corner as functions of its random variables."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from simorc.analysis.conditions import Condition
from simorc.analysis.evaluation import Evaluator
from simorc.analysis.failure_probability.limit_states import Array, Margin
from simorc.analysis.local_model import LocalModel, from_star, star
from simorc.analysis.points import Evaluation, Point
from simorc.config.definitions import Spec
from simorc.errors import UsageError
from simorc.measurements.spec_limits import limits_at
from simorc.netlist.random_variables.variables import HoistedDeck, RandomVariable

Progress = Callable[[int], None]
"""Called with the number of simulations so far."""


@dataclass(frozen=True)
class Limit:
    """One limit of a spec: a measurement is to be at least (`is_minimum`) or at most `value`, in its unit."""

    measurement: str
    value: float
    is_minimum: bool

    @property
    def name(self) -> str:
        """Such as ``offset < 0.01``."""
        return f"{self.measurement} {'>' if self.is_minimum else '<'} {self.value:g}"

    def margins(self, values: Array) -> Array:
        """How far values of the measurement are inside the limit, in its unit."""
        return values - self.value if self.is_minimum else self.value - values


def limits_of(spec: Spec, condition: Condition) -> list[Limit]:
    """The limits of a spec at a condition: none, one or both."""
    low, high = limits_at(spec, condition.corner_names)
    found = [Limit(spec.measurement, low, True)] if math.isfinite(low) else []
    return [*found, Limit(spec.measurement, high, False)] if math.isfinite(high) else found


class Circuit:
    """A testbench at one condition. Values of simulations are kept: the same sample is simulated once.

    `simulations` counts those made here. `failures` are the messages of simulations that failed.
    """

    def __init__(
        self,
        evaluator: Evaluator,
        testbench: str,
        condition: Condition,
        measurements: Sequence[str],
        progress: Progress = lambda simulations: None,
    ) -> None:
        self.condition = condition
        self.measurements = tuple(measurements)
        self.simulations = 0
        self.failures: list[str] = []
        self.nominal = Point(testbench, condition.parameters, condition.corner)
        self.deck: HoistedDeck = evaluator.deck_of(self.nominal)
        self._evaluator = evaluator
        self._progress = progress
        self._known: dict[bytes, Array] = {}
        known = evaluator.bench(testbench).measurements
        if unknown := [name for name in measurements if name not in known]:
            raise UsageError(f"testbench '{testbench}' has no measurement '{unknown[0]}'")

    @property
    def variables(self) -> Sequence[RandomVariable]:
        """The random variables of the deck."""
        return self.deck.variables

    def values(self, samples: Array) -> Array:
        """The measurements of samples: shape (samples, variables) -> (samples, measurements).

        nan where a simulation has failed or has no value.
        """
        keys = [sample.tobytes() for sample in np.asarray(samples, dtype=np.float64)]
        new = {key: sample for key, sample in zip(keys, samples, strict=True) if key not in self._known}
        points = [self.point(sample) for sample in new.values()]
        for key, evaluation in zip(new, self._evaluated(points), strict=True):
            self._known[key] = self._row(evaluation)
        return np.array([self._known[key] for key in keys]).reshape(len(keys), len(self.measurements))

    def _evaluated(self, points: Sequence[Point]) -> Iterable[Evaluation]:
        if not points:
            return []

        def heard(_place: int, _evaluation: Evaluation) -> None:
            self.simulations += 1
            self._progress(1)

        return self._evaluator.run(points, heard)

    def _row(self, evaluation: Evaluation) -> Array:
        if evaluation.failure:
            self.failures.append(evaluation.failure)
        found = [evaluation.value(name) for name in self.measurements]
        return np.array([math.nan if value is None else value for value in found])

    def point(self, sample: Array) -> Point:
        """The point of a sample: its values by the names of the variables, those that are 0 left out."""
        pairs = zip(self.variables, sample, strict=True)
        return replace(
            self.nominal, variables={variable.name: float(value) for variable, value in pairs if value}
        )

    def star(self, step: float = 1.0) -> Array:
        """The measurements at the 2N + 1 samples of `local_model.star`, shape (2N + 1, measurements)."""
        return self.values(star(len(self.variables), step))

    def model(self, measurement: str, step: float = 1.0) -> LocalModel:
        """A measurement around the nominal point, from `star`. Raises UsageError where one of it failed."""
        values = self.star(step)[:, self.measurements.index(measurement)]
        if not np.all(np.isfinite(values)):
            reason = self.failures[0] if self.failures else "no value"
            raise UsageError(f"{measurement} has no value near the nominal point: {reason}")
        return from_star(values, step)

    def margin(self, limit: Limit) -> Margin:
        """How far the samples are inside a limit."""
        column = self.measurements.index(limit.measurement)
        return lambda samples: limit.margins(self.values(samples)[:, column])
