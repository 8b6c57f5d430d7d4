"""Announces the end of a run with the number of cases that violate a spec."""

from __future__ import annotations

import asyncio

from simorc.rundir.layout import RunLayout
from simorc_tui.announcing import announce
from simorc_tui.data.run_watcher import RunNews
from simorc_tui.data.spec_violations import Violations, read_violations
from simorc_tui.screens.main.context import Controller

OVER = ("finished", "cancelled")
MOST_UNASKED = 100_000
"""Cases of a run judged although it was over before one looked; the specs pane judges any."""


class RunEndController(Controller):
    """Judges runs that are over, beside the event loop's other business."""

    _judged: tuple[str, str] = ("", "")

    def look_for_end(self, news: RunNews) -> None:
        """Called with all news of the run on the table."""
        layout, state = self.main.run, news.meta.get("state", "")
        ended = [message for kind, message in news.events if kind in OVER]
        stamp = (news.run, f"{state} {news.meta.get('updated', '')}")
        if state not in OVER and not ended:
            self.main.status_line.violations, self._judged = Violations(), ("", "")
        elif layout is not None and (ended or stamp != self._judged):
            self._judged = stamp
            if ended or int(news.meta.get("total", 0)) <= MOST_UNASKED:
                self.main.do(self._judge(layout, ended[-1] if ended else ""), "judge")

    async def _judge(self, layout: RunLayout, ended: str) -> None:
        found = await asyncio.to_thread(read_violations, layout)
        if layout == self.main.run:
            self.main.status_line.violations = found
        if ended:
            message = f"{ended}; {found.text}" if found.text else ended
            self.main.say(message)
            announce(self.main.app, f"{layout.name}: {message}")
