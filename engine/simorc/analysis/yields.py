"""The honest summary of a circuit's yield: Monte Carlo with its interval beside the worst-case distances."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from simorc.analysis.circuit import Circuit, Progress, limits_of
from simorc.analysis.evaluation import Evaluator
from simorc.analysis.normal import sigma_of
from simorc.analysis.subject import Subject
from simorc.analysis.worst_case import LimitDistance, distances
from simorc.config.models.analysis import Samples
from simorc.measurements.yield_interval import Yield, yield_of

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
    passed: dict[tuple[str, str], Passed] = {}
    lost: dict[tuple[str, str], int] = {}
    for condition in subject.conditions:
        circuit = subject.circuit(evaluator, condition, names, progress)
        for name, good, failed in _sampled(subject, circuit, drawn):
            passed[condition.name, name], lost[condition.name, name] = good, failed
    rows = [_row(*key, good, lost[key], found) for key, good in passed.items()]
    for condition in subject.conditions:
        every = np.all([good for (at, _), good in passed.items() if at == condition.name], axis=0)
        rows.append(_row(condition.name, "total", every, 0, found))
    rows.append(_row("total", "total", np.all(list(passed.values()), axis=0), 0, found))
    return YieldSummary(rows, found)


def _sampled(subject: Subject, circuit: Circuit, drawn: Samples) -> list[tuple[str, Passed, int]]:
    """For each measurement which samples meet its limits, and how many have no value."""
    samples = np.random.default_rng(drawn.seed).standard_normal((drawn.samples, len(circuit.variables)))
    values = circuit.values(samples)
    found = []
    for column, name in enumerate(circuit.measurements):
        own = values[:, column]
        limits = limits_of(subject.specs[name], circuit.condition.corner)
        good = np.isfinite(own)
        for limit in limits:
            good &= limit.margins(np.where(np.isfinite(own), own, np.nan)) >= 0
        found.append((name, good, int((~np.isfinite(own)).sum())))
    return found


def _row(
    condition: str, measurement: str, good: Passed, failed: int, found: Sequence[LimitDistance]
) -> YieldRow:
    own = [
        each
        for each in found
        if condition in ("total", each.condition.name) and measurement in ("total", each.limit.measurement)
    ]
    known = [each.probability for each in own]
    ends = [each.estimate for each in own]
    return YieldRow(
        *(condition, measurement, yield_of(int(good.sum()), len(good)), failed),
        violations=None if None in known else min(1.0, sum(each for each in known if each is not None)),
        low=None if None in ends else max((each.low for each in ends if each is not None), default=0.0),
        high=None if None in ends else min(1.0, sum(each.high for each in ends if each is not None)),
    )
