"""Writes CSV that a spreadsheet opens without computing anything.

A spreadsheet takes a cell that begins with ``=``, ``+``, ``-``, ``@``, a tab or a line end as a formula, also
one that starts a program. Such a text gets a leading ``'``; numbers stay numbers (``-1.5e-3``, ``-40C``).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import TextIO

from simorc.number_grammar import read_number

_ALWAYS = frozenset("=@\t\r\n\N{FULLWIDTH EQUALS SIGN}\N{FULLWIDTH COMMERCIAL AT}")
_SIGNS = frozenset("+-\N{FULLWIDTH PLUS SIGN}\N{FULLWIDTH HYPHEN-MINUS}")
_INFINITE = frozenset({"+inf", "-inf"})


class CsvWriter:
    """Writes rows to `stream`; lines end at LF. A text that a spreadsheet would compute gets a ``'``."""

    def __init__(self, stream: TextIO) -> None:
        # The csv module quotes a CR within a text only if lines end at CR LF; bare, it would begin a row.
        self._writer = csv.writer(_LfLines(stream), lineterminator="\r\n")

    def writerow(self, cells: Iterable[object]) -> None:
        """Write one line."""
        self._writer.writerow([_cell(each) for each in cells])

    def writerows(self, rows: Iterable[Iterable[object]]) -> None:
        """Write one line for each row."""
        for row in rows:
            self.writerow(row)


class _LfLines:
    """Ends lines at LF instead of CR LF."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, line: str) -> None:
        self._stream.write(f"{line[:-2]}\n")


def csv_line(cells: Iterable[object]) -> str:
    """One line of CSV without its end."""
    line = io.StringIO()
    CsvWriter(line).writerow(cells)
    return line.getvalue().removesuffix("\n")


def _cell(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and _computed(value) else value


def _computed(text: str) -> bool:
    """Whether a spreadsheet may take a text for a formula."""
    first = text[:1]
    if first in _SIGNS:
        return not _is_number(text)
    return first in _ALWAYS


def _is_number(text: str) -> bool:
    if text in _INFINITE:
        return True
    try:
        read_number(text)
    except ValueError:
        # Also a number beyond the range of a deck, as results have: -1e-320.
        return _is_float(text)
    return True


def _is_float(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
