"""Cards of an ngspice deck: numbers as SPICE reads them, and what an analysis card asks for."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

_NUMBER = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+)(?:[ed][+-]?\d+)?)([a-zµ]*)", re.IGNORECASE)
_SCALES = {"t": 1e12, "g": 1e9, "k": 1e3, "m": 1e-3, "u": 1e-6, "µ": 1e-6, "n": 1e-9, "p": 1e-12, "f": 1e-15}
_FIELD = re.compile(r"\{[^}]*\}|'[^']*'|\"[^\"]*\"|[^\s=]+|=")

ANALYSIS_ORDER = ("ac", "dc", "op", "tran", "pz", "tf", "disto", "noise", "sens", "pss", "sp")
"""The kinds of analyses, in the order in which ngspice's ``run`` does them whatever the order of the cards.
"""


def spice_number(text: str) -> float | None:
    """`text` as ngspice reads it: ``10k``, ``2.2u``, ``1meg``, ``1kHz``; None if it is not a number."""
    match = _NUMBER.fullmatch(text)
    if match is None:
        return None
    suffix = match[2].lower()
    scale = (
        1e6
        if suffix.startswith("meg")
        else 25.4e-6
        if suffix.startswith("mil")
        else _SCALES.get(suffix[:1], 1.0)
    )
    return float(match[1].lower().replace("d", "e")) * scale


def fields(card: str) -> list[str]:
    """The words of a card; text in braces or quotes stays one word, ``=`` is a word of its own."""
    return _FIELD.findall(card)


@dataclass(frozen=True, slots=True)
class Analysis:
    """One analysis card, or one analysis command of a control block.

    `command` is the card as a command of a control block, with parameters replaced by their values; None
    where a value is not known without ngspice. `start` and `stop` are the ends of the axis (time in s,
    frequency in Hz, the innermost sweep of a dc analysis in its own unit), `points` how many points the
    axis has where the card fixes it.
    """

    kind: str
    text: str
    line: int
    command: str | None = None
    start: float | None = None
    stop: float | None = None
    points: int | None = None


def analysis_of(kind: str, card: str, line: int, parameters: Mapping[str, str]) -> Analysis:
    """The analysis that `card` (without its dot) asks for."""
    words = [_resolved(word, parameters) for word in fields(card)]
    command = None if None in words else " ".join(word for word in words if word is not None)
    reader = _EXTENTS.get(kind)
    start, stop, points = reader([word or "" for word in words[1:]]) if reader else (None, None, None)
    return Analysis(kind, card, line, command, start, stop, points)


def _resolved(word: str, parameters: Mapping[str, str], depth: int = 0) -> str | None:
    """A word with ``{name}`` or ``'name'`` replaced by its value; None if it takes arithmetic."""
    if word[0] not in "{'":
        return word
    inner = word[1:-1].strip()
    if spice_number(inner) is not None:
        return inner
    value = parameters.get(inner.lower())
    if value is None or depth > 8:
        return None
    return _resolved(value, parameters, depth + 1) if value[0] in "{'" else _plain(value, parameters, depth)


def _plain(value: str, parameters: Mapping[str, str], depth: int) -> str | None:
    return value if spice_number(value) is not None else _resolved("{" + value + "}", parameters, depth + 1)


Extent = tuple[float | None, float | None, int | None]


def _tran(words: list[str]) -> Extent:
    """``tran tstep tstop [tstart [tmax]] [uic]``."""
    stop = spice_number(words[1]) if len(words) > 1 else None
    start = spice_number(words[2]) if len(words) > 2 else 0.0
    return (start or 0.0), stop, None


def _frequencies(words: list[str]) -> Extent:
    """``dec|oct|lin n fstart fstop``."""
    if len(words) < 4:
        return None, None, None
    count, start, stop = (spice_number(word) for word in words[1:4])
    if count is None or start is None or stop is None:
        return start, stop, None
    return start, stop, _frequency_points(words[0].lower(), int(count), start, stop)


def _frequency_points(scale: str, count: int, start: float, stop: float) -> int | None:
    if scale == "lin":
        return max(1, count)
    if start <= 0 or stop < start or scale not in {"dec", "oct"}:
        return None
    return int(math.log(stop / start, 10 if scale == "dec" else 2) * count + 1e-6) + 1


def _noise(words: list[str]) -> Extent:
    """``noise v(out) source dec n fstart fstop``."""
    for place, word in enumerate(words):
        if word.lower() in {"dec", "oct", "lin"}:
            return _frequencies(words[place:])
    return None, None, None


def _dc(words: list[str]) -> Extent:
    """``dc source start stop step [source2 start2 stop2 step2]``; the first sweep is the innermost."""
    numbers = [spice_number(word) for word in words]
    if len(numbers) < 4:
        return None, None, None
    points = 1
    for first in range(0, len(numbers) - 3, 4):
        count = _dc_points(*numbers[first + 1 : first + 4])
        if count is None:
            return numbers[1], numbers[2], None
        points *= count
    return numbers[1], numbers[2], points


def _dc_points(start: float | None, stop: float | None, step: float | None) -> int | None:
    if start is None or stop is None or not step or (stop - start) / step < 0:
        return None
    return int((stop - start) / step + 1e-6) + 1


_EXTENTS = {
    "tran": _tran,
    "ac": _frequencies,
    "sp": _frequencies,
    "disto": _frequencies,
    "noise": _noise,
    "dc": _dc,
}
