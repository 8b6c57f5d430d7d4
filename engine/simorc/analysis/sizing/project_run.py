"""``simorc size`` in Python: sizes a project and keeps everything in a directory of its own.

project = Project.load()
with open_sizing(project, "ota", resume=None) as sizing:
    found = sizing.run()
    print(found.met, sizing.parameters(found))
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from simorc.analysis.evaluation import Evaluator
from simorc.analysis.sizing.linear_search import Step
from simorc.analysis.sizing.record import SizingRecord
from simorc.analysis.sizing.run import Found, SizingRun
from simorc.analysis.sizing.simulation import StoredSimulation, task_inputs
from simorc.analysis.sizing.task import Task, task_of
from simorc.analysis.sizing.trials import Trials
from simorc.config.project import Project
from simorc.config.sizing_files import Sizing, read_sizing, sizing_of
from simorc.config.yaml.source import read_yaml
from simorc.files import write_json
from simorc.rundir.lock import RunnerLock
from simorc.units import Number

StepHeard = Callable[[Task, Step], None]


class ProjectSizing:
    """A sizing of a project with its record, open for this process alone."""

    def __init__(self, task: Task, record: SizingRecord, evaluator: Evaluator) -> None:
        self.task = task
        self.record = record
        self._evaluator = evaluator

    @property
    def simulated(self) -> int:
        """Simulations that this process made; what the record has is not simulated again."""
        return self._evaluator.simulations

    def run(self, heard: StepHeard | None = None) -> Found:
        """Size, and store the result."""
        task, record = self.task, self.record
        definition = task.definition
        record.begin_steps()

        def told(step: Step) -> None:
            record.append_step(_step_record(task, step))
            if heard is not None:
                heard(task, step)

        trials = Trials(
            StoredSimulation(task, self._evaluator, record),
            budget=definition.budget.simulations,
            cost=len(definition.testbenches),
        )
        run = SizingRun(
            *(task.space, task.problem, task.wishes, trials),
            heard=told,
            method=definition.method,
            seed=definition.seed,
        )
        found = run.run()
        write_json(record.result, result_record(task, found))
        return found

    def parameters(self, found: Found) -> dict[str, Number]:
        """The values of all parameters that were found, as a deck has them."""
        return self.task.space.parameters(found.place)


@contextmanager
def open_sizing(
    project: Project, name: str, *, resume: SizingRecord | None, jobs: int | None = None
) -> Iterator[ProjectSizing]:
    """A new sizing of the file `name`, or the one to `resume`, for as long as the context lasts.

    Raises ConfigError, UsageError, RunBusy if another process sizes it, InputsChanged.
    """
    sizing = read_sizing(project, name) if resume is None else _sizing_of(project, resume)
    task = task_of(project, sizing)
    with Evaluator(project, jobs=jobs) as evaluator:
        inputs = task_inputs(task, evaluator)
        if resume is None:
            text = sizing.path.read_text(encoding="utf-8")
            record = SizingRecord.create(project.root, sizing.name, text, inputs)
        else:
            record = resume
            record.refuse_changed(inputs)
        with RunnerLock(record):
            yield ProjectSizing(task, record, evaluator)


def _sizing_of(project: Project, record: SizingRecord) -> Sizing:
    """The sizing file of a record, as it was."""
    found = sizing_of(project, read_yaml(record.definition))
    return Sizing(record.sweep, found.path, found.definition)


def _step_record(task: Task, step: Step) -> dict[str, Any]:
    return {
        "what": step.what,
        "simulations": step.simulations,
        "active": [task.corners[corner].label for corner in step.active],
        "parameters": {name: str(value) for name, value in task.space.parameters(step.place).items()},
        "violation": [each.violation for each in step.judged],
        "goal": [None if math.isnan(each.goal) else each.goal for each in step.judged],
        "radius": step.radius,
    }


def result_record(task: Task, found: Found) -> dict[str, Any]:
    """What was found, as JSON."""
    own: Mapping[str, Number] = task.space.parameters(found.place)
    return {
        "met": found.met,
        "budget_spent": found.budget_spent,
        "simulations": found.simulations,
        "met_after": found.met_after,
        "corners": len(task.corners),
        "active_corners": list(found.active),
        "parameters": {name: str(value) for name, value in own.items()},
        "goal": None
        if found.wish is None
        else {
            "testbench": found.wish.key[0],
            "measurement": found.wish.key[1],
            "maximize": found.wish.maximize,
            "worst": found.goal,
        },
        "specs": [
            {
                "testbench": each.key[0],
                "measurement": each.key[1],
                "side": "max" if each.upper else "min",
                "limit": each.limit,
                "worst": each.value,
                "margin": each.margin,
                "corner": each.corner,
                "met": each.met,
            }
            for each in found.reached
        ],
        "cures": [
            {
                "testbench": each.key[0],
                "measurement": each.key[1],
                "corner": each.corner,
                "value": each.value,
                "limit": each.limit,
                "cures": [
                    {**asdict(cure), "cost": None if math.isnan(cure.cost) else cure.cost}
                    for cure in each.cures
                ],
            }
            for each in found.cures
        ],
    }
