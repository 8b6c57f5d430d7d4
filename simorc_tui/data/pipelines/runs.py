"""Pipeline runs as plain data: a line for each run of a project, and the attempts of one run.

Read in threads; the callback is called when they differ from the last time.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from simorc.config.names import stage_word
from simorc.errors import SimorcError
from simorc.pipeline.control import OVER, PipelineSummary, summarise_pipeline
from simorc.pipeline.rundir.attempt_log import read_trace
from simorc.pipeline.rundir.layout import PipelineLayout, find_pipeline_runs

RUNS_EVERY = 2.0
LADDER_EVERY = 0.25
RUNS_READ = 200
Seen = TypeVar("Seen")


class Watch(Generic[Seen]):
    """Calls `tell(look())` from its own thread, first at the start and then whenever the result changes."""

    def __init__(self, look: Callable[[], Seen], post: Callable[[Seen], object], every: float) -> None:
        self._look = look
        self._post = post
        self._every = every
        self._stop = threading.Event()
        self._now = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watch of pipelines", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._now.set()
        if self._thread.is_alive():
            self._thread.join(timeout=2)

    def look_now(self) -> None:
        """Something was just done to a run: do not wait for the next look."""
        self._now.set()

    def _watch(self) -> None:
        last: list[Seen] = []
        while not self._stop.is_set():
            seen = self._look()
            if last != [seen] and not self._stop.is_set():
                last = [seen]
                self._post(seen)
            self._now.wait(self._every)
            self._now.clear()


class RunsReader:
    """Summaries of a project's pipeline runs, newest first; one that is over is read once."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._over: dict[str, PipelineSummary] = {}

    def __call__(self) -> tuple[PipelineSummary, ...]:
        return tuple(self._summary(layout) for layout in find_pipeline_runs(self._root)[:RUNS_READ])

    def _summary(self, layout: PipelineLayout) -> PipelineSummary:
        if layout.name in self._over:
            return self._over[layout.name]
        try:
            summary = summarise_pipeline(layout)
        except OSError as error:  # it is being removed, or its file system went away
            return PipelineSummary(layout.name, layout.pipeline, "broken", "", 0, 0.0, str(error))
        if summary.state in OVER:
            self._over[layout.name] = summary
        return summary


@dataclass(frozen=True)
class StageAttempt:
    """One attempt at a stage; `status` is passed, failed, cancelled, running, stopped or pending.

    `seq` counts the attempts of the run from 1, 0 for a stage still to come. `verdict` is the decision after
    it, '' if the next stage simply followed; `back_to` the stage to which it returned.
    """

    seq: int
    stage: str
    attempt: int = 0
    status: str = "pending"
    kind: str = ""
    message: str = ""
    details: str = ""
    metrics: tuple[tuple[str, str], ...] = ()
    seconds: float = 0.0
    verdict: str = ""
    back_to: str = ""
    artefacts: tuple[tuple[str, Path], ...] = ()
    directory: Path | None = None

    @property
    def word(self) -> str:
        """The stage's name as it is shown: ``lint`` for ``a4``."""
        return stage_word(self.stage)

    @property
    def title(self) -> str:
        """``lint attempt 2 (003)``."""
        return f"{self.word} attempt {self.attempt} ({self.seq:03d})"


@dataclass(frozen=True)
class Ladder:
    """A run: its attempts in order, the one in progress, the stages to come; or why it cannot be read."""

    run: str
    state: str
    attempts: tuple[StageAttempt, ...] = ()
    seconds: float = 0.0
    message: str = ""

    @property
    def over(self) -> bool:
        return self.state in OVER

    def earlier(self, stage_attempt: StageAttempt) -> StageAttempt | None:
        """The attempt at the same stage before `stage_attempt`."""
        before = [
            each
            for each in self.attempts
            if each.stage == stage_attempt.stage and 0 < each.seq < stage_attempt.seq
        ]
        return before[-1] if before else None


def read_ladder(layout: PipelineLayout) -> Ladder:
    """The present state of the run; if it cannot be read, a state ``broken`` with the reason."""
    from simorc.pipeline.rundir.manifest import open_pipeline_run  # pydantic: not before the first frame

    try:
        summary = summarise_pipeline(layout)
        opened = open_pipeline_run(layout)
        lines = read_trace(layout.trace)
        order, following = opened.definition.order(), opened.progress().next
    except SimorcError as error:
        return Ladder(layout.name, "broken", message=error.message)
    except OSError as error:
        return Ladder(layout.name, "broken", message=f"{error.filename}: {error.strerror}")
    attempts = [_attempt_of(layout, line) for line in lines]
    attempts += _to_come(layout, attempts, order, following, summary.state)
    return Ladder(layout.name, summary.state, tuple(attempts), summary.seconds, summary.message)


def _attempt_of(layout: PipelineLayout, line: Mapping[str, Any]) -> StageAttempt:
    decision = line["decision"]
    went_on = decision["action"] in ("done", "", "cancelled")
    return StageAttempt(
        seq=line["seq"],
        stage=line["stage"],
        attempt=line["attempt"],
        status=line["status"],
        kind=line["kind"] or "",
        message=line["message"],
        details=line["details"] or "",
        metrics=tuple((name, str(value)) for name, value in line["metrics"].items()),
        seconds=line["seconds"],
        verdict="" if went_on else f"{decision['action']}: {decision['reason']}".removesuffix(": "),
        back_to="" if went_on else decision["next"] or "",
        artefacts=tuple((name, layout.path / path) for name, path in line["artefacts"].items()),
        directory=layout.attempt_dir(line["seq"], line["stage"]),
    )


def _to_come(
    layout: PipelineLayout,
    done: Sequence[StageAttempt],
    order: Sequence[str],
    following: str | None,
    state: str,
) -> list[StageAttempt]:
    """The stage in progress (or where a dead run ended) and those after it."""
    if following is None:
        return []
    seq = done[-1].seq + 1 if done else 1
    directory = layout.attempt_dir(seq, following)
    attempt = 1 + sum(1 for stage_attempt in done if stage_attempt.stage == following)
    begun = state == "running" or directory.is_dir()
    status = "running" if state == "running" else "stopped"
    now = (
        StageAttempt(seq, following, attempt, status, seconds=_elapsed(directory), directory=directory)
        if begun
        else StageAttempt(0, following, attempt, "pending")
    )
    return [now, *(StageAttempt(0, stage) for stage in order[order.index(following) + 1 :])]


def _elapsed(directory: Path) -> float:
    """Whole seconds since the attempt began, 0 where that is not to be seen."""
    try:
        return float(max(0, int(time.time() - (directory / "request.json").stat().st_mtime)))
    except OSError:
        return 0.0
