"""A cluster of a thousand nodes that exists in this process only, and loses things."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from simorc.cluster.array_files import JobArray, read_job_array
from simorc.cluster.chunk_log import ChunkLog, finished_in
from simorc.config.execution_record import Site
from simorc.errors import SchedulerSilent
from simorc.executors.batch_scheduler import ArrayJob, Element, Phase, Submission
from simorc.rundir.store.finished import Finished
from simorc.simulators.outcome import Outcome


@dataclass
class Task:
    """One array element on its way: its cases left, and the log of its attempt while it runs."""

    job_array: JobArray
    element: int
    phase: Phase = Phase.WAITING
    log: ChunkLog | None = None
    left: list[int] = field(default_factory=list)


class SimulatedCluster:
    """Every question for the states lets time go on by one step, in which each running element finishes
    `cases_per_step` cases or meets one of the misfortunes, each with its probability.
    """

    name = "simulated"
    element_variable = "ELEMENT"

    def __init__(self, nodes: int, total: int, *, misfortune: float = 0.0, seed: int = 1) -> None:
        self.nodes, self.total, self.misfortune = nodes, total, misfortune
        self.cases_per_step = 10
        self.steps = 0
        self.tasks: dict[str, dict[int, Task]] = {}
        self.waiting: list[Task] = []
        self.running: list[Task] = []
        self.happened: dict[str, int] = dict.fromkeys(("silent", "killed", "torn", "requeued", "zombie"), 0)
        self._dice = random.Random(seed)

    def submit(self, submission: Submission) -> str:
        job_array = read_job_array(Path(submission.script).parent)
        tasks = {number: Task(job_array, number) for number in range(1, submission.elements + 1)}
        self.tasks[job_array.job_name] = tasks
        self.waiting.extend(tasks.values())
        return str(len(self.tasks))

    def states(self, names: Sequence[str]) -> Mapping[str, ArrayJob]:
        self._step()
        if self._strikes("silent"):
            raise SchedulerSilent("busy")
        numbers = {name: str(number) for number, name in enumerate(self.tasks, 1)}
        return {
            name: ArrayJob(numbers[name], {number: Element(task.phase) for number, task in tasks.items()})
            for name, tasks in self.tasks.items()
            if name in names
        }

    def cancel(self, job: str) -> None:
        for task in list(self.tasks.values())[int(job) - 1].values():
            task.phase = Phase.OVER
        self.waiting = [task for task in self.waiting if task.phase is Phase.WAITING]
        self.running = [task for task in self.running if task.phase is Phase.RUNNING]

    def hold(self, job: str) -> None: ...

    def release(self, job: str) -> None: ...

    def throttle(self, job: str, elements: int) -> None: ...

    def array_limit(self) -> int:
        return 1000

    def width(self, site: Site) -> int | None:
        return self.nodes

    # What happens on the nodes --------------------------------------------------------------------

    def _step(self) -> None:
        self.steps += 1
        free = self.nodes - len(self.running)
        starting, self.waiting = self.waiting[:free], self.waiting[free:]
        for task in starting:
            self._start(task)
        self.running.extend(starting)
        for task in self.running:
            self._advance(task)
        self.running = [task for task in self.running if task.phase is Phase.RUNNING]

    def _start(self, task: Task) -> None:
        log = ChunkLog(task.job_array, task.element)
        finished: set[int] = set()
        for attempt in range(1, log.attempt):
            finished |= finished_in(task.job_array.log(task.element, attempt), self.total)
        task.left = [
            case for piece in task.job_array.chunk(task.element) for case in piece if case not in finished
        ]
        task.phase, task.log = Phase.RUNNING, log

    def _advance(self, task: Task) -> None:
        log = task.log
        assert log is not None
        for case_id in task.left[: self.cases_per_step]:
            outcome = Outcome.completed({"gain": case_id / 2}, seconds=0.5)
            log.finished(Finished(case_id, 1, outcome, "done", True, time.time(), f"node{task.element}"))
        task.left = task.left[self.cases_per_step :]
        if self._strikes("killed"):
            self._end(task, Phase.OVER)
        elif self._strikes("torn"):
            with task.job_array.log(task.element, log.attempt).open("ab") as stream:
                stream.write(b'{"case_id":1,"status":"comp')
            self._end(task, Phase.OVER)
        elif self._strikes("requeued"):
            self._end(task, Phase.WAITING)
            self.waiting.append(task)
        elif self._strikes("zombie"):
            # Declared lost while it works on: whatever it finishes, another has finished, too.
            self.tasks[task.job_array.job_name] = {**self.tasks[task.job_array.job_name]}
            self.tasks[task.job_array.job_name].pop(task.element, None)
        if task.phase is Phase.RUNNING and not task.left:
            log.end("done")
            self._end(task, Phase.OVER)

    def _end(self, task: Task, phase: Phase) -> None:
        assert task.log is not None
        task.log.close()
        task.log, task.phase = None, phase

    def _strikes(self, what: str) -> bool:
        struck = self._dice.random() < self.misfortune
        self.happened[what] += struck
        return struck
