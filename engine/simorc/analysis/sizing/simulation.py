"""Simulates the trials of a sizing, and stores every result."""

from __future__ import annotations

from collections.abc import Sequence

from simorc.analysis.evaluation import Evaluator
from simorc.analysis.points import Evaluation, Point
from simorc.analysis.simulated_inputs import inputs_of
from simorc.analysis.sizing.problem import Readings
from simorc.analysis.sizing.record import SizingRecord
from simorc.analysis.sizing.task import Task
from simorc.analysis.sizing.trials import Trial
from simorc.errors import RunError


class StoredSimulation:
    """The `Measure` of a task: what the record has is not simulated again."""

    def __init__(self, task: Task, evaluator: Evaluator, record: SizingRecord) -> None:
        self._task = task
        self._evaluator = evaluator
        self._record = record

    def __call__(self, trials: Sequence[Trial]) -> list[Readings]:
        """The readings of trials, in their order."""
        benches = self._task.definition.testbenches
        points = [
            self._task.point(bench, place, self._task.corners[corner])
            for place, corner in trials
            for bench in benches
        ]
        evaluations = self._evaluated(points)
        return [_readings(evaluations[at : at + len(benches)]) for at in range(0, len(points), len(benches))]

    def _evaluated(self, points: Sequence[Point]) -> list[Evaluation]:
        found = [self._record.evaluation(point) for point in points]
        new = [point for point, known in zip(points, found, strict=True) if known is None]
        if new:
            try:
                made = self._evaluator.run(new)
            except RunError as error:
                self._record.refuse(error.message)
                raise
            # Only now: until a call returns, a result may still be withdrawn.
            self._record.append(made)
        return [each for each in map(self._record.evaluation, points) if each is not None]


def _readings(evaluations: Sequence[Evaluation]) -> Readings:
    values = {
        (each.point.testbench, name): value
        for each in evaluations
        if each.completed
        for name, value in each.measurements.items()
    }
    return Readings(values, {each.point.testbench: each.failure for each in evaluations if each.failure})


def task_inputs(task: Task, evaluator: Evaluator) -> dict[str, str]:
    """The digest of every file that a simulation of the task reads, by its name in the project."""
    place = task.space.start
    benches, corners = task.definition.testbenches, task.corners
    return inputs_of(evaluator, [task.point(name, place, each) for name in benches for each in corners])
