"""Reads the numbers that the ``.meas`` cards of ngspice print.

gain                =  -1.714492e-04
tr                  =  2.197212e-06 targ=  2.303078e-06 trig=  1.058659e-07
pbad                =   failed
 .meas tran bad when v(out)=5 failed!

Numbers of measurements always have an exponent, which distinguishes them from other counts in a log
(``Stack = 0 bytes``).
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

_RESULT = re.compile(
    rb"^[ \t]*([\w.#:\[\]@$-]+)[ \t]*=[ \t]+"
    rb"([-+]?(?:\d+(?:\.\d*)?e[-+]?\d{1,9}|nan|inf)|failed)(?![\w.])"
    rb"(?:[ \t]+from=[ \t]*([-+.\w]+)[ \t]+to=[ \t]*([-+.\w]+))?",
    re.I | re.M,
)
_FAILED = re.compile(rb"^[ \t]*(\.?)meas(?:ure)?[ \t]+\w+[ \t]+(\S+)[ \t].*failed!", re.I | re.M)


class Printed(NamedTuple):
    """A printed number and by how much its last digit leaves it open."""

    value: float
    uncertainty: float


class MeasOutput(NamedTuple):
    """The measurements in a log, by name in lower case."""

    printed: Mapping[str, Printed]
    failed: frozenset[str]


def parse_meas_output(log: bytes, measured_twice: Collection[str] = ()) -> MeasOutput:
    """Every line of the form of a ``.meas`` result in `log`. What was measured last under a name counts, a
    value or a failure.

    ngspice reports a failed *card* on its standard error, ahead of the values of the same analysis. For a
    name in `measured_twice` (see `Deck.measured_twice`) the order is therefore unknown: once a card of such
    a name has failed, the name has no value.
    """
    printed: dict[str, Printed] = {}
    failed: set[str] = set()
    unordered: set[str] = set()
    for name, text, is_card in _events(log):
        if text == "failed":
            failed.add(name)
            printed.pop(name, None)
            if is_card and name in measured_twice:
                unordered.add(name)
        elif name not in unordered:
            failed.discard(name)
            printed[name] = Printed(float(text), _last_digit(text))
    return MeasOutput(printed, frozenset(failed))


def _events(log: bytes) -> Iterator[tuple[str, str, bool]]:
    """The results and failures of `log` in its order: name and text in lower case, whether a card's."""
    found = [
        (match.start(), match[1], b"failed" if _is_of_nothing(match) else match[2], False)
        for match in _RESULT.finditer(log)
    ]
    found += [(match.start(), match[2], b"failed", bool(match[1])) for match in _FAILED.finditer(log)]
    for _, name, text, is_card in sorted(found):
        yield name.decode("utf-8", "replace").lower(), text.decode("ascii").lower(), is_card


def _is_of_nothing(match: re.Match[bytes]) -> bool:
    """Whether it is the zero that ngspice prints for a window without a point: from the end backwards."""
    if match[3] is None or match[2].lower() == b"failed" or float(match[2]) != 0.0:
        return False
    try:
        first, last = float(match[3]), float(match[4])
    except ValueError:
        return False
    return math.isnan(first) or first > last


def _last_digit(text: str) -> float:
    """The weight of the last printed digit: 1e-9 for ``1.058659e-03``."""
    mantissa, _, exponent = text.partition("e")
    if "n" in mantissa:
        return 0.0
    decimals = len(mantissa.partition(".")[2])
    return float(f"1e{int(exponent or 0) - decimals}")
