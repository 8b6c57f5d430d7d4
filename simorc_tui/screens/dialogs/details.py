"""The details of one case: parameters, verdict, attempts, measurements, files."""

from __future__ import annotations

from datetime import UTC, datetime

from rich.text import Text

from simorc.rundir.layout import RunLayout
from simorc.rundir.store.reader import RunReader
from simorc.text import duration, plain
from simorc_tui.data.case_pages import CaseRow
from simorc_tui.screens.dialogs.reading import ReadingScreen
from simorc_tui.theme.glyphs import HEADING, STATUS_WORDS
from simorc_tui.widgets.case_table.columns import value_text


def details_screen(layout: RunLayout, view: RunReader, row: CaseRow) -> ReadingScreen:
    """The details of a case, as they are now."""
    text = Text()
    _verdict(text, row)
    for role, title in (("parameter", "Parameters"), ("measurement", "Measurements")):
        lines = [(c.label, value_text(row.get(c.name), c.shown)) for c in view.columns() if c.role == role]
        _section(text, title, [(label, value or "-") for label, value in lines])
    _attempts(text, view, row.case_id)
    files = (layout.deck(row.case_id), layout.log(row.case_id), layout.raw(row.case_id))
    _section(text, "Files", [(path.name, str(path) if path.exists() else "missing") for path in files])
    return ReadingScreen(f"case {row.case_id} of {plain(layout.name)}", text)


def _verdict(text: Text, row: CaseRow) -> None:
    lines = [("status", STATUS_WORDS[row.status])]
    for name, label in (("kind", "kind"), ("message", "message"), ("attempts", "attempts"), ("rung", "rung")):
        if row.get(name):
            lines.append((label, str(row.get(name))))
    seconds = row.get("seconds")
    if isinstance(seconds, float):
        lines.append(("time", duration(seconds, narrow=True)))
    warm = row.get("warm")
    if warm is not None:
        lines.append(("session", "warm" if warm else "cold"))
    _section(text, "Verdict", lines)


def _attempts(text: Text, view: RunReader, case_id: int) -> None:
    lines = []
    for attempt in view.attempts(case_id):
        begun = (
            datetime.fromtimestamp(attempt["started"], UTC).astimezone().strftime("%H:%M:%S")
            if attempt["started"]
            else ""
        )
        parts = (
            begun,
            attempt["status"],
            attempt["kind"],
            attempt["message"],
            attempt["action"],
            attempt["cold_why"],
            attempt["deck_run"],
            attempt["place"],
        )
        lines.append((f"{attempt['attempt']}", "  ".join(str(part) for part in parts if part)))
    _section(text, "Attempts", lines)


def _section(text: Text, title: str, lines: list[tuple[str, str]]) -> None:
    if not lines:
        return
    text.append(f"{title}\n", HEADING)
    for label, value in lines:
        text.append(f"  {plain(label):<16}", "bold").append(f" {plain(value)}\n")
    text.append("\n")
