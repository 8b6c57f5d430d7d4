"""The status line: project and run, progress, counts, jobs, rate, remaining time, problems."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rich.text import Text
from textual.reactive import reactive
from textual.timer import Timer
from textual.widget import Widget

from simorc.rundir.case_rate import CaseRate
from simorc.rundir.store.reader import still_awaited
from simorc.rundir.store.warning_rows import WarningGroup
from simorc.text import duration, plain
from simorc_tui.data.run_watcher import RunNews
from simorc_tui.data.spec_violations import Violations
from simorc_tui.theme.glyphs import UNICODE, Glyphs
from simorc_tui.widgets.line_parts import Part, fitted_line, part

if TYPE_CHECKING:
    from simorc.reports.spec_sheet import SpecRow

PAINTED_EVERY = 1 / 8
"""Seconds between two updates of the line: faster ones cannot be read, and each costs as much as ten cells.
"""
NO_WARM = ("no warm sessions: run simorc doctor for the reason", "no warm sessions", "cold")
COLOURS = {
    "pending": "",
    "in_progress": "cyan",
    "completed": "green",
    "violated": "yellow",
    "failed": "red",
}
ZERO = "dim"


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
    def _ended(self) -> int:
        return self._counts.get("completed", 0) + self._counts.get("failed", 0)

    @property
    def _total(self) -> int:
        return int(self._meta.get("total", sum(self._counts.values())))

    def render(self) -> Text:
        project, run = plain(self.project), plain(self._run)
        if not run:
            return fitted_line([part(0, project, style="bold"), *self._notes()], self.size.width)
        name = part(9, Text(f"{project} {self.glyphs.arrow} ").append(run, "bold"), Text(run, "bold"))
        parts = [name, *self._progress(), *self._state(), *self._counted(), self._worst_spec()]
        return fitted_line([*parts, *self._notes()], self.size.width)

    def _progress(self) -> list[Part]:
        """The bar, and how many cases have ended."""
        total, ended = self._total, self._ended
        over = ended == total and total > 0
        share = "" if over or not total else f"  {min(99, round(100 * ended / total))} %"
        short = f"{ended}/{total}"
        bars = (self._bar(cells) for cells in (20, 12, 8))
        return [part(6, *bars, ""), part(1, f"{ended:,} / {total:,}{share}", short + share[1:], short)]

    def _bar(self, cells: int) -> Text:
        """Cases that meet the specs, violate one, failed and run, to scale."""
        counts, verdicts = self._counts, self.violations.counts
        against = min(verdicts.violating + verdicts.missing, counts.get("completed", 0))
        numbers = {
            "completed": counts.get("completed", 0) - against,
            "violated": against,
            **{status: counts.get(status, 0) for status in ("failed", "in_progress")},
        }
        line, total = Text(), self._total
        for status, wide in zip(numbers, cell_shares([*numbers.values()], total, cells), strict=True):
            line.append(self.glyphs.bar_full * wide, COLOURS[status])
        return line.append(self.glyphs.bar_empty * (cells - line.cell_len), ZERO)

    def _counted(self) -> list[Part]:
        """How many cases are what, by weight; a count of zero is grey and goes first."""
        counts, verdicts = self._counts, self.violations
        parts = []
        if verdicts.counts.ran or verdicts.across:
            met = max(0, counts.get("completed", 0) - verdicts.counts.violating - verdicts.counts.missing)
            parts.append(self._count("completed", met, "met", 5))
            parts.append(self._broken())
        else:
            parts.append(self._count("completed", counts.get("completed", 0), "done", 5))
        parts.append(self._count("failed", counts.get("failed", 0), "failed", 2))
        over = self._ended == self._total
        if not over:
            parts.append(self._count("in_progress", counts.get("in_progress", 0), "running", 4))
            parts.append(self._count("pending", counts.get("pending", 0), "pending", 7))
        return parts

    def _count(self, status: str, number: int, word: str, weight: int) -> Part:
        sign, style = self.glyphs.status(status), COLOURS[status] if number else ZERO
        words = f"{sign} {number:,} {word}"
        return part(
            weight if number else 8, words, f"{sign}{number}", *(() if number else ("",)), style=style
        )

    def _broken(self) -> Part:
        """The cases that violate a spec, as all other views count them."""
        found = self.violations
        if not found.text:
            return self._zero_violated()
        sign = self.glyphs.violated
        forms = (f"{sign} {found.text}", f"{sign} {found.short or found.text}", f"{sign}{found.off}")
        return part(3, *forms, style=COLOURS["violated"])

    def _zero_violated(self) -> Part:
        return part(8, f"{self.glyphs.violated} 0 violated", f"{self.glyphs.violated}0", "", style=ZERO)

    def _worst_spec(self) -> Part:
        """The strip of the spec that needs attention first, when the run is over."""
        row = self.violations.tightest
        if row is None or self._meta.get("state") != "finished":
            return part(1, "")
        return part(7, *(self._strip_of(row, cells) for cells in (30, 20, 14)), "")

    def _strip_of(self, row: SpecRow, cells: int) -> Text:
        from simorc_tui.widgets.spec_sheet.strip import strip_line

        line = Text(f"{plain(row.name)} ", "bold").append(f"{plain(row.low)} ".lstrip(), "not bold")
        strip = strip_line(row.strip, cells, self.glyphs)
        blank = len(strip.plain) - len(strip.plain.lstrip())
        strip.rstrip()
        line.append_text(strip[blank:])
        return line.append(f" {plain(row.high)}".rstrip(), "not bold")

    def _state(self) -> list[Part]:
        """What the run does: rate and remaining time, or the state and its reason."""
        state = self._meta.get("state", "")
        if state in ("running", "paused", "cancelling") and not self._alive:
            return [part(1, "stopped: press r to resume", "stopped")]
        if state != "running":
            reason = plain(self._meta.get("pause_reason", "")) if state == "paused" else ""
            long = (f"{state}: {reason}", f"{state}: {_cut(reason)}") if reason else ()
            return [part(2, *long, state, style="bold" if state == "paused" else "")]
        rate = self._rate.per_second
        jobs = f"{self._counts.get('in_progress', 0)}/{self._meta.get('jobs', '?')} jobs"
        if not rate:
            return [part(7, jobs, "")]
        left = duration(still_awaited(self._counts, self._meta) / rate, narrow=True)
        return [part(3, f"{rate:.3g}/s", ""), part(1, f"ETA {left}"), part(8, jobs, "")]

    def _notes(self) -> list[Part]:
        """What to beware of: all of it, in two words, in one."""
        problems = f"{self.problems} problem{'s' if self.problems > 1 else ''}"
        notes: tuple[tuple[object, tuple[str, str, str]], ...] = (
            (self._warnings, self._warning_texts()),
            (self.problems, (f"{problems} in the configuration", problems, problems)),
            (self.stale, (self.stale, "netlist stale", "stale")),
            (self.predates, (self.predates, "results old", "old")),
            (self._meta.get("warm_lost"), NO_WARM),
        )
        return [
            part(4, *(f"{self.glyphs.warning} {plain(form)}" for form in forms), style="yellow")
            for is_so, forms in notes
            if is_so
        ]

    def _warning_texts(self) -> tuple[str, str, str]:
        """What the simulator ignored: how many cases have each kind; the kinds; that there is something."""
        kinds = ", ".join(f"{group.kind} {group.cases}" for group in self._warnings)
        return f"warnings: {kinds}", f"{len(self._warnings)} kinds of warnings", "warned"


def cell_shares(numbers: Sequence[int], total: int, cells: int) -> list[int]:
    """How many of `cells` each of `numbers` takes: to scale, and at least one cell for any that is not 0.

    All cells together only where the numbers are all of `total`.
    """
    if not total:
        return [0] * len(numbers)
    found = [max(1, cells * number // total) if number else 0 for number in numbers]
    if sum(numbers) >= total:
        found[max(range(len(numbers)), key=numbers.__getitem__)] += max(0, cells - sum(found))
    room = cells - (sum(numbers) < total)
    while sum(found) > room:
        found[max(range(len(found)), key=found.__getitem__)] -= 1
    return found


def _cut(text: str, most: int = 40) -> str:
    return text if len(text) <= most else f"{text[: most - 3]}..."
