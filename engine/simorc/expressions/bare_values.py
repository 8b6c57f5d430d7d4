"""Unquoted values in conditions: a number, a range ``1..2``, a pattern ``s*``, or a text."""

from __future__ import annotations

import re
from dataclasses import dataclass

from simorc.errors import ExpressionError
from simorc.number_grammar import looks_like
from simorc.units import parse_value, unambiguous

_PIECE = re.compile(r"\"[^\"]*\"|'[^']*'|[^\"']+")


@dataclass(frozen=True)
class Bare:
    """What was typed, quotes inside it included, and its column (from 1)."""

    text: str
    column: int

    @property
    def plain(self) -> str:
        """The text without its quotes."""
        return self.text.replace('"', "").replace("'", "")


def number_in(value: Bare, hint: str = "") -> float:
    """The number. Raises ExpressionError for anything else, with the hint."""
    try:
        return float(unambiguous(value.plain))
    except ValueError as error:
        raise ExpressionError(f"{error}{hint}", column=value.column) from None


def parsed_value(value: Bare) -> float | str:
    """The number, or the text that is none. Raises ExpressionError for what only looks like a number."""
    if not isinstance(parse_value(value.plain), float) and not looks_like(value.plain):
        return value.plain
    return number_in(value)


def range_in(value: Bare) -> tuple[float, float] | None:
    """The ends of ``low..high``; None for anything else. Raises ExpressionError for an end without number."""
    low, dots, high = value.plain.partition("..")
    if not dots:
        return None
    return number_in(Bare(low, value.column)), number_in(Bare(high, value.column))


def wildcard_in(value: Bare) -> str | None:
    """The pattern that ``*`` and ``?`` outside quotes make, as `Like` has it; None without them."""
    pieces = [piece[0] for piece in _PIECE.finditer(value.text)]
    if not any(char in piece for piece in pieces if piece[0] not in "\"'" for char in "*?"):
        return None
    return "".join(map(_pattern, pieces))


def literal_pattern(text: str, special: str = "*?[") -> str:
    """The pattern that only this text matches."""
    return "".join(f"[{char}]" if char in special else char for char in text)


def _pattern(piece: str) -> str:
    quoted = piece[0] in "\"'"
    return literal_pattern(piece[1:-1]) if quoted else literal_pattern(piece, "[")
