"""The status line: project and run, progress, counts, jobs, rate, remaining time, problems."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Mapping

from rich.text import Text
from textual.reactive import reactive
from textual.timer import Timer
from textual.widget import Widget

from simorc.rundir.store.reader import still_awaited
from simorc.rundir.store.warning_rows import WarningGroup
from simorc.text import duration, plain
from simorc_tui.data.run_watcher import RunNews
from simorc_tui.data.spec_violations import Violations
from simorc_tui.theme.glyphs import UNICODE, Glyphs, progress_bar

RATE_OVER = 10.0
PAINTED_EVERY = 1 / 8
"""Seconds between two updates of the line: faster ones cannot be read, and each costs as much as ten cells.
"""
WORDS = {"pending": "pending", "in_progress": "running", "completed": "done", "failed": "failed"}
NO_WARM = ("no warm sessions: run simorc doctor for the reason", "no warm sessions", "cold")
COLOURS = {"pending": "", "in_progress": "cyan", "completed": "green", "failed": "red"}


class CaseRate:
    """Cases ended per second over the last ten seconds."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque()

    def add(self, now: float, ended: int) -> None:
        self._seen.append((now, ended))
        while len(self._seen) > 2 and now - self._seen[1][0] >= RATE_OVER:
            self._seen.popleft()

    @property
    def per_second(self) -> float:
        """0 until two moments are known."""
        if len(self._seen) < 2:
            return 0.0
        (first, before), (last, after) = self._seen[0], self._seen[-1]
        return max(0.0, (after - before) / (last - first)) if last > first else 0.0


class StatusLine(Widget):
    """One line that shows the state of the run."""

    DEFAULT_CSS = "StatusLine { height: 1; }"

    project: reactive[str] = reactive("")
    problems: reactive[int] = reactive(0)
    stale: reactive[str] = reactive("")
    predates: reactive[str] = reactive("")
    violations: reactive[Violations] = reactive(Violations())

    def __init__(self, glyphs: Glyphs = UNICODE, *, widget_id: str | None = None) -> None:
        super().__init__(id=widget_id)
        self.glyphs = glyphs
        self._run = ""
        self._counts: Mapping[str, int] = {}
        self._meta: Mapping[str, str] = {}
        self._warnings: tuple[WarningGroup, ...] = ()
        self._alive = False
        self._rate = CaseRate()
        self._due: Timer | None = None
        self._painted = 0.0

    def attach(self, run: str) -> None:
        """Another run from now on."""
        self._run, self._counts, self._meta, self._rate = run, {}, {}, CaseRate()
        self._warnings = ()
        self.violations = Violations()
        self.refresh()

    def rename(self, run: str) -> None:
        """The run is shown by another name."""
        if run != self._run:
            self._run = run
            self.refresh()

    def show_news(self, news: RunNews) -> None:
        """Counts and state as the follower found them."""
        self._counts, self._meta, self._warnings = news.counts, news.meta, news.warnings
        self._rate.add(time.monotonic(), self._ended)
        # Together with the cases, so that the line needs no frame of its own; alone only after the last news.
        if time.monotonic() - self._painted >= PAINTED_EVERY:
            self._paint()
        elif self._due is None:
            self._due = self.set_timer(2 * PAINTED_EVERY, self._paint)

    def _paint(self) -> None:
        if self._due is not None:
            self._due.stop()
        self._due, self._painted = None, time.monotonic()
        self.refresh()

    def show_life(self, alive: bool) -> None:
        """Whether the run has an active runner."""
        if alive != self._alive:
            self._alive = alive
            self.refresh()

    @property
    def _wide(self) -> bool:
        return self.size.width >= 110

    @property
    def _ended(self) -> int:
        return self._counts.get("completed", 0) + self._counts.get("failed", 0)

    @property
    def _total(self) -> int:
        return int(self._meta.get("total", sum(self._counts.values())))

    def render(self) -> Text:
        line = Text(no_wrap=True, overflow="ellipsis")
        line.append(plain(self.project), "bold")
        if self._run:
            line.append(f" {self.glyphs.arrow} {plain(self._run)}  ")
            self._append_progress(line)
            line.append(f"  {self._state_text()}")
            broken = self.violations.text if self._wide else self.violations.short
            line.append(f"  {self.glyphs.violated} {broken}" if broken else "", "yellow")
        return self._with_notes(line)

    def _with_notes(self, line: Text) -> Text:
        """What to beware of, at the length that fits."""
        for length in range(3):
            longer = line.copy()
            for note in self._notes(length):
                longer.append(f"  {self.glyphs.warning} {plain(note)}", "yellow")
            if longer.cell_len <= self.size.width:
                break
        return longer

    def _notes(self, length: int) -> list[str]:
        """0: all of it; 1: in two words; 2: in one."""
        problems = f"{self.problems} problem{'s' if self.problems > 1 else ''}"
        notes: tuple[tuple[object, tuple[str, str, str]], ...] = (
            (self._warnings, self._warning_texts()),
            (self.problems, (f"{problems} in the configuration", problems, problems)),
            (self.stale, (self.stale, "netlist stale", "stale")),
            (self.predates, (self.predates, "results old", "old")),
            (self._meta.get("warm_lost"), NO_WARM),
        )
        return [str(words[length]) for is_so, words in notes if is_so]

    def _warning_texts(self) -> tuple[str, str, str]:
        """What the simulator ignored: how many cases have each kind; the kinds; that there is something."""
        kinds = ", ".join(f"{group.kind} {group.cases}" for group in self._warnings)
        return f"warnings: {kinds}", f"{len(self._warnings)} kinds of warnings", "warned"

    def _append_progress(self, line: Text) -> None:
        total, wide = self._total, self._wide
        share = self._ended / total if total else 0.0
        if wide:
            line.append(progress_bar(self.glyphs, share, 14) + " ")
        line.append(f"{self._ended}/{total} ")
        over = self._ended == total and not wide
        for status in ("completed", "failed") if over else ("completed", "failed", "in_progress", "pending"):
            word = f" {WORDS[status]}" if wide else ""
            line.append(f" {self.glyphs.status(status)}{self._counts.get(status, 0)}{word}", COLOURS[status])

    def _state_text(self) -> str:
        state = self._meta.get("state", "")
        if state in ("running", "paused", "cancelling") and not self._alive:
            return "stopped: press r to resume"
        if state != "running":
            reason = self._meta.get("pause_reason", "")
            return f"{state}: {plain(reason)}" if state == "paused" and reason else state
        rate = self._rate.per_second
        left = still_awaited(self._counts, self._meta)
        jobs = f"{self._counts.get('in_progress', 0)}/{self._meta.get('jobs', '?')} jobs"
        if not rate:
            return jobs
        end = f"ETA {duration(left / rate, narrow=True)}"
        return f"{jobs}  {rate:.3g}/s  {end}" if self._wide else f"{end}  {rate:.3g}/s"
