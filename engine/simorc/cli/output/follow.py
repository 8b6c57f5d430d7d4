"""Follows a run through its store until its runner ends."""

from __future__ import annotations

import os
import signal
import socket
import time
from array import array
from collections.abc import Iterator, Sequence
from types import FrameType, TracebackType

from simorc.cli.errors import ExitCode
from simorc.cli.output.case_rows import as_json, pages
from simorc.cli.output.progress import Moment, Progress
from simorc.cli.output.spec_table import spec_results, violated
from simorc.errors import SubmissionImpossible
from simorc.launch.start import request, runner_alive, runner_info
from simorc.rundir.layout import RunLayout
from simorc.rundir.store.connection import Row
from simorc.rundir.store.failure_groups import failures_of
from simorc.rundir.store.news import NewsReader
from simorc.rundir.store.reader import Changes, RunReader, still_awaited
from simorc.rundir.summary import RunSummary, summarise

LOOK_EVERY = 0.1
FINAL = ("completed", "failed")


class Follower:
    """Follows one start of a run: opened before the runner starts, so that no change is missed.

    The first Ctrl-C requests the run to stop and waits for it; the second one leaves it running on its own.
    """

    def __init__(self, layout: RunLayout, cases: Sequence[int] | None) -> None:
        self._layout = layout
        self._cases = cases
        self._view = RunReader(layout)
        self._columns = self._view.columns()
        self._news = NewsReader(self._view)
        self._total = self._view.total
        self._reported = array("H", bytes(2 * (self._total + 1)))
        self._done = 0
        self._interrupts = 0
        self._began, self._opened = time.monotonic(), time.time()

    def __enter__(self) -> Follower:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._view.close()

    def follow(self, progress: Progress) -> int:
        """Watch until the runner is done; returns the exit code."""
        before = signal.signal(signal.SIGINT, self._interrupted)
        try:
            with progress:
                while self._look(progress) and self._interrupts < 2:
                    time.sleep(LOOK_EVERY)
                summary = summarise(self._layout)
                code = self._exit_code(summary)
                failures = failures_of(self._layout) if summary.counts["failed"] else ()
                progress.ended(self._moment(), summary, code, failures)
        finally:
            signal.signal(signal.SIGINT, before)
        return code

    def _look(self, progress: Progress) -> bool:
        """Report what changed; returns whether the runner is still active (checked first, so that its last
        changes are read).
        """
        alive = runner_alive(self._layout)
        news = self._news.look()
        for row in self._newly_finished(news.changes):
            self._done += 1
            if progress.wants_cases:
                warnings = self._view.warnings_of(row["id"])
                progress.case(as_json(row, self._columns, warnings=warnings))
        for event in news.events:
            if event["kind"] == "warning":
                progress.warning(event["message"])
        progress.moment(self._moment())
        return alive

    def _moment(self) -> Moment:
        meta, counts = self._view.meta(), self._view.counts()
        state = meta.get("state", "pending")
        if self._interrupts:
            state = "cancelling"
        seconds = time.monotonic() - self._began
        left = still_awaited(counts, meta)
        return Moment(self._layout.name, state, counts, self._total, self._done, seconds, left)

    def _newly_finished(self, changes: Changes) -> Iterator[Row]:
        """The rows of cases that ended since the last look, each attempt once."""
        if changes.overflow:
            since = ("status IN (?, ?) AND started >= ?", (*FINAL, self._opened))
            rows: Iterator[Row | None] = pages(self._view, where=since[0], args=since[1])
        else:
            rows = (self._view.case(case_id) for case_id in changes.case_ids)
        for row in rows:
            if row is not None and row["status"] in FINAL and self._is_news(row):
                yield row

    def _is_news(self, row: Row) -> bool:
        attempts = min(int(row["attempts"]), 65535)
        if self._reported[row["id"]] == attempts:
            return False
        self._reported[row["id"]] = attempts
        return True

    def _interrupted(self, _signal: int, _frame: FrameType | None) -> None:
        self._interrupts += 1
        if self._interrupts > 1:
            return
        request(self._layout, "cancel")
        info = runner_info(self._layout)
        if info is not None and info.host == socket.gethostname() and info.is_alive():
            os.kill(info.pid, signal.SIGTERM)

    def _exit_code(self, summary: RunSummary) -> int:
        if summary.refusal and not self._interrupts:
            raise SubmissionImpossible(
                f"the scheduler rejects the jobs of {self._layout.name}: {summary.refusal}",
                remedy="change execution.cluster, then run the sweep again",
            )
        if self._interrupts or summary.state in ("cancelled", "cancelling"):
            return ExitCode.CANCELLED
        if summary.state in ("dead", "broken") or self._failed(summary):
            return ExitCode.CASES_FAILED
        return ExitCode.SPEC_VIOLATED if violated(spec_results(self._layout)) else ExitCode.GOOD

    def _failed(self, summary: RunSummary) -> bool:
        """Whether a case this start was about failed."""
        if self._cases is None:
            return summary.counts["failed"] > 0
        rows = (self._view.case(case_id) for case_id in self._cases)
        return any(row is not None and row["status"] == "failed" for row in rows)
