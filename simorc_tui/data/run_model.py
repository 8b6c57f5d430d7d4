"""The open run: the one object through which controllers and threads read it.

It follows the run, remembers the newest news, and shares the results between threads that read them at the
same time, so that all of them show one state of the run. It does not hold results that nobody uses: a run
may have a million cases.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING

from simorc.rundir.layout import RunLayout
from simorc_tui.data.run_watcher import TICK, Follower, RunNews

if TYPE_CHECKING:
    from simorc.results.open_run import OpenRun

MEASURED = "measured"
"""The kind of the event that announces other definitions, specs and values."""


class RunModel:
    """One open run; `post` gets its news from a thread, and the owner passes them to `take`."""

    def __init__(self, layout: RunLayout, post: Callable[[RunNews], object], tick: float = TICK) -> None:
        self.layout = layout
        self.news: RunNews | None = None
        self._follower = Follower(layout, post, tick)
        self._lock = threading.Lock()
        self._results: weakref.ref[OpenRun] | None = None

    def follow(self) -> None:
        """Start a thread that reads the changes of the run."""
        self._follower.start()

    def close(self) -> None:
        """Stop following; returns when the store is closed."""
        self._follower.stop()

    def take(self, news: RunNews) -> None:
        """Make `news` the newest. The next ones come after `taken`."""
        self.news = news
        if news.case_ids is None or news.case_ids or any(kind == MEASURED for kind, _ in news.events):
            with self._lock:
                self._results = None

    def taken(self) -> None:
        """The newest news is shown."""
        self._follower.taken()

    @property
    def state(self) -> str:
        """The state of the run in the newest news; empty before the first."""
        return self.news.meta.get("state", "") if self.news is not None else ""

    def results(self) -> OpenRun:
        """The results as of the newest news; each part is read on first use. Slow: for a thread."""
        from simorc.results.open_run import OpenRun

        with self._lock:
            shared = self._results() if self._results is not None else None
            if shared is None:
                shared = OpenRun(self.layout)
                self._results = weakref.ref(shared)
            return shared
