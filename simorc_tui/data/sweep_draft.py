"""What the sweep in the builder makes: how many cases, the first of them, how long they will take."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from simorc.config.yaml.edit import SweepText
from simorc.errors import StoreError
from simorc.rundir.layout import find_runs
from simorc.rundir.store.reader import RunReader
from simorc.sweeps.plan import Plan
from simorc.sweeps.preview import Preview, preview
from simorc.units import Value, parse_value

PREVIEW_CASES = 20
RUNS_ASKED = 20

_AXES = ("parameters", "zip", "corners", "sensitivity", "monte_carlo")
_CONDITIONS = ("exclude", "include")


def count_cases(draft: SweepText, defaults: Mapping[str, Value]) -> int:
    """The number of cases. Raises UsageError or ExpressionError for what makes no sense."""
    return len(plan_of_draft(draft, defaults))


def plan_of_draft(draft: SweepText, defaults: Mapping[str, Value]) -> Plan:
    """The cases of the draft. Raises UsageError or ExpressionError for what makes no sense."""
    data = draft.data()
    definition = {key: _typed(data.get(key)) for key in _AXES} | {key: data.get(key) for key in _CONDITIONS}
    return Plan.expand(definition, defaults=defaults)


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


def preview_of(draft: SweepText, defaults: Mapping[str, Value]) -> Preview:
    """The first and last cases of the draft. Raises UsageError or ExpressionError for what makes no sense."""
    return preview(plan_of_draft(draft, defaults), first=PREVIEW_CASES, last=2)


def earlier_rate(root: Path, sweep: str, testbench: str) -> float | None:
    """Cases per second of the newest run of the sweep, else of the testbench; None where none tells."""
    found: float | None = None
    for layout in find_runs(root)[:RUNS_ASKED]:
        try:
            with RunReader(layout) as view:
                meta, counts = view.meta(), view.counts()
        except StoreError:
            continue
        took = float(meta.get("updated") or 0) - float(meta.get("started") or 0)
        over = counts["completed"] + counts["failed"]
        if took <= 0 or not over or meta.get("testbench") != testbench:
            continue
        if meta.get("sweep") == sweep:
            return over / took
        found = found or over / took
    return found
