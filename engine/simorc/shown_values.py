"""How a person reads a value: the only place that turns values into text for screens, tables and reports.

Exact values are in CSV and JSON. `units.ShownAs` writes a measurement with its unit; here are parameters and
columns of numbers.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from simorc.text import plain
from simorc.units import Number, ShownAs, brief, si_suffix

_DIGITS = 6
_COLUMN_DIGITS = 3
"""Decimals of a number between 1 and 10 in a column."""
_WIDEST = 1e5
_PLAIN = (1e-3, 1e6)
"""Numbers of this size are written without a suffix."""
_SUFFIXES = {-18: "a", -15: "f", -12: "p", -9: "n", -6: "u", -3: "m", 3: "k", 6: "meg", 9: "g", 12: "t"}


def parameter_text(value: Any) -> str:
    """A parameter as a user may write it: as written where that is short, else ``2p``, ``1.62``, ``ss``."""
    if value is None:
        return ""
    if isinstance(value, float) and not isinstance(value, Number):
        return _number_text(value)
    return plain(brief(str(value)))


def parameters_text(parameters: Mapping[str, Any], between: str = ", ") -> str:
    """``temp=125, corner=ss``."""
    return between.join(f"{plain(name)}={parameter_text(value)}" for name, value in parameters.items())


def _number_text(value: float) -> str:
    """Six significant digits at most and the suffix of a deck; no exponent where a suffix does."""
    value = value + 0.0  # no negative zero
    size = abs(float(f"{value:.{_DIGITS - 1}e}"))
    if not math.isfinite(value) or size == 0 or _PLAIN[0] <= size < _PLAIN[1]:
        return f"{value:.{_DIGITS}g}"
    power = 3 * math.floor(math.log10(size) / 3 + 1e-12)
    if power not in _SUFFIXES:
        return f"{value:.{_DIGITS}g}"
    return f"{float(f'{value:.{_DIGITS - 1}e}') / 10.0**power:.{_DIGITS}g}{_SUFFIXES[power]}"


@dataclass(frozen=True)
class NumberColumn:
    """How the numbers of a column are shown: in one unit with one prefix, with the same number of decimals.

    The points of all numbers are below each other if they are aligned to the right. A value that would lose
    digits in this is written with a prefix and unit of its own.
    """

    shown: ShownAs
    exponent: int = 0
    suffix: str = ""
    decimals: int = 3

    @classmethod
    def of(cls, values: Iterable[float], shown: ShownAs) -> NumberColumn | None:
        """The column for some of its values; None where none is finite."""
        sizes = [abs(value * shown.scale) for value in values if math.isfinite(value)]
        if not sizes:
            return None
        largest = max(sizes)
        exponent, suffix = si_suffix(largest, shown.unit)
        whole = math.floor(math.log10(largest / 10.0**exponent) + 1e-12) if largest else 0
        return cls(shown, exponent, suffix.strip(), min(_COLUMN_DIGITS, max(0, _COLUMN_DIGITS - whole)))

    def text(self, value: float) -> str:
        """The number without its unit, or with one where it does not suit the column."""
        number = value * self.shown.scale / 10.0**self.exponent
        size = abs(number)
        if number == 0:
            return f"{0:.{self.decimals}f}"
        if not (10.0 ** (1 - self.decimals) <= size < _WIDEST):
            return self.shown.text(value)
        return f"{number:.{self.decimals}f}"

    def heading(self, label: str) -> str:
        """``gain dB``."""
        return f"{label} {self.suffix}" if self.suffix else label
