"""How many cases the sweep in the builder makes, from its text and the testbench's defaults."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simorc.config.edit import SweepText
from simorc.quantities import Value, parse_value
from simorc.sweeps.plan import Plan

_AXES = ("parameters", "zip", "corners", "sensitivity", "monte_carlo")
_CONDITIONS = ("exclude", "include")


def count_cases(draft: SweepText, defaults: Mapping[str, Value]) -> int:
    """The number of cases. Raises UsageError or ExpressionError for what makes no sense."""
    data = draft.data()
    definition = {key: _typed(data.get(key)) for key in _AXES} | {key: data.get(key) for key in _CONDITIONS}
    return len(Plan.expand(definition, defaults=defaults))


def _typed(data: Any) -> Any:
    """Every text as the value it stands for."""
    if isinstance(data, dict):
        return {key: _typed(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_typed(value) for value in data]
    if not isinstance(data, str):
        return data
    value = parse_value(data)
    return int(value) if isinstance(value, float) and data.lstrip("+-").isdecimal() else value
