"""Converts older forms of CACE parameters to the current form."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from simorc.importers.result import named

_LIMITS = {"minimum", "typical", "maximum"}
_KNOWN = {"name", "spec", "tool", "plot", "conditions", "description", "display", "unit", "variables"}
_NGSPICE = {"template", "format", "suffix", "variables", "script", "script_variables", "collate"}
_BITS = re.compile(r"([^\[]+)\[[\d:]+\]")


def ngspice_settings(parameter: Any) -> Mapping[str, Any] | None:
    """A parameter's ngspice settings, its ``variables`` without a name as None; None if it is no
    simulation.
    """
    tool = parameter.get("tool") if isinstance(parameter, Mapping) else None
    settings = tool.get("ngspice") if isinstance(tool, Mapping) else None
    if not isinstance(settings, Mapping):
        return None
    listed = {key: _nameless(settings.get(key) or []) for key in ("variables", "script_variables")}
    return {**settings, **listed}


def in_one_form(parameter: Mapping[str, Any], settings: Mapping[str, Any]) -> dict[str, Any]:
    """`parameter` with ``spec`` by result, ``plot`` by title, ``variables`` and ``conditions`` by name."""
    spec, plot = parameter.get("spec") or {}, parameter.get("plot") or {}
    if spec and set(spec) <= _LIMITS:  # of the one result the parameter has
        spec = {_only_result(settings): spec}
    if plot and ("xaxis" in plot or "yaxis" in plot):
        plot = {str(parameter.get("display") or parameter.get("name") or "plot"): plot}
    variables = parameter.get("variables") or {}
    if isinstance(variables, list):
        variables = {str(each.get("name")): each for each in variables if isinstance(each, Mapping)}
    return {
        **parameter,
        "spec": dict(spec),
        "plot": dict(plot),
        "variables": dict(variables),
        "conditions": by_condition(parameter.get("conditions")),
    }


def by_condition(conditions: Any) -> dict[str, Mapping[str, Any]]:
    """Conditions by the name they have here: ``b[7:0]`` is ``b``."""
    pairs = (conditions or {}).items()
    return {condition_name(str(key)): value for key, value in pairs if isinstance(value, Mapping)}


def condition_name(written: str) -> str:
    """The parameter's name of a condition, without a slice of bits."""
    match = _BITS.fullmatch(written.strip())
    return re.sub(r"\W", "_", match[1] if match else written.strip())


def left_of(parameter: Mapping[str, Any], settings: Mapping[str, Any]) -> Iterator[str]:
    """Settings of a parameter that have no counterpart."""
    if parameter.get("status") and str(parameter["status"]).lower() != "active":
        yield f"status: {parameter['status']}: imported as an ordinary sweep"
    for step in parameter.get("measure") or []:
        yield f"measure with {' '.join(map(str, step.values()))}: write it as a Python measurement; no limits"
    if settings.get("format", "ascii") != "ascii":
        yield f"format {settings['format']}"
    for key in settings:
        if key not in _NGSPICE and key != "spiceinit_path":
            hint = ": set execution.jobs, or --jobs" if key == "jobs" else ""
            yield f"ngspice setting {key}{hint}"
    for key in parameter:
        if key not in _KNOWN and key not in ("status", "measure"):
            yield f"key {key}"


def _nameless(listed: list[Any]) -> list[str | None]:
    return [None if each in (None, "null") else str(each) for each in listed]


def _only_result(settings: Mapping[str, Any]) -> str:
    results = [each for each in (*settings["script_variables"], *settings["variables"]) if each]
    return "result" if "result" in results or not results else named(results[-1])
