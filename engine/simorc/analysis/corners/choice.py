"""Chooses points to be saved as corners: a sample of an analysis or of a run, and a point at k sigma."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from simorc.analysis.circuit import Circuit, Limit, Progress, limits_of
from simorc.analysis.evaluation import Evaluator
from simorc.analysis.points import Point
from simorc.analysis.subject import Subject
from simorc.analysis.yields import drawn_samples
from simorc.config.models.analysis import Samples
from simorc.errors import UsageError
from simorc.results.open_run import OpenRun
from simorc.results.specs import judge_cases
from simorc.units import Value


@dataclass(frozen=True)
class ChosenPoint:
    """A point to save: parameters, random variables, or the `seed` of the models' own random numbers.

    `value` is that of the measurement there, in its unit; None if it has none.
    """

    testbench: str
    parameters: Mapping[str, Value]
    variables: Mapping[str, float]
    description: str
    value: float | None
    seed: int | None = None


def sample_of(
    subject: Subject,
    evaluator: Evaluator,
    spec: str,
    drawn: Samples,
    number: int | None,
    progress: Progress = lambda simulations: None,
) -> ChosenPoint:
    """A sample of `simorc yield`, from 1; None: the one whose `spec` has the least margin at any condition.

    Raises UsageError for a number beyond the last, and where no sample has a value.
    """
    if number is not None and not 1 <= number <= drawn.samples:
        raise UsageError(f"no sample {number}: {subject.name} draws {drawn.samples}")
    circuits = [subject.circuit(evaluator, each, [spec], progress) for each in subject.conditions]
    rows = drawn_samples(circuits, drawn)
    chosen = None if number is None else [number - 1]
    best: tuple[float, int, Circuit, float] | None = None
    for circuit, samples in zip(circuits, rows, strict=True):
        places = range(len(samples)) if chosen is None else chosen
        values = circuit.values(samples[list(places)])[:, 0]
        for place, value in zip(places, values.tolist(), strict=True):
            margin = _margin(subject, circuit, spec, value)
            if np.isfinite(margin) and (best is None or margin < best[0]):
                best = margin, place, circuit, value
    if best is None:
        raise UsageError(f"no sample of {subject.name} has a value of {spec}")
    _, place, circuit, value = best
    point = circuit.point(rows[circuits.index(circuit)][place])
    kind = "sample" if number is not None else "worst sample"
    what = f"{kind} of {spec} at {circuit.condition.name}: sample {place + 1} of seed {drawn.seed}"
    return ChosenPoint(subject.testbench, point.parameters, point.variables or {}, what, value)


def _margin(subject: Subject, circuit: Circuit, spec: str, value: float) -> float:
    limits = limits_of(subject.specs[spec], circuit.condition)
    return min((float(each.margins(np.array(value))) for each in limits), default=float("nan"))


def sigma_point(
    subject: Subject,
    evaluator: Evaluator,
    spec: str,
    sigma: float,
    *,
    upper: bool | None = None,
    progress: Progress = lambda simulations: None,
) -> ChosenPoint:
    """The point `sigma` from nominal in the direction in which the linear model approaches a limit of `spec`
    soonest; `upper` chooses the maximum or the minimum. Of all conditions the one with the least margin.

    Raises UsageError where the spec has no such limit, where nothing varies and where a simulation fails.
    """
    best: tuple[float, Circuit, Limit, float, Point] | None = None
    for condition in subject.conditions:
        circuit = subject.circuit(evaluator, condition, [spec], progress)
        for limit in limits_of(subject.specs[spec], condition):
            if upper is not None and upper == limit.is_minimum:
                continue
            sample = sigma * _direction(circuit, limit)
            value = float(circuit.values(sample[np.newaxis, :])[0, 0])
            if not np.isfinite(value):
                raise UsageError(f"{spec} has no value at {sigma:g} sigma at {condition.name}")
            margin = float(limit.margins(np.array(value)))
            if best is None or margin < best[0]:
                best = margin, circuit, limit, value, circuit.point(sample)
    if best is None:
        raise UsageError(f"{spec} has no such limit")
    _, circuit, limit, value, point = best
    what = f"{sigma:g} sigma towards {limit.name} at {circuit.condition.name}"
    return ChosenPoint(subject.testbench, point.parameters, point.variables or {}, what, value)


def _direction(circuit: Circuit, limit: Limit) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    slopes = circuit.model(limit.measurement).slopes
    length = float(np.linalg.norm(slopes))
    if not length > 0:
        raise UsageError(f"{limit.measurement} does not vary with the random variables")
    return np.asarray(slopes / length * (-1.0 if limit.is_minimum else 1.0), dtype=np.float64)


def sample_of_run(run: OpenRun, spec: str | None, number: int | None) -> ChosenPoint:
    """A sample of a Monte Carlo run: of all its cases, or of those of sample `number`, the one whose `spec`
    has the least margin. Its random numbers are those of its seed.

    Raises UsageError for a run without samples, for an unknown spec, and where no case has a value.
    """
    if run.plan is None or not run.plan.samples:
        raise UsageError(f"{run.name} has no Monte Carlo samples")
    asked = [each for each in run.own_specs if spec in (None, each.measurement)]
    if len(asked) != 1:
        known = ", ".join(each.measurement for each in run.own_specs) or "none"
        raise UsageError(f"{run.name}: name one spec with --spec; known: {known}")
    judged = judge_cases(run.frame, asked[0])
    margins = np.where(np.isfinite(judged.margin) & run.frame.completed, judged.margin, np.inf)
    if number is not None:
        margins = np.where(run.plan.sample_numbers()[run.frame.ids - 1] == number, margins, np.inf)
    if not np.isfinite(margins).any():
        which = "" if number is None else f" of sample {number}"
        raise UsageError(f"{run.name}: no case{which} has a value of {asked[0].measurement}")
    index = int(np.argmin(margins))
    case = run.plan.case(int(run.frame.ids[index]))
    what = f"sample {case.sample} of {run.name} (case {case.id}), chosen by {asked[0].measurement}"
    value = float(judged.values[index])
    return ChosenPoint(run.manifest.testbench, case.parameters, {}, what, value, case.seed)
