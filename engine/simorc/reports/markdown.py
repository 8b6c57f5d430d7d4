"""Text in Markdown: shown as it was written, whatever characters it contains."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from simorc.text import plain

# `_` within a word is plain text, and names are full of it. `&` begins an entity, `$` a formula.
_SPECIAL = re.compile(r"[\\`*\[\]|~$]|(?<![^\W_])_|_(?![^\W_])")
_BLOCK = re.compile(r"[#+=>-]|\d+(?=[.)])")
"""What begins a heading, a list, a quotation or a rule at the beginning of a line."""


def markdown_text(value: str) -> str:
    """Text within a line or a cell of a table: one line without controls, markup, HTML and entities."""
    flat = plain(" ".join(value.split()))
    escaped = _SPECIAL.sub(r"\\\g<0>", flat)
    return escaped.replace("&", "&amp;").replace("<", "&lt;")


def markdown_line(value: str) -> str:
    """Text as a line or an item of a list: `markdown_text` that begins no heading, list or quotation."""
    text = markdown_text(value)
    match = _BLOCK.match(text)
    if match is None:
        return text
    first = match.end() if match[0][0].isdecimal() else 0
    return f"{text[:first]}\\{text[first:]}"


def markdown_code(value: str) -> str:
    """Text as code in a line."""
    flat = plain(" ".join(value.split()))
    fence = "`" * (1 + max((len(each) for each in re.findall("`+", flat)), default=0))
    room = " " if flat.startswith("`") or flat.endswith("`") else ""
    return f"{fence}{room}{flat}{room}{fence}"


class Code(str):
    """The text of a cell that is shown as code, with its spaces; without backquotes."""

    __slots__ = ()


def markdown_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """The lines of a table."""
    return [_row(header), f"|{' --- |' * len(header)}", *map(_row, rows)]


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(map(_cell, cells))} |"


def _cell(cell: str) -> str:
    if not isinstance(cell, Code):
        return markdown_text(cell)
    # A browser drops spaces at the ends.
    code = cell.replace(" ", "\N{NO-BREAK SPACE}").replace("|", r"\|")
    return f"`{code}`"
