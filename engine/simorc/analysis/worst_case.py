"""How far each limit of a spec is away, in sigma of the random variables, at each condition."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from simorc.analysis.circuit import Circuit, Limit, Progress, limits_of
from simorc.analysis.conditions import Condition
from simorc.analysis.evaluation import Evaluator
from simorc.analysis.failure_probability.failure_search import WorstCase
from simorc.analysis.failure_probability.importance import Estimate
from simorc.analysis.failure_probability.normal import sigma_of
from simorc.analysis.failure_probability.starting_points import worst_cases
from simorc.analysis.failure_probability.verification import verified
from simorc.analysis.local_model import LocalModel
from simorc.analysis.subject import Subject
from simorc.config.models.analysis import Samples

_NOT_NORMAL = 0.05
"""A relative difference of the distances from which a normal distribution misleads."""


@dataclass(frozen=True)
class LimitDistance:
    """The worst-case distance of one limit at one condition.

    `worst` is the result of the search; `variables` are its point by name, the largest first. `normal` is the
    distance that a normal distribution with the same standard deviation has. `estimate` is the probability
    from samples, where it was asked for or where the search has not settled. `further` are the worst-case
    points of other failure regions, `names` the variables in the order of the deck. `simulations` were made
    for this limit, in addition to those that all limits of the condition share.
    """

    condition: Condition
    limit: Limit
    nominal: float
    worst: WorstCase
    variables: Mapping[str, float]
    normal: float
    simulations: int
    estimate: Estimate | None = None
    further: Sequence[WorstCase] = ()
    names: Sequence[str] = ()

    @property
    def distance(self) -> float | None:
        """In sigma, negative where the nominal point violates the limit; None where the search has not
        settled.
        """
        return self.worst.distance if self.worst.settled else None

    @property
    def probability(self) -> float | None:
        """Of violating the limit: from samples, else of a limit that is flat around the points of all regions
        (an upper bound where these overlap).
        """
        if self.estimate is not None:
            return self.estimate.probability
        if not self.worst.settled:
            return None
        return min(1.0, self.worst.probability + sum(each.probability for each in self.further))

    def point_of(self, region: WorstCase) -> dict[str, float]:
        """The variables at the point of a region by name, the largest first."""
        order = np.argsort(-np.abs(region.point))
        return {self.names[place]: float(region.point[place]) for place in order}

    @property
    def sigma(self) -> float | None:
        """The best number of sigma there is: from samples, else the distance."""
        return self.estimate.sigma if self.estimate is not None else self.distance

    @property
    def is_normal(self) -> bool | None:
        """Whether a normal distribution gives about this distance; None where neither is known."""
        if self.sigma is None or not math.isfinite(self.normal) or not math.isfinite(self.sigma):
            return None
        ends = (self.sigma, self.sigma) if self.estimate is None else self.estimate.sigma_interval
        slack = max(0.1, _NOT_NORMAL * abs(self.sigma))
        return ends[0] - slack <= self.normal <= ends[1] + slack

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "condition": self.condition.name,
            "measurement": self.limit.measurement,
            "limit": self.limit.name,
            "nominal": self.nominal,
            "distance": self.distance,
            "settled": self.worst.settled,
            "reason": self.worst.reason,
            "normal_distance": self.normal if math.isfinite(self.normal) else None,
            "normal": self.is_normal,
            "point": dict(self.variables),
            "further_regions": [
                {"distance": each.distance, "point": self.point_of(each)} for each in self.further
            ],
            "probability": self.probability,
            "estimate": None if self.estimate is None else estimate_json(self.estimate),
            "simulations": self.simulations,
        }


def estimate_json(estimate: Estimate) -> dict[str, Any]:
    """An estimate as plain data; what is infinite is None."""
    low, high = estimate.sigma_interval
    finite = {"sigma": estimate.sigma, "sigma_low": low, "sigma_high": high, "variation": estimate.variation}
    return {
        "method": estimate.method,
        "probability": estimate.probability,
        "low": estimate.low,
        "high": estimate.high,
        **{name: value if math.isfinite(value) else None for name, value in finite.items()},
        "samples": estimate.samples,
        "failures": estimate.failures,
        "failed_simulations": estimate.unknown,
    }


def distances(
    subject: Subject,
    evaluator: Evaluator,
    measurements: Sequence[str],
    *,
    verify: Samples | None = None,
    worst_corner: bool = False,
    starts: int = 0,
    progress: Progress = lambda simulations: None,
) -> list[LimitDistance]:
    """The worst-case distance of every limit at every condition; with `worst_corner` at the condition in
    which the linear model puts the limit nearest.

    `starts` more searches begin in random directions. `verify` are the samples of the probability at each
    limit. Raises UsageError where nothing is random or a simulation near the nominal point fails.
    """
    circuits = [subject.circuit(evaluator, each, measurements, progress) for each in subject.conditions]
    for circuit in circuits:
        circuit.star()
    found = []
    for name in measurements:
        asked = [
            (circuit, limit)
            for circuit in circuits
            for limit in limits_of(subject.specs[name], circuit.condition)
        ]
        for circuit, limit in _nearest(asked) if worst_corner else asked:
            found.append(_distance(circuit, limit, verify, starts))
    return found


def _nearest(asked: Sequence[tuple[Circuit, Limit]]) -> list[tuple[Circuit, Limit]]:
    """For each side of a range, the condition in which the linear model puts the limit nearest."""
    nearest: dict[bool, tuple[float, tuple[Circuit, Limit]]] = {}
    for circuit, limit in asked:
        distance = _signed(circuit.model(limit.measurement), limit)
        if limit.is_minimum not in nearest or distance < nearest[limit.is_minimum][0]:
            nearest[limit.is_minimum] = distance, (circuit, limit)
    return [each for _, each in nearest.values()]


def _signed(model: LocalModel, limit: Limit) -> float:
    """The distance of a normal distribution, negative where the nominal value violates the limit."""
    inside = float(limit.margins(np.array([model.nominal]))[0])
    return math.copysign(model.normal_distance(limit.value), inside) if inside else 0.0


def _distance(circuit: Circuit, limit: Limit, verify: Samples | None, starts: int) -> LimitDistance:
    before = circuit.simulations
    model, margin = circuit.model(limit.measurement), circuit.margin(limit)
    values = circuit.star()[:, circuit.measurements.index(limit.measurement)]
    margins = limit.margins(values)
    discrete = any(each.is_discrete for each in circuit.variables)
    if discrete:
        still = np.zeros(len(circuit.variables))
        worsts = [WorstCase(still, 0.0, False, still, "a variable has two values only (limit)")]
    else:
        worsts = worst_cases(margin, margins, 1.0, starts, 1 if verify is None else verify.seed)
    worst = worsts[0]
    names = [each.name for each in circuit.variables]
    order = np.argsort(-np.abs(worst.point))
    found = LimitDistance(
        condition=circuit.condition,
        limit=limit,
        nominal=model.nominal,
        worst=worst,
        variables={names[place]: float(worst.point[place]) for place in order},
        normal=_signed(model, limit),
        further=worsts[1:],
        names=names,
        simulations=circuit.simulations - before,
    )
    if verify is None:
        return found
    estimate = verified(margin, worsts, float(margins[0]), verify.samples, verify.seed)
    return replace(found, estimate=estimate, simulations=circuit.simulations - before)


@dataclass(frozen=True)
class RangeDistance:
    """All limits of a spec at a condition together: the probabilities of its sides are added."""

    condition: str
    measurement: str
    probability: float
    limits: Sequence[LimitDistance]

    @property
    def sigma(self) -> float:
        """The probability as a number of sigma of one limit."""
        return sigma_of(self.probability)


def ranges(found: Sequence[LimitDistance]) -> list[RangeDistance]:
    """The specs with two limits whose probabilities are both known."""
    groups: dict[tuple[str, str], list[LimitDistance]] = {}
    for each in found:
        groups.setdefault((each.condition.name, each.limit.measurement), []).append(each)
    return [
        RangeDistance(*key, min(1.0, sum(each.probability or 0.0 for each in both)), both)
        for key, both in groups.items()
        if len(both) == 2 and all(each.probability is not None for each in both)
    ]
