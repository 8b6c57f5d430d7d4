"""The data files of code models: what ngspice does not find in them it replaces by zeros, without a message.

``filesource`` reads lines of a time and one or more values, and skips other lines. ``table2d`` and
``table3d`` read the numbers of columns and rows (and tables), the values of each axis, then the rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import takewhile

from simorc.netlist.deck.cards import spice_number

MODEL = re.compile(
    r"^[ \t]*\.model[ \t]+(?P<name>\S+)[ \t]+(?P<kind>filesource|table2d|table3d)\b"
    r"(?P<rest>[^\n]*(?:\n(?:[ \t]*\*[^\n]*\n)*[ \t]*\+[^\n]*)*)",
    re.IGNORECASE | re.MULTILINE,
)
"""A model card of a code model that reads a file whose form is known."""
FILE = re.compile(r"\bfile[ \t]*=[ \t]*\"([^\"\n]+)\"", re.IGNORECASE)
_COMMENTS = ("*", "#", ";")
_SEPARATORS = re.compile(r"[\s,]+")
_LEADING = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?", re.IGNORECASE)
_RELATIVE = re.compile(r"\btimerelative[ \t]*=[ \t]*(?:true|1)\b", re.IGNORECASE)

Line = tuple[int, list[str]]
"""The number of a line, from 1, and its words."""


def data_fault(kind: str, card: str, text: str) -> str:
    """What the file `text` of a code model lacks, with its line; empty if nothing. `kind` is the model's type
    in lower case, `card` its card.
    """
    if kind == "filesource":
        return _source_fault(list(_lines(text)), relative=_RELATIVE.search(card) is not None)
    return _table_fault(list(_lines(text)), 3 if kind == "table3d" else 2)


def _lines(text: str) -> Iterator[Line]:
    for number, line in enumerate(text.splitlines(), 1):
        words = [word for word in _SEPARATORS.split(line.strip()) if word]
        if words and not words[0].startswith(_COMMENTS):
            yield number, words


def _source_fault(lines: Sequence[Line], *, relative: bool) -> str:
    last, values = float("-inf"), 0
    for number, words in lines:
        if not _LEADING.match(words[0]):
            continue
        numbers = list(takewhile(_LEADING.match, words))
        if cut := next((word for word in numbers if not _LEADING.fullmatch(word)), ""):
            return f"line {number}: '{cut}' is not a number: write it without a unit"
        found = len(numbers) - 1
        if found < max(values, 1):
            return f"line {number}: a time without {'a value' if not values else f'its {values} values'}"
        time = float(words[0])
        if time < last and not relative:
            return f"line {number}: the time {time:g} is before {last:g} of the line above"
        last, values = time, values or found
    return "" if values else "no line has a time and a value"


def _table_fault(lines: Sequence[Line], axes: int) -> str:
    """A row of a table has as many numbers as the first axis has values."""
    if len(lines) < axes:
        return f"the {axes} sizes of the table are missing"
    sizes = [_size(words) for _, words in lines[:axes]]
    if 0 in sizes:
        return f"line {lines[sizes.index(0)][0]}: not a size of the table"
    rows = sizes[1] * (sizes[2] if axes == 3 else 1)
    wanted = [*sizes, *[sizes[0]] * rows]
    content = lines[axes : axes + len(wanted)]
    for (number, words), count in zip(content, wanted, strict=False):
        good = [word for word in words if spice_number(word) is not None]
        if len(good) < min(count, len(words)):
            return f"line {number}: '{next(word for word in words if word not in good)}' is not a number"
        if len(good) < count:
            return f"line {number}: {len(good)} of {count} numbers"
    missing = len(wanted) - len(content)
    if missing > rows:
        return f"the values of {missing - rows} axes and {rows} rows are missing"
    return f"{missing} of {rows} rows missing at the end" if missing else ""


def _size(words: Sequence[str]) -> int:
    return int(words[0]) if words[0].isdecimal() else 0
