"""How much each numeric parameter of a testbench changes each measurement."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from simorc.analysis.conditions import Condition
from simorc.analysis.parameter_steps import AllowedSteps, Gap, ParameterStep, dimension_steps, steps_of
from simorc.analysis.points import Evaluation, Point
from simorc.netlist.random_variables.dimensions import Dimension
from simorc.units import Value

Heard = Callable[[int, Evaluation], None]
Simulate = Callable[[Sequence[Point], Heard], list[Evaluation]]
"""Evaluates points in their order, as `Evaluator.run` does."""

_ROUNDING = 1e-9
"""A nominal value this small beside its changes is 0."""
_NOISE = 1e-6
"""A bend this small beside the values is no bend."""


@dataclass(frozen=True)
class Effect:
    """What one parameter does to a measurement.

    `slope` is in the units of both. `normalised` is in % per %, None where the measurement or the parameter
    is 0. `change` is that of the measurement for 1 % of the parameter, or for one step where that is 0.
    `is_bent`: the changes for a step up and a step down are far from opposite.
    """

    step: ParameterStep
    slope: float
    normalised: float | None
    change: float
    is_bent: bool

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "parameter": self.step.parameter,
            "kind": "parameter" if self.step.dimension is None else "dimension",
            "value": float(self.step.value),
            "written": self.step.shown_value,
            "step": self.step.size,
            "differences": "forward" if self.step.low is None else "central",
            "whole_number": self.step.is_whole,
            "slope": self.slope,
            "percent_per_percent": self.normalised,
            "change": self.change,
            "linear": not self.is_bent,
        }


@dataclass(frozen=True)
class Sensitivities:
    """The sensitivities of a measurement at a condition, the largest change first.

    `nominal` is None where the nominal simulation failed or has no value; every parameter is a gap then.
    `simulations` are those of the condition, for all its measurements.
    """

    condition: str
    measurement: str
    nominal: float | None
    simulations: int
    effects: Sequence[Effect]
    gaps: Sequence[Gap]

    @property
    def has_failed(self) -> bool:
        """Whether a value is missing because of a simulation."""
        return self.nominal is None or any(each.failed for each in self.gaps)

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "condition": self.condition,
            "measurement": self.measurement,
            "nominal": self.nominal,
            "simulations": self.simulations,
            "parameters": [each.to_json() for each in self.effects],
            "gaps": [asdict(each) for each in self.gaps],
        }


@dataclass(frozen=True)
class _Star:
    """The nominal point of a condition, then the points of each step."""

    condition: Condition
    steps: Sequence[ParameterStep]
    gaps: Sequence[Gap]
    points: Sequence[Point]


def sensitivities(
    simulate: Simulate,
    testbench: str,
    defaults: Mapping[str, Value],
    conditions: Sequence[Condition],
    measurements: Sequence[str],
    allowed: AllowedSteps,
    chosen: Sequence[str] = (),
    progress: Callable[[int], None] = lambda simulations: None,
    dimensions: Callable[[Condition], Sequence[Dimension]] = lambda condition: (),
) -> list[Sensitivities]:
    """The sensitivities of each measurement at each condition, by 2N + 1 simulations for N parameters and
    dimensions of devices.

    `defaults` are the parameters of the testbench, `chosen` what to step (all, if empty). A simulation that
    fails is a gap. Raises UsageError for a step that is lost in the digits of a value.
    """
    stars = [_star(testbench, defaults, each, allowed, chosen, dimensions(each)) for each in conditions]
    points = [point for star in stars for point in star.points]
    evaluations = iter(simulate(points, lambda place, evaluation: progress(1)))
    found = []
    for star in stars:
        own = [next(evaluations) for _ in star.points]
        found += [_sensitivities(star, own, name) for name in measurements]
    return found


def _star(
    testbench: str,
    defaults: Mapping[str, Value],
    condition: Condition,
    allowed: AllowedSteps,
    chosen: Sequence[str],
    dimensions: Sequence[Dimension],
) -> _Star:
    steps, gaps = steps_of({**defaults, **condition.parameters}, allowed, chosen)
    steps += dimension_steps(dimensions, chosen)
    nominal = Point(testbench, condition.parameters, condition.corner)
    moved = [point for step in steps for point in _moved(nominal, step)]
    return _Star(condition, steps, gaps, [nominal, *moved])


def _moved(nominal: Point, step: ParameterStep) -> list[Point]:
    if step.dimension is not None:
        return [replace(nominal, variables={step.parameter: change}) for change in step.changes]
    return [
        replace(nominal, parameters={**nominal.parameters, step.parameter: value}) for value in step.points
    ]


def _sensitivities(star: _Star, evaluations: Sequence[Evaluation], name: str) -> Sensitivities:
    nominal, *moved = evaluations
    rest = iter(moved)
    effects: list[Effect] = []
    gaps = list(star.gaps)
    for each in star.steps:
        step, own = _one_sided(each, [nominal, *(next(rest) for _ in each.points)], name)
        reason = next(filter(None, map(_lack, own, ("the nominal point", *_places(step)), [name] * 3)), "")
        if reason:
            gaps.append(Gap(step.parameter, reason, failed=True))
        else:
            effects.append(_effect(step, [found.measurements[name] for found in own]))
    effects.sort(key=lambda each: -abs(each.change))
    value = None if _lack(nominal, "", name) else nominal.measurements[name]
    return Sensitivities(star.condition.name, name, value, len(evaluations), effects, gaps)


def _one_sided(
    step: ParameterStep, own: list[Evaluation], name: str
) -> tuple[ParameterStep, list[Evaluation]]:
    """The step of a dimension to one side, where the model does not reach to the other."""
    if step.dimension is None or step.low is None:
        return step, own
    nominal, high, low = own
    if _lack(low, "", name) and not _lack(high, "", name):
        return replace(step, low=None), [nominal, high]
    if _lack(high, "", name) and not _lack(low, "", name):
        return replace(step, low=None, high=step.low), [nominal, low]
    return step, own


def _places(step: ParameterStep) -> list[str]:
    return [f"{step.parameter}={value}" for value in step.points]


def _lack(evaluation: Evaluation, place: str, measurement: str) -> str:
    """Why an evaluation has no value of a measurement; empty if it has one."""
    value = evaluation.value(measurement)
    if value is not None and math.isfinite(value):
        return ""
    return f"at {place}: {evaluation.failure or f'{measurement} has no value'}"


def _effect(step: ParameterStep, values: Sequence[float]) -> Effect:
    """The effect of a step, from the values at the nominal point, above and (if simulated) below it."""
    nominal, high = values[:2]
    low, below = (nominal, step.value) if step.low is None else (values[2], step.low)
    slope = (high - low) / (float(step.high) - float(below))
    at = float(step.value)
    change = slope * (0.01 * at or step.size)
    largest = max(abs(high - nominal), abs(low - nominal))
    relative = bool(at) and abs(nominal) > _ROUNDING * largest
    return Effect(
        step=step,
        slope=slope,
        normalised=slope * at / nominal if relative else None,
        change=change,
        is_bent=step.low is not None and _is_bent(nominal, high, low),
    )


def _is_bent(nominal: float, high: float, low: float) -> bool:
    bend = abs(high + low - 2 * nominal)
    return bend > 0.5 * abs(high - low) and bend > _NOISE * max(abs(high), abs(low), abs(nominal))
