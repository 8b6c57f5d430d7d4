"""The honest summary of a circuit's yield: Monte Carlo with its interval beside the worst-case distances."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from simorc.analysis.circuit import Circuit, Progress
from simorc.analysis.conditions import Condition
from simorc.analysis.evaluation import Evaluator
from simorc.analysis.failure_probability.limit_states import Array
from simorc.analysis.failure_probability.normal import sigma_of
from simorc.analysis.subject import Subject
from simorc.analysis.worst_case import LimitDistance, distances
from simorc.config.definitions import Spec
from simorc.config.models.analysis import Samples
from simorc.measurements.spec_limits import meets
from simorc.measurements.yield_interval import Yield, yield_of

TOTAL = "total"
"""The name of the row about all conditions or all specs."""
Passed = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class YieldRow:
    """The yield of one spec at one condition, or of all of them (`measurement` or `condition` is ``total``).

    `sampled` counts Monte Carlo samples, of which `failed_simulations` gave no value: they count as
    violating. `violations` is the probability of violating a limit by the worst-case distances: of all sides
    together; None where one is not known. `low` and `high` are its interval where samples have verified it.
    """

    condition: str
    measurement: str
    sampled: Yield
    failed_simulations: int
    violations: float | None
    low: float | None = None
    high: float | None = None

    @property
    def sigma(self) -> float | None:
        """The probability of a violation as a number of sigma."""
        return None if self.violations is None else sigma_of(self.violations)

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "condition": self.condition,
            "measurement": self.measurement,
            "passed": self.sampled.passed,
            "samples": self.sampled.total,
            "yield": self.sampled.fraction,
            "yield_low": self.sampled.low,
            "yield_high": self.sampled.high,
            "failed_simulations": self.failed_simulations,
            "violation_probability": self.violations,
            "violation_low": self.low,
            "violation_high": self.high,
        }


@dataclass(frozen=True)
class YieldSummary:
    """Every row, those of single specs first, and the worst-case distances they rest on."""

    rows: Sequence[YieldRow]
    distances: Sequence[LimitDistance]

    @property
    def total(self) -> YieldRow:
        """All specs at all conditions."""
        return self.rows[-1]


def summarize(
    subject: Subject,
    evaluator: Evaluator,
    names: Sequence[str],
    drawn: Samples,
    *,
    verify: Samples | None = None,
    progress: Progress = lambda simulations: None,
) -> YieldSummary:
    """The yield of the specs `names` at every condition, and in total.

    All conditions have the same samples, so that a sample is one circuit. Raises UsageError as `distances`.
    """
    found = distances(subject, evaluator, names, verify=verify, progress=progress)
    circuits = [subject.circuit(evaluator, each, names, progress) for each in subject.conditions]
    passed: dict[tuple[str, str], Passed] = {}
    lost: dict[tuple[str, str], Passed] = {}
    for circuit, samples in zip(circuits, drawn_samples(circuits, drawn), strict=True):
        values = circuit.values(samples)
        for name, own in zip(circuit.measurements, values.T, strict=True):
            key = circuit.condition.name, name
            passed[key] = _meeting(subject.specs[name], own, circuit.condition)
            lost[key] = ~np.isfinite(own)
    rows = [_row(*key, [passed[key]], [lost[key]], found) for key in passed]
    for condition in (*(each.name for each in subject.conditions), TOTAL):
        keys = [key for key in passed if condition in (TOTAL, key[0])]
        good, missing = [passed[key] for key in keys], [lost[key] for key in keys]
        rows.append(_row(condition, TOTAL, good, missing, found))
    return YieldSummary(rows, found)


def drawn_samples(circuits: Sequence[Circuit], drawn: Samples) -> list[Array]:
    """The samples of each circuit. A variable has the same value in all circuits that have it."""
    names = list(dict.fromkeys(each.name for circuit in circuits for each in circuit.variables))
    samples = np.random.default_rng(drawn.seed).standard_normal((drawn.samples, len(names)))
    return [samples[:, [names.index(each.name) for each in circuit.variables]] for circuit in circuits]


def _meeting(spec: Spec, values: Array, condition: Condition) -> Passed:
    """Which values meet the spec; a missing one does not."""
    names = condition.corner_names
    return np.array([math.isfinite(each) and meets(spec, each, names) for each in values.tolist()])


def _row(
    condition: str,
    measurement: str,
    passed: Sequence[Passed],
    lost: Sequence[Passed],
    found: Sequence[LimitDistance],
) -> YieldRow:
    """The row of samples that are good if they pass everywhere, and lost if a value is missing anywhere."""
    good, missing = np.all(passed, axis=0), np.any(lost, axis=0)
    own = [
        each
        for each in found
        if condition in (TOTAL, each.condition.name) and measurement in (TOTAL, each.limit.measurement)
    ]
    known = [each.probability for each in own]
    ends = [each.estimate for each in own]
    return YieldRow(
        *(condition, measurement, yield_of(int(good.sum()), len(good)), int(missing.sum())),
        violations=None if None in known else min(1.0, sum(each for each in known if each is not None)),
        low=None if None in ends else max((each.low for each in ends if each is not None), default=0.0),
        high=None if None in ends else min(1.0, sum(each.high for each in ends if each is not None)),
    )
