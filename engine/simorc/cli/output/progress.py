"""Progress of `simorc run`: a bar in a terminal, plain lines elsewhere, JSON for programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType

import click

from simorc.cli.output.case_rows import dumps
from simorc.cli.output.tables import note
from simorc.rundir.store.failure_groups import FailureGroup
from simorc.rundir.summary import RunSummary, shown_state
from simorc.text import duration, message_line, plain

LINE_EVERY = 10.0
"""Seconds after which a plain progress line comes although little was done."""
_GROUPS_SHOWN = 3
_MESSAGE_WIDTH = 160


@dataclass(frozen=True)
class Moment:
    """A run as the follower sees it now: counts, cases done since it looked first, seconds since then."""

    run: str
    state: str
    counts: dict[str, int]
    total: int
    done: int
    seconds: float
    left: int
    """Cases this start is still to end."""

    @property
    def over(self) -> int:
        """Cases of the whole run that have ended."""
        return self.counts["completed"] + self.counts["failed"]

    @property
    def rate(self) -> float:
        """Cases per second since the follower started."""
        return self.done / self.seconds if self.seconds > 0 else 0.0

    @property
    def eta(self) -> float | None:
        """Seconds to go at that rate; None while there is no rate."""
        return self.left / self.rate if self.rate > 0 else None


class Progress:
    """Prints nothing; the subclasses print more."""

    wants_cases = False

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Leave the terminal as it was."""

    def case(self, record: dict[str, object]) -> None:
        """A case ended; `record` is its JSON form. Only called if `wants_cases`."""

    def warning(self, text: str) -> None:
        """Something the runner warns of."""

    def moment(self, now: Moment) -> None:
        """The run a tenth of a second later."""

    def ended(
        self, now: Moment, summary: RunSummary, code: int, failures: Sequence[FailureGroup] = ()
    ) -> None:
        """The run is over, or left to itself: one line for the person, and why cases failed."""
        self.close()
        note(closing_line(now, summary, failures))


class LineProgress(Progress):
    """A line for every further tenth, and every ten seconds: for a log file or a pipe."""

    def __init__(self) -> None:
        self._last = 0.0
        self._tenths = -1

    def warning(self, text: str) -> None:
        note(f"warning: {message_line(text)}")

    def moment(self, now: Moment) -> None:
        tenths = 10 * now.over // max(now.total, 1)
        if tenths != self._tenths or now.seconds - self._last >= LINE_EVERY:
            self._last, self._tenths = now.seconds, tenths
            note(progress_line(now))


class JsonProgress(Progress):
    """One JSON line per finished case, then the summary."""

    wants_cases = True

    def case(self, record: dict[str, object]) -> None:
        click.echo(dumps(record))

    def ended(
        self, now: Moment, summary: RunSummary, code: int, failures: Sequence[FailureGroup] = ()
    ) -> None:
        record = summary.as_json()
        record |= {"seconds": round(now.seconds, 3), "exit_code": int(code)}
        click.echo(dumps({"summary": record}))


class TerminalProgress(Progress):
    """A bar with what is done, the rate and the time to go, redrawn in place."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, TextColumn
        from rich.progress import Progress as Bar

        columns = (BarColumn(), TextColumn("{task.description}", markup=False))
        self._bar = Bar(*columns, console=Console(stderr=True), transient=True, refresh_per_second=8)
        self._task = self._bar.add_task("", total=None)

    def __enter__(self) -> Progress:
        self._bar.start()
        return self

    def close(self) -> None:
        self._bar.stop()

    def warning(self, text: str) -> None:
        self._bar.console.print(f"warning: {message_line(text)}", markup=False, highlight=False)

    def moment(self, now: Moment) -> None:
        done = now.over
        self._bar.update(self._task, total=now.total, completed=done, description=progress_line(now))


def progress_line(now: Moment) -> str:
    """``12/45 done, 1 failed, 3 under way, 8.1/s, 4 s to go``."""
    parts = [f"{now.over}/{now.total} done"]
    if now.counts["failed"]:
        parts.append(f"{now.counts['failed']} failed")
    parts.append(f"{now.counts['in_progress']} running")
    if now.rate:
        parts.append(f"{now.rate:.1f}/s")
    if now.eta is not None and now.left:
        parts.append(f"ETA {duration(now.eta)}")
    if now.state != "running":
        parts.append(shown_state(now.state, now.counts))
    return ", ".join(parts)


def closing_line(now: Moment, summary: RunSummary, failures: Sequence[FailureGroup] = ()) -> str:
    """The state of the run when `simorc run` returns, why cases failed, and which command to type next."""
    counts, name = summary.counts, plain(summary.run)
    text = f"{name}: {summary.shown_state}, {counts['completed']} of {summary.total} completed"
    for status in ("failed", "pending"):
        text += f", {counts[status]} {status}" if counts[status] else ""
    text = "\n".join([f"{text}, in {duration(now.seconds)}", *_reasons(failures), *_warnings(summary)])
    if summary.state in ("dead", "cancelled", "cancelling") and now.left:
        return f"{text}\nresume it: simorc run {name}"
    return f"{text}\nsee: simorc results {name}{' --failed' if counts['failed'] else ''}"


def _reasons(failures: Sequence[FailureGroup]) -> list[str]:
    """``  4 x missing_model: no model nch (case 2)``: the commonest, and how many others there are."""
    lines = [
        f"  {group.count} x {plain(group.kind) or 'failed'}: {_shortened(message_line(group.message))}"
        f" (case {group.first_case})"
        for group in failures[:_GROUPS_SHOWN]
    ]
    others = sum(group.count for group in failures[_GROUPS_SHOWN:])
    return [*lines, f"  {others} x other messages"] if others else lines


def _warnings(summary: RunSummary) -> list[str]:
    """``  warning: ignored_parameter in 45 cases, first in case 1: unrecognized parameter (x) - ignored``."""
    return [f"  warning: {_shortened(message_line(str(group)))}" for group in summary.warnings]


def _shortened(message: str) -> str:
    return message if len(message) <= _MESSAGE_WIDTH else f"{message[: _MESSAGE_WIDTH - 3]}..."
