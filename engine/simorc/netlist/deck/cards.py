"""Cards of an ngspice deck: their numbers, and the results that an analysis card requests."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from simorc.number_reading import EXPONENTS

_NUMBER = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+)(?:[ed][+-]?\d+)?)([a-zµ]*)", re.IGNORECASE)
_EXPONENTS = {**EXPONENTS, "µ": EXPONENTS["u"]}
_FIELD = re.compile(r"\{[^}]*\}|'[^']*'|\"[^\"]*\"|[^\s=]+|=")

ANALYSIS_ORDER = ("ac", "dc", "op", "tran", "pz", "tf", "disto", "noise", "sens", "pss", "sp")
"""The kinds of analyses, in the order in which ngspice's ``run`` does them whatever the order of the cards.
"""


def spice_number(text: str) -> float | None:
    """`text` as ngspice reads it: ``10k``, ``2.2u``, ``1meg``, ``1kHz``; None if it is not a number."""
    match = _NUMBER.fullmatch(text)
    if match is None:
        return None
    digits, _, power = match[1].lower().replace("d", "e").partition("e")
    suffix = match[2].lower()
    if suffix.startswith("mil"):
        value = float(f"{digits}e{power or 0}") * 25.4e-6
    else:
        exponent = 6 if suffix.startswith("meg") else _EXPONENTS.get(suffix[:1], 0)
        value = float(f"{digits}e{int(power[-9:] or 0) + exponent}")
    return value if math.isfinite(value) else None


def fields(card: str) -> list[str]:
    """The words of a card; text in braces or quotes is one word, ``=`` is a separate word."""
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
    """The analysis that `card` (without its dot) requests."""
    words = [resolved(word, parameters) for word in fields(card)]
    command = None if None in words else " ".join(word for word in words if word is not None)
    reader = _EXTENTS.get(kind)
    start, stop, points = reader([word or "" for word in words[1:]]) if reader else (None, None, None)
    return Analysis(kind, card, line, command, start, stop, points)


def resolved(word: str, parameters: Mapping[str, str], depth: int = 0) -> str | None:
    """A word with ``{name}`` or ``'name'`` replaced by its value; None if it needs arithmetic."""
    if word[0] not in "{'":
        return word
    inner = word[1:-1].strip()
    if spice_number(inner) is not None:
        return inner
    value = parameters.get(inner.lower())
    if value is None or depth > 8:
        return None
    return resolved(value, parameters, depth + 1) if value[0] in "{'" else _plain(value, parameters, depth)


def _plain(value: str, parameters: Mapping[str, str], depth: int) -> str | None:
    return value if spice_number(value) is not None else resolved("{" + value + "}", parameters, depth + 1)


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
    if start <= 0 or stop < start or math.isinf(stop / start) or scale not in {"dec", "oct"}:
        return None
    return _steps(math.log(stop / start, 10 if scale == "dec" else 2) * count)


def _steps(length: float) -> int | None:
    """How many points there are on `length` steps."""
    return int(length + 1e-6) + 1 if math.isfinite(length) else None


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
    return _steps((stop - start) / step)


_EXTENTS = {
    "tran": _tran,
    "ac": _frequencies,
    "sp": _frequencies,
    "disto": _frequencies,
    "noise": _noise,
    "dc": _dc,
}
