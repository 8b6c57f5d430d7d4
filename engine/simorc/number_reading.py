"""Reads a number as ngspice does, to the last bit.

A value on an element line and the same value taken through ``.param`` need not be the same double: the
first is read by the input parser, the second is read by the parameter evaluator, printed with 16 digits,
and read again. ``0.1`` comes out as 0.09999999999999992 that way. A warm session may only replace a value
by a parameter where both ways meet in the same double.

Both readings follow ngspice's sources (inpeval.c, xpressn.c); the tests compare them with the program itself.
"""

from __future__ import annotations

import functools
import math
import re

EXPONENTS = {"t": 12, "g": 9, "meg": 6, "k": 3, "m": -3, "u": -6, "n": -9, "p": -12, "f": -15, "a": -18}
"""Scale suffix of ngspice, in lower case -> its power of ten."""
SUFFIXES = {power: suffix for suffix, power in EXPONENTS.items() if suffix != "a"}
"""The suffix of a power of ten, for numbers that are written; not every ngspice reads ``a`` as atto."""
_MOST_ZEROS = 8
_KELVIN = 273.15
_NUMBER = re.compile(
    r"(?P<sign>[+-]?)(?P<whole>\d*)(?:\.(?P<part>\d*))?(?:[ed](?P<exponent>[+-]?\d{1,3}))?(?P<suffix>meg|[tgkunpfam]?)",
    re.IGNORECASE,
)


def closest_spelling(value: float) -> str:
    """The decimal spelling of `value` that ngspice reads as the nearest double, alike in every place if there
    is such a spelling: 2.54e-05 may be 2.5399999999999997e-05 to it, and 2.5400e-05 the number itself.
    """
    digits, _, exponent = float.__repr__(value).partition("e")
    whole, _, part = digits.removesuffix(".0").partition(".")
    spellings = [_digits_with(whole, part, zeros, exponent) for zeros in range(_MOST_ZEROS)]
    return min(spellings, key=lambda text: _distance(text, value))


def _digits_with(whole: str, part: str, zeros: int, exponent: str) -> str:
    """A number with `zeros` further places that hold nothing."""
    places = part + "0" * zeros
    return f"{whole}{'.' if places else ''}{places}{'e' if exponent else ''}{exponent}"


def _distance(text: str, value: float) -> tuple[float, bool]:
    """How far from `value` ngspice reads a spelling, and whether places differ in it."""
    match = _NUMBER.fullmatch(text)
    assert match is not None
    return abs(_as_element(match) - value), not survives_parameter(text)


def temperature_in_set(text: str) -> str | None:
    """The spelling with which ``set temp=`` gives the temperature of ``.temp <text>``, to the last bit.

    ngspice reads the card with the C library, and what stands behind ``set`` as two whole numbers: what is
    before the point, and what is behind it times a power of ten. None if no spelling is known to serve.
    """
    _matched(text)
    wanted = float(text) + _KELVIN
    others = (f"{wanted - _KELVIN:.{places}f}" for places in range(11, 17))
    return next((each for each in (text, *others) if _in_set(each) + _KELVIN == wanted), None)


def _in_set(text: str) -> float:
    """The value that ``set`` gives a variable, for digits with or without a point."""
    whole, _, part = text.lstrip("+-").partition(".")
    value = float(int(whole or "0")) + float(int(part or "0")) * _power_of_ten(-len(part))
    return -value if text.startswith("-") else value


def read_as_element(text: str) -> float:
    """What ngspice reads of a plain number on an element, model or analysis card. Raises ValueError."""
    return _as_element(_matched(text))


def read_in_parameter(text: str) -> str:
    """The number that ``{p}`` with ``.param p=<text>`` puts into a card. Raises ValueError."""
    return f"{_as_parameter(_matched(text)):.15e}"


def _matched(text: str) -> re.Match[str]:
    match = _NUMBER.fullmatch(text)
    if match is None or not (match["whole"] or match["part"]):
        raise ValueError(f"{text!r} is not a plain number")
    return match


@functools.lru_cache(maxsize=65_536)
def survives_parameter(text: str) -> bool:
    """Whether ``{p}`` with ``.param p=<text>`` gives the element the same double as `text` itself.

    False as well for anything but a plain number with an optional scale suffix.
    """
    match = _NUMBER.fullmatch(text)
    if match is None or not (match["whole"] or match["part"]):
        return False
    evaluated = _as_parameter(match)
    if not math.isfinite(evaluated):
        return False
    printed = _NUMBER.fullmatch(f"{evaluated:.15e}")
    return printed is not None and _as_element(match) == _as_element(printed)


def _as_element(match: re.Match[str]) -> float:
    """The input parser: all digits as one number, times a power of ten."""
    mantissa, exponent = 0.0, 0
    for digit in match["whole"]:
        mantissa = 10 * mantissa + int(digit)
    for digit in match["part"] or "":
        mantissa = 10 * mantissa + int(digit)
        exponent -= 1
    exponent += int(match["exponent"] or 0) + EXPONENTS.get(match["suffix"].lower(), 0)
    return (-1.0 if match["sign"] == "-" else 1.0) * mantissa * _power_of_ten(exponent)


def _as_parameter(match: re.Match[str]) -> float:
    """The parameter evaluator: the C library's reading, times the suffix's factor."""
    digits = f"{match['sign']}{match['whole'] or '0'}.{match['part'] or '0'}e{match['exponent'] or '0'}"
    exponent = EXPONENTS.get(match["suffix"].lower(), 0)
    return float(digits) * float(f"1e{exponent}") if exponent else float(digits)


def _power_of_ten(exponent: int) -> float:
    try:
        return math.pow(10.0, exponent)
    except OverflowError:
        return math.inf
