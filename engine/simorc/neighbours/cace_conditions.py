"""Conditions and specs of a CACE datasheet: which values, and limits in plain units."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from simorc.quantities import Number

_PREFIXES = {"f": -15, "p": -12, "n": -9, "u": -6, "µ": -6, "μ": -6, "m": -3, "k": 3, "M": 6, "G": 9, "T": 12}
_UNIT = re.compile(r"([fpnuµμmkMGT]?)(V|A|W|F|H|Hz|s|S|Ω|Ohm|ohm|ohms)(?:/.*)?")


def values_of(condition: Mapping[str, Any]) -> list[Any] | dict[str, Any]:
    """The values a condition takes: a list, or a range."""
    if "enumerate" in condition:
        listed = condition["enumerate"]
        return listed.split() if isinstance(listed, str) else list(listed)
    ends = [condition[key] for key in ("minimum", "typical", "maximum") if condition.get(key) is not None]
    if "step" not in condition or condition.get("minimum") is None or condition.get("maximum") is None:
        return list(dict.fromkeys(ends))
    return _stepped(condition)


def _stepped(condition: Mapping[str, Any]) -> list[Any] | dict[str, Any]:
    low, high = float(Number(condition["minimum"])), float(Number(condition["maximum"]))
    if str(condition["step"]).startswith("lin"):
        size = condition.get("stepsize", 1)
        return {"start": condition["minimum"], "stop": condition["maximum"], "step": size}
    factor, value, found = float(Number(condition.get("stepsize", 2))), low, []
    while 0 < value <= high * (1 + 1e-9) and factor > 1:
        found.append(float(f"{value:.12g}"))
        value *= factor
    return found


def default_of(condition: Mapping[str, Any]) -> Any:
    """What a condition is when it is not swept."""
    if condition.get("typical") is not None:
        return condition["typical"]
    values = values_of(condition)
    if isinstance(values, dict):
        return values["start"]
    return values[0] if values else 0


def factor_of(unit: str) -> float:
    """What a limit in `unit` is multiplied by: CACE reads ``600`` with unit ``mV`` as 0.6."""
    match = _UNIT.fullmatch(unit.strip())
    return 10.0 ** _PREFIXES[match[1]] if match and match[1] else 1.0


def plain_unit(unit: str) -> str:
    """The unit without its prefix where `factor_of` takes it into the number."""
    return unit.strip()[1:] if factor_of(unit) != 1.0 else unit.strip()


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
        if "calculation" in entry or "limit" in entry:
            left.append(f"{theirs} with calculation or limit of its own")
            continue
        limits[ours] = float(f"{float(Number(entry['value'])) * factor_of(unit):.12g}")
    return limits, left
