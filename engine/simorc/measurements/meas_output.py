"""The numbers that ngspice's ``.meas`` cards print.

gain                =  -1.714492e-04
tr                  =  2.197212e-06 targ=  2.303078e-06 trig=  1.058659e-07
pbad                =   failed
 .meas tran bad when v(out)=5 failed!

Numbers of measurements always carry an exponent, which tells them from what else a log counts
(``Stack = 0 bytes``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

_RESULT = re.compile(
    rb"^[ \t]*([\w.#:\[\]@$-]+)[ \t]*=[ \t]+"
    rb"([-+]?(?:\d+(?:\.\d*)?e[-+]?\d{1,9}|nan|inf)|failed)(?![\w.])",
    re.I | re.M,
)
_FAILED = re.compile(rb"^[ \t]*\.?meas(?:ure)?[ \t]+\w+[ \t]+(\S+)[ \t].*failed!", re.I | re.M)


class Printed(NamedTuple):
    """A printed number and by how much its last digit leaves it open."""

    value: float
    uncertainty: float


class MeasOutput(NamedTuple):
    """What a log says of measurements, by name in lower case."""

    printed: Mapping[str, Printed]
    failed: frozenset[str]


def parse_meas_output(log: bytes) -> MeasOutput:
    """Every line of the form of a ``.meas`` result in `log`; a later result replaces an earlier one or its
    failure.
    """
    printed: dict[str, Printed] = {}
    failed = {match[1].decode("utf-8", "replace").lower() for match in _FAILED.finditer(log)}
    for match in _RESULT.finditer(log):
        name = match[1].decode("utf-8", "replace").lower()
        text = match[2].decode("ascii").lower()
        if text == "failed":
            failed.add(name)
            printed.pop(name, None)
        else:
            printed[name] = Printed(float(text), _last_digit(text))
    return MeasOutput(printed, frozenset(failed - printed.keys()))


def _last_digit(text: str) -> float:
    """The weight of the last printed digit: 1e-9 for ``1.058659e-03``."""
    mantissa, _, exponent = text.partition("e")
    if "n" in mantissa:
        return 0.0
    decimals = len(mantissa.partition(".")[2])
    return float(f"1e{int(exponent or 0) - decimals}")
