"""Follows a run: one thread reads its changes and posts one message per tick.

While a message is on its way the follower gathers; a terminal that stalls the event loop for seconds gets one
message afterwards, not a backlog.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from simorc.errors import StoreError
from simorc.rundir.layout import RunLayout
from simorc.rundir.store.connection import DatabaseError
from simorc.rundir.store.news import NewsReader
from simorc.rundir.store.reader import CASES_NAMED, RunReader
from simorc.rundir.store.warning_rows import WarningGroup

TICK = 1 / 15
IDLE_TICK = 1 / 4
IDLE_AFTER = 30


@dataclass(frozen=True)
class RunNews:
    """What happened since the last news; `case_ids` None means any case may have changed."""

    run: str
    case_ids: frozenset[int] | None
    counts: Mapping[str, int]
    meta: Mapping[str, str]
    progress: Mapping[int, float] = field(default_factory=dict)
    events: tuple[tuple[str, str], ...] = ()
    error: str = ""
    warnings: tuple[WarningGroup, ...] = ()


class Follower:
    """Follows one run until `stop`; calls `tell(news)` from its thread."""

    def __init__(self, layout: RunLayout, post: Callable[[RunNews], object], tick: float = TICK) -> None:
        self._layout = layout
        self._tick = tick
        self._post = post
        self._stop = threading.Event()
        self._taken = threading.Event()
        self._taken.set()
        self._changed: set[int] | None = set()
        self._events: list[tuple[str, str]] = []
        self._last: tuple[object, ...] = ()
        self._thread = threading.Thread(target=self._follow, name=f"follow {layout.name}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End following; returns when the thread has closed the store."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=2)

    def taken(self) -> None:
        """The last news has been dealt with: the next may come."""
        self._taken.set()

    def _follow(self) -> None:
        try:
            with RunReader(self._layout) as view:
                news = NewsReader(view)
                self._changed = None  # everything is news at first
                self._look(view, news)
                quiet, looked = 0, time.monotonic()
                while not self._stop.wait(max(0.0, looked + self._pause(quiet) - time.monotonic())):
                    looked = time.monotonic()
                    quiet = 0 if self._look(view, news) else quiet + 1
        except (StoreError, OSError, DatabaseError) as error:
            if not self._stop.is_set():
                self._post(RunNews(self._layout.name, None, {}, {}, error=str(error)))

    def _pause(self, quiet: int) -> float:
        """Seconds from one look to the next after `quiet` looks without news."""
        return IDLE_TICK if quiet > IDLE_AFTER else self._tick

    def _look(self, view: RunReader, news: NewsReader) -> bool:
        """One tick; whether anything was new."""
        found = news.look()
        self._gather(None if found.changes.overflow else found.changes.case_ids)
        self._events += [(row["kind"], row["message"]) for row in found.events]
        counts, meta, progress = view.counts(), view.meta(), view.progress()
        now = (tuple(counts.items()), tuple(meta.items()), tuple(progress.items()))
        fresh = self._changed is None or bool(self._changed) or bool(self._events) or now != self._last
        if fresh and self._taken.is_set():
            self._last = now
            self._send(counts, meta, progress, view.warning_groups())
        return fresh

    def _gather(self, case_ids: list[int] | None) -> None:
        if case_ids is None or self._changed is None:
            self._changed = None
            return
        self._changed.update(case_ids)
        if len(self._changed) > CASES_NAMED:
            self._changed = None

    def _send(
        self,
        counts: Mapping[str, int],
        meta: Mapping[str, str],
        progress: Mapping[int, float],
        warnings: tuple[WarningGroup, ...],
    ) -> None:
        named = None if self._changed is None else frozenset(self._changed)
        events, self._changed, self._events = tuple(self._events), set(), []
        self._taken.clear()
        run = self._layout.name
        self._post(RunNews(run, named, counts, meta, progress, events, warnings=warnings))
