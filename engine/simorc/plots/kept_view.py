"""Saves the view of a plot as a plot spec."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from simorc.errors import UsageError
from simorc.plots.backends.terminal.plot import Panel, Strip
from simorc.plots.figure import Range
from simorc.plots.spec import plot_spec

_OWNER = re.compile(r"^\d+: ")


def spec_of_panel(
    panel: Panel,
    title: str,
    span: Range | None = None,
    heights: Sequence[Range | None] = (),
    *,
    log_x: bool = False,
    log_y: bool = False,
    cases: Sequence[int] = (),
) -> dict[str, Any]:
    """The plot spec that draws `panel` again, of its first case or of several `cases` over each other.

    Raises UsageError if nothing in it comes from a signal or an expression.
    """
    x: dict[str, Any] = {"signal": panel.x_source, "label": panel.x_label, "unit": panel.x_unit}
    x |= {"scale": "log"} if log_x else {}
    x |= {"range": list(span)} if span else {}
    strips = []
    for place, strip in enumerate(panel.strips):
        seen = heights[place] if place < len(heights) else None
        strips += _entry(strip, seen, log_y)
    if not strips:
        raise UsageError("no visible trace can be saved in a plot spec")
    spec = {"title": title, "x": x, "y": strips} | ({"cases": list(cases)} if len(cases) > 1 else {})
    plot_spec(spec, title)
    return spec


def _entry(strip: Strip, seen: Range | None, log: bool) -> list[dict[str, Any]]:
    signals: dict[str, str] = {}
    for trace in strip.traces:
        if trace.source and trace.source not in signals.values():
            signals[_OWNER.sub("", trace.label)] = trace.source
    if not signals:
        return []
    entry: dict[str, Any] = {"label": strip.title} if strip.title else {}
    entry |= {"unit": strip.unit} if strip.unit else {}
    entry |= ({"scale": "log"} if log else {}) | ({"range": list(seen)} if seen else {})
    return [entry | {"signals": signals}]


def spec_text(spec: dict[str, Any]) -> str:
    """A plot spec as YAML, a line for each axis."""
    lines = [f"title: {_flow(spec['title'])}", f"x: {_flow(spec['x'])}", "y:"]
    lines += [f"  - {_flow(entry)}" for entry in spec["y"]]
    lines += [f"cases: {_flow(spec['cases'])}"] if "cases" in spec else []
    return "\n".join(lines) + "\n"


def _flow(value: Any) -> str:
    """In braces and brackets; texts in double quotes, which YAML reads as JSON does."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_key(key)}: {_flow(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)


def _key(text: str) -> str:
    return text if re.fullmatch(r"[a-z_]+", text) else json.dumps(text, ensure_ascii=False)
