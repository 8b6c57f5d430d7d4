"""JSON Schemas of the project files, so that editors complete keys and mark errors.

They are made from the models and then widened where a file may be written shorter than the model is: a list
of one without brackets, an entry left empty, a measurement named only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simorc.config.models.analysis import AnalysisDefinition
from simorc.config.models.contract import Contract
from simorc.config.models.corner_set import CornerSet
from simorc.config.models.fields import Section
from simorc.config.models.setup import Setup
from simorc.config.models.sizing import SizingDefinition
from simorc.config.models.statistical_corner import StatisticalCorner
from simorc.config.models.sweep import SweepDefinition
from simorc.config.models.testbench import TestbenchConfig
from simorc.config.schema.descriptions import describe

FILES: Mapping[str, type[Section]] = {
    "setup": Setup,
    "testbench": TestbenchConfig,
    "sweep": SweepDefinition,
    "analysis": AnalysisDefinition,
    "corner": StatisticalCorner,
    "corner_set": CornerSet,
    "sizing": SizingDefinition,
    "contract": Contract,
}
"""Name of a schema -> the model of the file."""

_TITLES = {
    "setup": "sim_setup.yaml of simorc",
    "testbench": "config.yaml of a testbench of simorc",
    "sweep": "a sweep file of simorc",
    "analysis": "an analysis file of simorc",
    "corner": "a statistical corner of simorc",
    "corner_set": "a corner set of simorc",
    "sizing": "a sizing file of simorc",
    "contract": "the contract of a digital design of simorc",
}
_SCALARS = ["string", "number", "boolean"]
_NAMED = {"type": "array", "items": {"type": "string"}}


def json_schema(name: str) -> dict[str, Any]:
    """The schema of a file by its name in `FILES` (draft 2020-12)."""
    schema = FILES[name].model_json_schema(mode="validation")
    describe(schema, FILES[name])
    schema.pop("description", None)
    definitions = schema.get("$defs", {})
    for part in (schema, *definitions.values()):
        _widen_section(part)
    if "Measurement" in definitions:
        # Arguments of a built-in measurement are keys beside it.
        definitions["Measurement"]["additionalProperties"] = True
    if "Distribution" in definitions:
        definitions["Distribution"]["minProperties"] = definitions["Distribution"]["maxProperties"] = 1
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": _TITLES[name]}


def _widen_section(section: dict[str, Any]) -> None:
    """Every key of a section may be left empty, and may take its short forms."""
    for key, written in section.get("properties", {}).items():
        described = {
            word: written.pop(word) for word in ("description", "title", "default") if word in written
        }
        described.pop("title", None)
        forms = [_widened(written), {"type": "null"}, *_short_forms(key, written)]
        section["properties"][key] = {**described, "anyOf": forms}


def _short_forms(key: str, written: Mapping[str, Any]) -> list[dict[str, Any]]:
    if key == "measurements":
        return [_NAMED]
    if key == "plot_specs":
        return [{"type": ["string", "object"]}]
    if key == "zip":
        return [dict(written["items"])] if "items" in written else []
    return []


def _widened(schema: Any) -> Any:
    """A schema with the short forms of the values below it."""
    if isinstance(schema, list):
        return [_widened(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    wide = {key: _widened(value) for key, value in schema.items()}
    if wide.get("type") == "array" and _is_plain(wide.get("items", {})):
        return {"anyOf": [wide, {"type": _SCALARS}]}
    entries = wide.get("additionalProperties")
    if isinstance(entries, dict):
        empty = ["string", "number", "null"] if _refers_to(entries, "Measurement") else ["null"]
        wide["additionalProperties"] = {"anyOf": [entries, {"type": empty}]}
    if "oneOf" in wide:
        wide["anyOf"] = wide.pop("oneOf")
        wide.pop("discriminator", None)
    return wide


def _is_plain(items: Any) -> bool:
    kinds = items.get("type", ()) if isinstance(items, dict) else ()
    return bool(kinds) and set([kinds] if isinstance(kinds, str) else kinds) <= {*_SCALARS, "integer"}


def _refers_to(schema: Any, name: str) -> bool:
    return isinstance(schema, dict) and str(schema.get("$ref", "")).endswith(f"/{name}")
