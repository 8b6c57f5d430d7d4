"""Announces the end of a run with the number of cases that violate a spec."""

from __future__ import annotations

import asyncio
import time

from simorc.rundir.layout import RunLayout
from simorc_tui.announcing import announce
from simorc_tui.data.run_watcher import RunNews
from simorc_tui.data.spec_violations import read_violations
from simorc_tui.screens.main.context import Controller

OVER = ("finished", "cancelled")
LIVE_EVERY, REST_FACTOR = 1.0, 20
"""A live run is judged once a second at most, and for a twentieth of the time."""
MOST_UNASKED = 100_000
"""Cases of a run judged although it was over before one looked; the specs pane judges any."""


class RunEndController(Controller):
    """Judges runs that are over, beside the event loop's other business."""

    _judged: tuple[str, str] = ("", "")
    _judging: bool = False
    _next_judging: float = 0.0

    def look_for_end(self, news: RunNews) -> None:
        """Called with all news of the run on the table."""
        layout, state = self.main.run, news.meta.get("state", "")
        ended = [message for kind, message in news.events if kind in OVER]
        stamp = (news.run, f"{state} {news.meta.get('updated', '')}")
        if state not in OVER and not ended:
            self._judged = ("", "")
            self._judge_live(layout, news)
        elif layout is not None and (ended or stamp != self._judged):
            self._judged = stamp
            if ended or int(news.meta.get("total", 0)) <= MOST_UNASKED:
                self.main.do(self._judge(layout, ended[-1] if ended else ""), "judge")

    def _judge_live(self, layout: RunLayout | None, news: RunNews) -> None:
        """Count again what changed, for a small part of the time: the counts are a second or more behind."""
        now = time.monotonic()
        if layout is None or self._judging or now < self._next_judging:
            return
        if int(news.meta.get("total", 0)) <= MOST_UNASKED:
            self._judging = True
            self.main.do(self._judge_now(layout), "judge")

    async def _judge_now(self, layout: RunLayout) -> None:
        began = time.monotonic()
        try:
            await self._judge(layout, "")
        finally:
            took = time.monotonic() - began
            self._judging, self._next_judging = False, time.monotonic() + max(LIVE_EVERY, REST_FACTOR * took)

    async def _judge(self, layout: RunLayout, ended: str) -> None:
        found = await asyncio.to_thread(read_violations, layout)
        if layout == self.main.run:
            self.main.status_line.violations = found
        if ended:
            message = f"{ended}; {found.text}" if found.text else ended
            self.main.say(message)
            announce(self.main.app, f"{layout.name}: {message}")
