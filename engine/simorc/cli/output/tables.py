"""Aligned columns of text, written row by row, so that memory does not grow with the rows."""

from __future__ import annotations

import itertools
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

import click

MEASURED_ROWS = 500
"""Column widths come from this many rows; a later, wider cell pushes its own row only."""


def width(text: str) -> int:
    """Terminal cells `text` takes: two for wide East Asian characters, none for combining ones."""
    if text.isascii():
        return len(text)
    wide = sum(unicodedata.east_asian_width(letter) in "WF" for letter in text)
    return len(text) + wide - sum(unicodedata.combining(letter) > 0 for letter in text)


def table(
    header: Sequence[str], rows: Iterable[Sequence[str]], *, right: frozenset[int] = frozenset()
) -> Iterator[str]:
    """Lines of a table; the columns in `right` are aligned to the right, the last one is never padded."""
    rows = iter(rows)
    first = list(itertools.islice(rows, MEASURED_ROWS))
    widths = [max(map(width, column)) for column in zip(header, *first, strict=True)]
    for row in itertools.chain([header], first, rows):
        cells = [_padded(cell, widths[place], place in right) for place, cell in enumerate(row)]
        yield "  ".join(cells).rstrip()


def _padded(cell: str, wanted: int, right: bool) -> str:
    space = " " * (wanted - width(cell))
    return space + cell if right else cell + space


def write(lines: Iterable[str]) -> None:
    """Print lines to stdout; in blocks when it is a file or a pipe."""
    if sys.stdout.isatty():
        for line in lines:
            click.echo(line)
        return
    while block := list(itertools.islice(lines := iter(lines), 1000)):
        click.echo("\n".join(block))


def note(text: str) -> None:
    """Say something to the person: stderr, so that stdout stays for what was asked."""
    click.echo(text, err=True)
