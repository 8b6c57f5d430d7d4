"""Simulates chosen corners again, and compares the verdicts with those of the runs they come from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from simorc.analysis.circuit import Progress
from simorc.analysis.evaluation import Evaluator
from simorc.analysis.points import Evaluation, Point
from simorc.errors import UsageError
from simorc.measurements.spec_limits import corner_names, meets
from simorc.results.open_run import OpenRun
from simorc.sweeps.cases import Case


@dataclass(frozen=True)
class CheckedSpec:
    """A spec of a run: whether its cases all met it, and whether the simulated ones do; None: a value is
    missing.
    """

    run: str
    measurement: str
    stored: bool | None
    simulated: bool | None

    @property
    def same(self) -> bool:
        return self.stored == self.simulated


def check_cases(
    evaluator: Evaluator,
    run: OpenRun,
    cases: Sequence[int],
    progress: Progress = lambda simulations: None,
) -> list[CheckedSpec]:
    """Simulate cases of a run, by their numbers, with the project as it is; the verdict of each spec.

    `evaluator` has the measurements of the run. Raises UsageError for a run with random samples.
    """
    plan = run.plan
    if plan is None or plan.samples:
        raise UsageError(
            f"{run.name}: random samples are not simulated again",
            remedy="omit --simulate, or name other runs",
        )
    testbench = run.manifest.testbench
    chosen = [plan.case(number) for number in cases]
    points = [Point(testbench, case.parameters, case.corner, variables=None) for case in chosen]
    found = evaluator.run(points, lambda _place, _evaluation: progress(1))
    return list(_verdicts(run, chosen, found))


def _verdicts(run: OpenRun, cases: Sequence[Case], found: Sequence[Evaluation]) -> Iterator[CheckedSpec]:
    stored = {each.spec.measurement: each for each in run.spec_results}
    for spec in run.own_specs:
        counts = stored[spec.measurement].counts
        before = False if counts["fail"] else None if counts["missing"] or counts["error"] else True
        values = [each.value(spec.measurement) for each in found]
        good = [
            None if value is None else meets(spec, value, corner_names(case.parameters, case.corner))
            for case, value in zip(cases, values, strict=True)
        ]
        now = False if False in good else None if None in good else True
        yield CheckedSpec(run.name, spec.measurement, before, now)
