"""The type of each key of a manifest."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

_TEXTS, _SECTIONS, _INSIDE = "texts", "sections", "inside"
_KINDS: Mapping[str, Any] = {
    **dict.fromkeys(("run", "sweep", "testbench", "project", "project_root", "dut_netlist"), str),
    **dict.fromkeys(("plan", "settings", "inputs", "definition"), dict),
    **dict.fromkeys(("requested", "optional", "command_line", "reuse", "save"), _TEXTS),
    **dict.fromkeys(("measurements", "specs"), _SECTIONS),
    "total": int,
    "plot_specs": list,
    "template": _INSIDE,
}
"""The required type of each key's value: a type, texts, mappings of mappings, a path inside ``inputs/``."""


def wrong_keys(body: Mapping[str, Any]) -> list[str]:
    """The keys of a manifest, or of definitions, whose values cannot be right."""
    return [key for key, kind in _KINDS.items() if key in body and not _is(body[key], kind)]


def _is(value: Any, kind: Any) -> bool:
    if kind == _TEXTS:
        return isinstance(value, list) and all(isinstance(each, str) for each in value)
    if kind == _SECTIONS:
        return isinstance(value, dict) and all(isinstance(each, dict) for each in value.values())
    if kind == _INSIDE:
        return isinstance(value, str) and not value.startswith("/") and ".." not in Path(value).parts
    return isinstance(value, kind) and not isinstance(value, bool)
