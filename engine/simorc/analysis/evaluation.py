"""Evaluates points: a testbench, its parameters, a corner and its random variables -> measurements.

Points are simulated as the cases of a run are: in warm sessions that are compared with cold runs, in parallel
slots, with the retry rules and the one judge. Each slot keeps a loaded session for every corner.

    with Evaluator(project) as evaluator:
        nominal = Point("dc", {"temp": Number("125")})
        names = [each.name for each in evaluator.deck_of(nominal).variables]
        points = [nominal, replace(nominal, variables={names[0]: 1.0})]
        for evaluation in evaluator.run(points):
            print(evaluation.value("offset"), evaluation.failure)
"""

from __future__ import annotations

import shutil
import tempfile
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Self

import anyio

from simorc.analysis.bench_decks import Apart, BenchDecks, form_key
from simorc.analysis.points import Evaluation, Point
from simorc.analysis.run_settings import settings_for
from simorc.config.definitions import MeasurementDefinition
from simorc.config.project import Project, known
from simorc.errors import RunError, TemplateError, UsageError
from simorc.netlist.random_variables.variables import HoistedDeck
from simorc.rundir.run_settings import RunSettings
from simorc.runner.case_workers import warm_way_of, worker_maker
from simorc.runner.retry_policy import Action, Attempt, budgets_from, decide, installed_retry_rules
from simorc.simulators.job import Callbacks
from simorc.simulators.ngspice.worker import NgspiceWorker
from simorc.simulators.others.worker import ProgramWorker
from simorc.simulators.outcome import FailureKind, Outcome

_MOST_SESSIONS = 12
"""Loaded sessions of one slot; the one used longest ago ends when there are more."""

Heard = Callable[[int, Evaluation], None]
"""Called with the place of a point and its evaluation as soon as there is one."""
Waves = Callable[[int, Path], None]
"""Called with the place of a point and the raw file of an attempt at it, which is removed afterwards."""


def _no_waves(place: int, raw: Path) -> None:
    """Nobody looks at the waveforms."""


@dataclass
class _Slot:
    """The workers of one slot, one for each form of a deck, the one used last at the end."""

    number: int
    workers: OrderedDict[str, NgspiceWorker | ProgramWorker] = field(default_factory=OrderedDict)


@dataclass(frozen=True)
class _Task:
    place: int
    point: Point
    key: str


