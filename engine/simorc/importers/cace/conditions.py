"""Conditions and specs of a CACE datasheet: values, and limits in base units."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from simorc.number_reading import SUFFIXES
from simorc.units import PREFIXES, Number

_PREFIXES = {prefix: power for power, prefix in PREFIXES.items() if prefix} | {"u": -6, "μ": -6, "K": 3}
_UNIT = re.compile(
    r"([afpnuµμmkKMGT]?)(V|A|W|F|H|Hz|s|S|Ω|Ω|V-rms|volts?|amp(?:ere)?s?|[Oo]hms?|farads?|[Hh]enr(?:y|ys|ies)"
    r"|[Hh]ertz|[Ss]econds?|[Ww]atts?)"
)
_PLAIN = re.compile(r"[-+]?\d+(?:\.\d*)?")
_USUAL = {
    "minimum": ("minimum", "above"),
    "typical": ("median", "exact"),
    "maximum": ("maximum", "below"),
}
"""How CACE reduces all results to one number, and compares it, by default."""


def values_of(condition: Mapping[str, Any]) -> list[Any] | dict[str, Any]:
    """The values a condition takes in plain units, as SPICE reads them: a list, or a range."""
    unit = str(condition.get("unit") or "")
    if "enumerate" in condition:
        listed = condition["enumerate"]
        return _plain_values(listed.split() if isinstance(listed, str) else listed, unit)
    ends = [condition[key] for key in ("minimum", "typical", "maximum") if condition.get(key) is not None]
    if "step" not in condition or condition.get("minimum") is None or condition.get("maximum") is None:
        return _plain_values(ends, unit)
    return _stepped(condition, unit)


def _plain_values(values: Iterable[Any], unit: str) -> list[Any]:
    return list(dict.fromkeys(in_plain_unit(value, unit) for value in values))


def _stepped(condition: Mapping[str, Any], unit: str) -> list[Any] | dict[str, Any]:
    low, high = float(Number(condition["minimum"])), float(Number(condition["maximum"]))
    linear = str(condition["step"]).startswith("lin")
    size = float(Number(condition.get("stepsize", 1 if linear else 2)))
    typical = condition.get("typical")
    if linear and (typical is None or _on_grid(float(Number(typical)) - low, size, high - low)):
        names = {"start": condition["minimum"], "stop": condition["maximum"]}
        step = condition.get("stepsize", 1)
        return {key: in_plain_unit(value, unit) for key, value in {**names, "step": step}.items()}
    found = list(_series(low, high, size, linear=linear))
    if typical is not None:
        found.append(float(Number(typical)))
    return _plain_values(sorted(dict.fromkeys(found)), unit)


def _on_grid(distance: float, size: float, span: float) -> bool:
    steps = distance / size
    return 0 <= distance <= span and abs(steps - round(steps)) < 1e-9


def _series(low: float, high: float, size: float, *, linear: bool) -> Iterator[float]:
    value = low
    while value <= high + abs(high) * 1e-9 and (size > 0 if linear else size > 1 and value > 0):
        yield float(f"{value:.12g}")
        value = value + size if linear else value * size


def in_plain_unit(value: Any, unit: str) -> Any:
    """``20`` in ms is ``20m``: CACE substitutes conditions in units without a prefix. Text stays as it is."""
    factor = factor_of(unit)
    try:
        number = Number(value)
    except (TypeError, ValueError):
        return value
    if factor == 1.0 or not number:
        return number
    exponent = round(math.log10(factor))
    if _PLAIN.fullmatch(str(value)) and math.isclose(factor, 10.0**exponent) and exponent in SUFFIXES:
        return Number(f"{value}{SUFFIXES[exponent]}")
    return Number(f"{number * factor:.12g}")


def default_of(condition: Mapping[str, Any]) -> Any:
    """What a condition is when it is not swept."""
    if condition.get("typical") is not None:
        return in_plain_unit(condition["typical"], str(condition.get("unit") or ""))
    values = values_of(condition)
    if isinstance(values, dict):
        return values["start"]
    return values[0] if values else 0


def factor_of(unit: str) -> float:
    """What a number in `unit` is multiplied by: 600 mV is 0.6 to CACE, and V/us is 1e6."""
    above, *below = (_prefix(part)[0] for part in unit.strip().split("/"))
    return above / math.prod(below)


def plain_unit(unit: str) -> str:
    """The unit without the prefixes that `factor_of` takes into the number."""
    return "/".join(_prefix(part)[1] for part in unit.strip().split("/"))


def _prefix(part: str) -> tuple[float, str]:
    """The factor of one part of a unit, and the rest of it."""
    if part == "ppm":
        return 1e-6, ""
    if part.startswith("%"):
        return 1e-2, part[1:]
    match = _UNIT.fullmatch(part)
    return (10.0 ** _PREFIXES[match[1]], match[2]) if match and match[1] else (1.0, part)


def limits_of(spec: Mapping[str, Any], unit: str) -> tuple[dict[str, Any], list[str]]:
    """simorc's spec of one result, and what it leaves out."""
    limits: dict[str, Any] = {}
    left: list[str] = []
    for theirs, ours in (("minimum", "min"), ("typical", "typ"), ("maximum", "max")):
        entry = spec.get(theirs)
        if not isinstance(entry, Mapping) or entry.get("value") in (None, "any"):
            continue
        if entry.get("fail") is False:
            left.append(f"{theirs} is not checked (fail: false)")
            continue
        if (how := _other_way(theirs, entry)) or (theirs == "typical" and entry.get("fail")):
            left.append(f"{theirs} {how or 'exactly'}: not checked")
            continue
        limits[ours] = float(f"{float(Number(entry['value'])) * factor_of(unit):.12g}")
    return limits, left


def _other_way(theirs: str, entry: Mapping[str, Any]) -> str:
    """How a limit is compared if not in the usual way, which is the way of every limit here."""
    calculation, limit = _USUAL[theirs]
    asked = str(entry.get("calculation", calculation)), str(entry.get("limit", limit))
    if "measurement" in entry:
        return f"of {entry['measurement']}"
    same = asked == (calculation, limit) or theirs == "typical"
    return "" if same else f"of the {asked[0]} of all results, {asked[1]}"
