"""The text header of one plot in a raw file.

Title: * an inverter
Date: Sat Nov 21 03:22:23  2026
Plotname: AC Analysis
Flags: complex
No. Variables: 2
No. Points: 41
Variables:
        0       frequency       frequency grid=3
        1       v(out)  voltage
Binary:
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

_VALUES = 8
"""Bytes of a number."""


class Variable(NamedTuple):
    """One column: its name, its type (``voltage``, ``current``, ``time``, ``notype``, ...).

    `padded` is a scalar (the result of a ``meas`` command) that fills its column up with zeros.
    """

    name: str
    kind: str
    padded: bool = False


class HeaderError(ValueError):
    """The header of a plot is invalid; the text is the reason."""


@dataclass(frozen=True, slots=True)
class Header:
    """A plot's header; `points` is the declared number, which may differ from the data that follows."""

    title: str
    date: str
    name: str
    flags: frozenset[str]
    variables: tuple[Variable, ...]
    points: int
    binary: bool

    @property
    def is_complex(self) -> bool:
        return "complex" in self.flags

    @property
    def row_size(self) -> int:
        """Bytes of one point in a binary section."""
        return len(self.variables) * _VALUES * (2 if self.is_complex else 1)


def parse_header(text: str, *, binary: bool) -> Header:
    """Read the lines above ``Binary:`` or ``Values:``. Raises HeaderError."""
    lines = iter(text.splitlines())
    fields: dict[str, str] = {}
    variables: tuple[Variable, ...] = ()
    for line in lines:
        key, colon, value = line.partition(":")
        if not colon:
            continue
        key = key.strip().lower()
        if key == "variables":
            variables = _variables(value, lines)
            break
        fields.setdefault(key, value.strip())
    points = _count(fields, "no. points")
    if _count(fields, "no. variables") != len(variables) or not variables:
        raise HeaderError(f"declares {fields['no. variables']} variables but lists {len(variables)}")
    flags = frozenset(fields.get("flags", "").lower().split())
    if "unpadded" in flags:
        raise HeaderError("has unpadded vectors, which are not supported")
    title, date, name = fields.get("title", ""), fields.get("date", ""), fields.get("plotname", "")
    return Header(title, date, name, flags, variables, points, binary)


def _count(fields: dict[str, str], key: str) -> int:
    text = fields.get(key, "")
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        raise HeaderError(f"its '{key}' is {text!r}" if text else f"has no '{key}'")
    return int(text)


def _variables(first: str, lines: Iterator[str]) -> tuple[Variable, ...]:
    rows = [first, *lines] if first.strip() else [*lines]
    return tuple(_variable(row) for row in rows if row.strip())


def _variable(row: str) -> Variable:
    words = row.split()
    if len(words) < 3:
        raise HeaderError(f"has a variable without a name or a type: {row.strip()!r}")
    return Variable(words[1], words[2].lower(), "dims=1" in words[3:])
