"""The values of a ``.step`` card of LTspice."""

from __future__ import annotations

import re
from typing import Any

from simorc.units import Number

_FILE = re.compile(r"^(\.step\s+\S.*?)\s+file\s*=\s*(\"[^\"]*\"|\S+)\s*$", re.IGNORECASE)


def values_file(card: str) -> str | None:
    """The file in ``.step param R file=values.txt``, as written; None for other forms."""
    match = _FILE.match(card)
    return match[2].strip('"') if match else None


def with_listed_values(card: str, text: str) -> str | None:
    """The ``file=`` card as a ``list`` of the numbers in `text`; None if `text` has none or other words."""
    match, words = _FILE.match(card), text.split()
    if match is None or not words or not all(is_number(word) for word in words):
        return None
    return f"{match[1]} list {' '.join(words)}"


def is_number(text: str) -> bool:
    """Whether `text` is an engineering number."""
    try:
        Number(text)
    except ValueError:
        return False
    return True


def step_values(scale: str, words: list[str]) -> Any:
    """The values of a .step: ``list 1 2 3``, ``start stop step``, or with points per octave or decade."""
    if words and words[0].lower() == "list":
        listed = [Number(word) if is_number(word) else word for word in words[1:]]
        return listed or None
    if len(words) != 3 or not all(is_number(word) for word in words):
        return None
    start, stop, last = words
    if scale == "lin":
        return {"start": Number(start), "stop": Number(stop), "step": Number(last)}
    ratio = (2.0 if scale == "oct" else 10.0) ** (1 / float(Number(last)))
    value, values = float(Number(start)), []
    while 0 < value <= float(Number(stop)) * (1 + 1e-9):
        values.append(float(f"{value:.10g}"))
        value *= ratio
    return values or None
