"""Engineering numbers, written as in SPICE and displayed with SI prefixes.

``10k``, ``100p``, ``1meg``, ``2.5u``, ``3.3V``, ``5e-05`` are numbers; ``ss``, ``2n3904``, ``0x10`` are text.
Suffixes mean what they mean to ngspice: case does not matter, ``1M`` is a milli, ``10F`` is 10 femto. The
grammar is `number_grammar`.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from simorc.number_grammar import read_number

_AMOUNT = r"((?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:e[-+]?[0-9]{1,3})?) ?"
_BYTES = re.compile(rf"{_AMOUNT}(?:([kmgt])(i?b)?|b)?", re.IGNORECASE | re.ASCII)
_SECONDS = re.compile(rf"\s*{_AMOUNT}(ms|s|min|m|h|d)?", re.IGNORECASE | re.ASCII)
_SECONDS_OF = {"ms": 1e-3, "s": 1.0, "": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86400.0}
_MOST_BYTES, _MOST_SECONDS = 2.0**63, 1e12
PREFIXES = {-18: "a", -15: "f", -12: "p", -9: "n", -6: "µ", -3: "m", 0: "", 3: "k", 6: "M", 9: "G", 12: "T"}
"""The SI prefix of a power of ten, as numbers are shown."""
_RATIOS = ("dB", "deg", "°", "%", "‰", "ppm", "ppb", "LSB", "σ", "sigma")
"""What a unit that takes no prefix begins with: ratios, angles and counts."""
_COUNTS = frozenset({"bit", "bits"})
_POWER = re.compile(r"[²³⁻^0-9]")
_UNITS = ("V", "A", "W", "F", "H", "Hz", "Ohm", "ohm", "Ω", "s", "S", "m", "C", "J", "K", "T", "g")
_PREFIXED = frozenset(f"{prefix}{unit}" for prefix in "afpnuµμmkMGT" for unit in _UNITS)


class Number(float):
    """A number that prints as the user wrote it: ``Number("10k") == 1e4``, ``str(Number("10k")) == "10k"``.

    Compares, hashes and pickles as a float; arithmetic gives plain floats. Raises ValueError for other texts.
    """

    __slots__ = ("text",)
    text: str

    def __new__(cls, text: str | float) -> Number:
        if isinstance(text, Number):
            return text
        if isinstance(text, bool) or not isinstance(text, str | int | float):
            raise ValueError(f"'{text}' is not a number")
        written = text.strip(" \t\r\n") if isinstance(text, str) else _digits(text)
        number = super().__new__(cls, read_number(written).value)
        number.text = written
        return number

    @property
    def deck(self) -> str:
        """The number as a deck has to spell it: without unit, as ngspice reads it alike in every place."""
        return read_number(self.text).deck

    @property
    def plain(self) -> str:
        """The same without a scale suffix."""
        return read_number(self.text).plain

    @property
    def doubt(self) -> str:
        """What to write instead where the text is ambiguous (``100MHz``); empty where it is not."""
        return read_number(self.text).doubt

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"Number({self.text!r})"

    def __format__(self, spec: str) -> str:
        return format(float(self), spec) if spec else self.text

    def __reduce__(self) -> tuple[type[Number], tuple[str]]:
        return Number, (self.text,)


Value = Number | float | int | bool | str


def _digits(value: float) -> str:
    """A float with all its digits. Raises ValueError for an integer that no float can hold."""
    try:
        return repr(float(value))
    except OverflowError:
        raise ValueError("the number is too large") from None


def parse_number(text: str) -> Number:
    """Parse a number as ngspice reads it (``1M`` is a milli). Raises ValueError."""
    return Number(text)


def unambiguous(text: str | float) -> Number:
    """The number of a text that ngspice never sees: limits, conditions, options.

    Raises ValueError, also where people and ngspice read a text differently: ``100MHz``.
    """
    number = Number(text)
    if number.doubt:
        raise ValueError(f"'{number}' is ambiguous: {number.doubt}")
    return number


def parse_value(text: str) -> Value:
    """A Number where the text is one, else the text itself."""
    try:
        return Number(text)
    except ValueError:
        return text


def parse_bytes(text: str | float) -> int:
    """``512M``, ``2GB``, ``1.5GiB`` -> bytes. MB is 1000², M and MiB are 1024². Raises ValueError."""
    match = _BYTES.fullmatch(str(text).strip())
    if match is None:
        raise ValueError(f"'{text}' is not a size (such as 512M or 2GB)")
    base = 1000 if (match[3] or "").lower() == "b" else 1024
    power = "kmgt".index(match[2].lower()) + 1 if match[2] else 0
    size = float(match[1]) * base**power
    if size >= _MOST_BYTES:
        raise ValueError(f"'{str(text)[:20]}' is too large a size")
    return int(size)


def parse_seconds(text: str | float) -> float:
    """``90s``, ``10m``, ``1h``, ``1h30m``, ``500ms``, ``90`` -> seconds. Raises ValueError."""
    written = str(text).strip()
    parts = list(_SECONDS.finditer(written))
    named = all(part[2] for part in parts) or len(parts) == 1
    if not parts or not named or "".join(part[0] for part in parts) != written:
        raise ValueError(f"'{text}' is not a duration (such as 90s, 10m or 1h30m)")
    seconds = sum(float(part[1]) * _SECONDS_OF[(part[2] or "").lower()] for part in parts)
    if seconds > _MOST_SECONDS:
        raise ValueError(f"'{written[:20]}' is too long a duration")
    return seconds


def brief(text: str, longest: int = 9) -> str:
    """A number as it is written, or with six digits if it is wider than a column should be: drawn samples
    have ten digits. Other texts unchanged.
    """
    if len(text) <= longest:
        return text
    try:
        return f"{read_number(text).value:.6g}"
    except ValueError:
        return text


def format_si(value: float, unit: str = "", digits: int = 4) -> str:
    """``1.234 mV``, ``10 MHz``, ``71.2 dB``: `digits` significant digits, trailing zeros dropped.

    Decibels, degrees and percent take no prefix; without a unit the prefix follows the digits (``1.5k``).
    """
    number = float(value)
    if not math.isfinite(number):
        return _join(str(number), "", unit)
    if number == 0 or not takes_prefix(unit):
        return _join(f"{number:.{digits}g}", "", unit)
    # Rounded first: 999.99 with 4 digits is 1 k, not 1000.
    rounded = float(f"{number:.{digits - 1}e}")
    exponent = 3 * (math.floor(math.log10(abs(rounded)) + 1e-12) // 3)
    if exponent not in PREFIXES:
        return _join(f"{number:.{digits}g}", "", unit)
    scaled = float(f"{rounded}e{-exponent}") if "e" not in f"{rounded}" else rounded * 10.0**-exponent
    return _join(f"{scaled:.{max(digits, 3)}g}", PREFIXES[exponent], unit)


def si_suffix(value: float, unit: str = "") -> tuple[int, str]:
    """The power of ten to divide by and what to write after the digits, to show numbers as large as `value`.

    ``(-3, " mV")`` for 2 mV; the power is 0 where no prefix suits.
    """
    number = float(f"{abs(float(value)):.3e}")
    if number == 0 or not math.isfinite(number) or not takes_prefix(unit):
        return 0, _join("", "", unit)
    exponent = 3 * (math.floor(math.log10(number) + 1e-12) // 3)
    if exponent not in PREFIXES:
        return 0, _join("", "", unit)
    return exponent, _join("", PREFIXES[exponent], unit)


def takes_prefix(unit: str) -> bool:
    """Whether a prefix before the unit scales by a thousand: not before a ratio, an angle, a number
    (``1/K``), a power (``mV²`` is a millionth of V²) or a unit that has a prefix (``mV``).
    """
    first = re.split(r"[/·*. ]", unit.replace("**", "^"))[0]
    if unit and (not first[:1].isalpha() or _POWER.search(first)):
        return False
    return not first.startswith(_RATIOS) and first not in _PREFIXED and unit not in _COUNTS


@dataclass(frozen=True)
class ShownAs:
    """How a person reads the values of a measurement: multiplied by `scale`, with `unit`.

    Every text and plot of a measurement comes from here; what is stored, limits and exports are as measured.
    """

    unit: str = ""
    scale: float = 1.0

    def text(self, value: float, digits: int = 4) -> str:
        """``45.3%`` of 0.453 with ``unit: "%"`` and ``scale: 100``."""
        return format_si(value * self.scale, self.unit, digits)

    def limits(self, low: float | None, high: float | None) -> list[str]:
        """``>= 1 mV``, ``<= 5 mV``, as far as there are limits; a negative scale turns them round."""
        least, most = ("<=", ">=") if self.scale < 0 else (">=", "<=")
        given = [(sign, limit) for sign, limit in ((least, low), (most, high)) if limit is not None]
        return [f"{sign} {self.text(limit)}" for sign, limit in given if math.isfinite(limit)]


def _join(digits: str, prefix: str, unit: str) -> str:
    separator = "" if unit in ("%", "°") or not unit else " "
    return f"{digits}{separator}{prefix}{unit}"