class Evaluator:
    """Evaluates points of one project. A context manager: at its end all sessions end.

    `jobs` is how many points are simulated at once (None: as the project's settings say), `measurements` are
    added to those that the testbenches declare. `apart` gives, for a point that is simulated as it is
    written, another one with which to load its session: a session is proved for everything in which the two
    differ. With `dimensions` points may change those of devices, by `Point.variables`. `simulations` counts
    the points simulated so far.
    """

    def __init__(
        self,
        project: Project,
        *,
        jobs: int | None = None,
        measurements: Mapping[str, MeasurementDefinition] | None = None,
        apart: Apart = lambda point: None,
        waves: Waves = _no_waves,
        dimensions: bool = False,
    ) -> None:
        self.project = project
        self.simulations = 0
        self._jobs = jobs
        self._measurements = measurements or {}
        self._apart = apart
        self._waves = waves
        self._dimensions = dimensions
        self._scratch = Path(tempfile.mkdtemp(prefix="simorc-analysis-"))
        self._results = self._scratch / "results"
        self._results.mkdir()
        self._benches: dict[str, BenchDecks] = {}
        self._settings: dict[str, RunSettings] = {}
        self._makers: dict[str, Callable[[int], NgspiceWorker | ProgramWorker]] = {}
        self._slots: list[_Slot] = []
        self._made = 0
        self._distrusted: dict[int, str] = {}
        self._resting: dict[int, int] = {}
        self._rules = installed_retry_rules()

    # A context manager --------------------------------------------------------------------------------------

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End every session and remove what they wrote."""
        anyio.run(self.close_sessions)
        self.remove_files()

    def remove_files(self) -> None:
        """Remove what the sessions wrote, after they have ended."""
        shutil.rmtree(self._scratch, ignore_errors=True)

    async def close_sessions(self) -> None:
        """End every session; the evaluator can still be used."""
        for slot in self._slots:
            while slot.workers:
                await slot.workers.popitem()[1].close()

    # What there is to evaluate ------------------------------------------------------------------------------

    def bench(self, testbench: str) -> BenchDecks:
        """The decks of a testbench. Raises UsageError for an unknown one, TemplateError."""
        if testbench not in self._benches:
            found = known(self.project.testbenches, testbench, "testbench")
            settings = settings_for(self.project, testbench)
            limits = settings.limits
            self._settings[testbench] = settings
            self._benches[testbench] = BenchDecks(
                *(self.project, found, limits, self._measurements, self._apart),
                dimensions=self._dimensions,
            )
        return self._benches[testbench]

    def deck_of(self, point: Point) -> HoistedDeck:
        """The deck of a point with its random variables, and what is remarkable about them.

        Raises TemplateError, NetlistError (a random call that is not understood), UsageError.
        """
        return self.bench(point.testbench).form(point, self._results / "0")

    # Evaluation ---------------------------------------------------------------------------------------------

    def run(self, points: Sequence[Point], heard: Heard | None = None) -> list[Evaluation]:
        """Evaluate `points`, as `evaluate` does, outside an event loop."""
        return anyio.run(self.evaluate, points, heard)

    async def evaluate(self, points: Sequence[Point], heard: Heard | None = None) -> list[Evaluation]:
        """Evaluate `points`; the evaluations are in their order.

        A simulation that fails is an evaluation with its failure. Cancelling the task ends the simulations.
        Raises UsageError for an unknown testbench, parameter or variable, TemplateError, NetlistError.
        """
        tasks = [_Task(place, point, self._key(point)) for place, point in enumerate(points)]
        by_key: dict[str, deque[_Task]] = {}
        for task in tasks:
            by_key.setdefault(task.key, deque()).append(task)
        found: dict[int, Evaluation] = {}

        async def serve(slot: _Slot) -> None:
            while task := _next_task(by_key, slot):
                found[task.place] = await self._evaluated(task, slot)
                if heard is not None:
                    heard(task.place, found[task.place])

        self._resting = {}
        while any(by_key.values()):
            async with anyio.create_task_group() as slots:
                for slot in self._slots_for(tasks):
                    slots.start_soon(serve, slot)
            for place in self._withdrawn():
                by_key[tasks[place].key].append(tasks[place])
        return [found[place] for place in range(len(points))]

    def _withdrawn(self) -> list[int]:
        """The places of this call whose results rest on a session that is not trusted any more.

        Raises RunError if results of an earlier call do, which have been used already.
        """
        lost, self._distrusted = self._distrusted, {}
        for number, reason in lost.items():
            if number not in self._resting:
                raise RunError(f"results of earlier simulations do not count: {reason}", remedy="start again")
        return list(dict.fromkeys(self._resting[number] for number in lost))

    def _key(self, point: Point) -> str:
        """What the points of one loaded session have in common."""
        bench = self.bench(point.testbench)
        nominal = point if point.variables is None else replace(point, variables={})
        deck, marked = bench.deck(nominal, self._results / "0")
        if point.variables:
            bench.deck(point, self._results / "0")  # an unknown variable is an error before any simulation
        return f"{point.testbench}\n{form_key(deck, marked)}"

    def _slots_for(self, tasks: Sequence[_Task]) -> list[_Slot]:
        """As many slots as may be used at once."""
        names = {task.point.testbench for task in tasks}
        jobs = self._jobs or min((self.project.settings(name).jobs for name in names), default=1)
        while len(self._slots) < jobs:
            self._slots.append(_Slot(len(self._slots)))
        return self._slots[: min(jobs, len(tasks))]

    async def _evaluated(self, task: _Task, slot: _Slot) -> Evaluation:
        """Simulate a point until it is completed or no retry rule applies."""
        budgets = budgets_from(self._settings[task.point.testbench])
        attempts: list[Attempt] = []
        action: Action | None = None
        while True:
            outcome = await self._simulated(task, slot, action)
            tried = Attempt(len(attempts) + 1, outcome)
            action = decide([*attempts, tried], budgets, self._rules)
            attempts.append(Attempt(tried.number, outcome, action.name, action.rung))
            if not action.again:
                return _as_evaluation(task.point, outcome)
            await anyio.sleep(action.delay)

    async def _simulated(self, task: _Task, slot: _Slot, action: Action | None) -> Outcome:
        """One attempt at a point."""
        self._made += 1
        number = self._made
        self._resting[number] = task.place
        bench, directory = self._benches[task.point.testbench], self._results / str(number)
        directory.mkdir()
        self.simulations += 1
        try:
            job = bench.job(
                *(task.point, number, directory),
                options=() if action is None else action.options,
                forced_cold=action is not None and action.forced_cold,
            )
            worker = await self._worker(task, slot)
            outcome = await worker.run(job, self._callbacks())
            outcome = await bench.measuring.complete(outcome, job.raw, lambda: bench.parameters(task.point))
            if job.raw.is_file():
                self._waves(task.place, job.raw)
            return outcome
        except TemplateError as error:
            return Outcome.failed(FailureKind.TEMPLATE_ERROR, error.message)
        finally:
            shutil.rmtree(directory, ignore_errors=True)

    def _callbacks(self) -> Callbacks:
        return Callbacks(
            on_spawn=lambda pid: None,
            on_exit=lambda pid: None,
            on_progress=lambda fraction: None,
            on_mismatch=self._distrust,
        )

    def _distrust(self, numbers: list[int], reason: str) -> None:
        self._distrusted.update(dict.fromkeys(numbers, reason))

    async def _worker(self, task: _Task, slot: _Slot) -> NgspiceWorker | ProgramWorker:
        """The worker of a slot that has this form of a deck loaded, or a new one."""
        if task.key not in slot.workers:
            if len(slot.workers) >= _MOST_SESSIONS:
                await slot.workers.popitem(last=False)[1].close()
            slot.workers[task.key] = self._maker(task.point.testbench)(self._next_directory())
        slot.workers.move_to_end(task.key)
        return slot.workers[task.key]

    def _next_directory(self) -> int:
        self._made += 1
        return self._made

    def _maker(self, testbench: str) -> Callable[[int], NgspiceWorker | ProgramWorker]:
        """What makes workers of a testbench; they share what is proved about its decks."""
        if testbench not in self._makers:
            settings = self._settings[testbench]
            if settings.simulator != "ngspice":
                raise UsageError(
                    f"testbench '{testbench}' is simulated with {settings.simulator}, not ngspice"
                )
            way = warm_way_of(settings, self._scratch)
            sessions = self._scratch / ".warm"
            self._makers[testbench] = worker_maker(settings, run=self._scratch, sessions=sessions, way=way)
        return self._makers[testbench]


def _next_task(waiting: dict[str, deque[_Task]], slot: _Slot) -> _Task | None:
    """The next point for a slot: one whose session it has loaded, else one of the longest queue."""
    loaded = [key for key in reversed(slot.workers) if waiting.get(key)]
    longest = max(waiting, key=lambda key: len(waiting[key]), default=None)
    key = loaded[0] if loaded else longest
    return waiting[key].popleft() if key is not None and waiting[key] else None


def _as_evaluation(point: Point, outcome: Outcome) -> Evaluation:
    if outcome.status == "completed":
        return Evaluation(point, outcome.measurements, seconds=outcome.seconds)
    kind = str(outcome.kind or outcome.status)
    return Evaluation(point, outcome.measurements, outcome.message or kind, kind, outcome.seconds)
