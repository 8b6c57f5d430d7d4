"""Compares two texts side by side: the lines that differ, with a few lines around them."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence

from rich.table import Table
from rich.text import Text

from simorc.regular_files import read_regular
from simorc.rundir.layout import RunLayout
from simorc.text import plain

AROUND = 2
MOST_LINES = 4000
Row = tuple[str, str, str]
"""(what: ``=``, ``!``, ``-``, ``+`` or ``…``; left line; right line)"""


def rows_of(left: Sequence[str], right: Sequence[str]) -> list[Row]:
    """The differences with `AROUND` equal lines on either side; ``…`` where lines are left out."""
    rows: list[Row] = []
    matcher = difflib.SequenceMatcher(None, left, right, autojunk=False)
    for number, group in enumerate(matcher.get_grouped_opcodes(AROUND)):
        if number:
            rows.append(("…", "", ""))
        for tag, a, b, c, d in group:
            rows += _rows(tag, left[a:b], right[c:d])
    return rows


def _rows(tag: str, left: Sequence[str], right: Sequence[str]) -> Iterator[Row]:
    sign = {"equal": "=", "replace": "!", "delete": "-", "insert": "+"}[tag]
    for place in range(max(len(left), len(right))):
        yield sign, left[place] if place < len(left) else "", right[place] if place < len(right) else ""


def deck_table(layout: RunLayout, first: int, second: int) -> Table | Text:
    """The decks of two cases. Raises OSError if one is missing."""
    texts = [
        read_regular(layout.deck(case_id)).decode("utf-8", "replace").splitlines()[:MOST_LINES]
        for case_id in (first, second)
    ]
    rows = rows_of(*texts)
    if not rows:
        return Text("the decks are the same", "italic")
    return table_of(rows, f"case {first}", f"case {second}")


def table_of(rows: Sequence[Row], before: str, after: str) -> Table:
    """Rows of `rows_of` under two titles."""
    table = Table(box=None, pad_edge=False, expand=True, header_style="bold")
    table.add_column("", width=1)
    table.add_column(before, ratio=1, overflow="fold")
    table.add_column(after, ratio=1, overflow="fold")
    styles = {"!": "yellow", "-": "red", "+": "green", "…": "dim"}
    for sign, left, right in rows:
        style = styles.get(sign, "")
        shown = "" if sign in "=" else sign
        table.add_row(Text(shown), Text(plain(left), style), Text(plain(right), style))
    return table
