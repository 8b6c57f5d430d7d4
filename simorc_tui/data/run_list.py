"""Watches the runs of the project: one thread checks every two seconds and reports changes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from simorc.rundir.layout import RunLayout, find_runs
from simorc.rundir.summary import UNDER_WAY, RunSummary, summarise

EVERY = 2.0


class Overview:
    """Calls `tell(summaries)`, newest run first, from its thread whenever they change."""

    def __init__(self, root: Path, post: Callable[[list[RunSummary]], object]) -> None:
        self._root = root
        self._post = post
        self._stop = threading.Event()
        self._look_now = threading.Event()
        self._known: dict[str, tuple[tuple[int, ...], RunSummary]] = {}
        self._last: list[RunSummary] | None = None
        self._thread = threading.Thread(target=self._watch, name="overview of runs", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._look_now.set()
        if self._thread.is_alive():
            self._thread.join(timeout=2)

    def look_now(self) -> None:
        """Something was just done to a run: do not wait for the next look."""
        self._look_now.set()

    def _watch(self) -> None:
        while not self._stop.is_set():
            summaries = [self._summary(layout) for layout in find_runs(self._root)]
            if summaries != self._last and not self._stop.is_set():
                self._last = summaries
                self._post(summaries)
            self._look_now.wait(EVERY)
            self._look_now.clear()

    def _summary(self, layout: RunLayout) -> RunSummary:
        """A run at rest is read again only when its files changed."""
        stamp = _stamp(layout)
        known = self._known.get(layout.name)
        if known is not None and known[0] == stamp and known[1].state not in UNDER_WAY and not known[1].alive:
            return known[1]
        summary = summarise(layout)
        self._known[layout.name] = (stamp, summary)
        return summary


def _stamp(layout: RunLayout) -> tuple[int, ...]:
    """Modification times of the files that determine a run's state."""
    wal = layout.database.with_name(layout.database.name + "-wal")
    paths = (layout.database, wal, layout.runner_json, layout.remarks, layout.lock_json)
    return tuple(path.stat().st_mtime_ns if path.exists() else 0 for path in paths)
