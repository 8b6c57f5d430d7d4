"""How ngspice reads a number, to the last bit.

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

_EXPONENTS = {"t": 12, "g": 9, "k": 3, "u": -6, "n": -9, "p": -12, "f": -15, "a": -18, "meg": 6, "m": -3}
_NUMBER = re.compile(
    r"(?P<sign>[+-]?)(?P<whole>\d*)(?:\.(?P<part>\d*))?(?:[ed](?P<exponent>[+-]?\d{1,3}))?(?P<suffix>meg|[tgkunpfam]?)",
    re.IGNORECASE,
)


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
    exponent += int(match["exponent"] or 0) + _EXPONENTS.get(match["suffix"].lower(), 0)
    return (-1.0 if match["sign"] == "-" else 1.0) * mantissa * _power_of_ten(exponent)


def _as_parameter(match: re.Match[str]) -> float:
    """The parameter evaluator: the C library's reading, times the suffix's factor."""
    digits = f"{match['sign']}{match['whole'] or '0'}.{match['part'] or '0'}e{match['exponent'] or '0'}"
    exponent = _EXPONENTS.get(match["suffix"].lower(), 0)
    return float(digits) * float(f"1e{exponent}") if exponent else float(digits)


def _power_of_ten(exponent: int) -> float:
    try:
        return math.pow(10.0, exponent)
    except OverflowError:
        return math.inf
