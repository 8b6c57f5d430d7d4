"""What a form shows of a YAML file: sections of rows, each row a name and cells.

Every cell is the text of one value of the file. A spec has a cell for each limit, a parameter one for its
default, a corner one for each parameter that it sets. What a measurement is computed from is one cell:

db(v(out)/v(in))             an expression
meas: gain_db                a .meas card of the template
measure: gain_at, f: 10k     a built-in measurement with its arguments
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simorc.config.models.measurement import METHODS
from simorc.config.yaml.edit import SweepText, Written, yaml_text
from simorc.errors import ConfigError, UsageError

SPECS, MEASUREMENTS, PARAMETERS, CORNERS = "specs", "measurements", "parameters", "corners"
VALUE, SOURCE = "value", "from"
"""The cell of an entry that is one value, and the cell that says what a measurement is computed from."""
_SHOWN_AS = ("unit", "scale", "optional", "description")
_PLACES = (*METHODS, "across", "builtin")
_METHOD = re.compile(rf"({'|'.join(_PLACES)})\s*:\s*(.*)", re.DOTALL)


@dataclass(frozen=True)
class FormColumn:
    """A column: the key of its cells in the file, and an example."""

    key: str
    hint: str
    right: bool = False


@dataclass(frozen=True)
class FormSection:
    """The entries of one mapping of a file."""

    kind: str
    title: str
    file: Path
    columns: tuple[FormColumn, ...]

    @property
    def noun(self) -> str:
        """What one entry is called."""
        return self.kind.removesuffix("s")


@dataclass(frozen=True)
class FormRow:
    """One entry: its name and the texts of its cells; `remark` is the comment behind it."""

    name: str
    cells: Mapping[str, str]
    remark: str = ""


SPEC_COLUMNS = (
    FormColumn("min", "20meg", right=True),
    FormColumn("typ", "25meg, or 10u ±10%", right=True),
    FormColumn("max", "66u", right=True),
    FormColumn("tolerance", "1u, or 10%", right=True),
    FormColumn("near", "5%", right=True),
    FormColumn("unit", "Hz"),
    FormColumn("corners", "slow_hot: {min: 18meg}"),
    FormColumn("description", "text"),
)
MEASUREMENT_COLUMNS = (
    FormColumn(SOURCE, "db(v(out)/v(in)), meas: gain_db, measure: gain_at, f: 10k"),
    FormColumn("unit", "dB"),
    FormColumn("scale", "1e6: displayed value = measured value times this", right=True),
    FormColumn("optional", "true: a case may complete without it"),
    FormColumn("description", "text"),
)
PARAMETER_COLUMNS = (FormColumn(VALUE, "3.3, 20u, tt", right=True),)


def entries_of(section: FormSection, text: SweepText) -> dict[str, Any]:
    """The entries as written: name -> text, mapping of texts, or None. Empty where there is no mapping."""
    found = text.data().get(section.kind)
    return found if isinstance(found, dict) else {}


def rows_of(section: FormSection, text: SweepText) -> list[FormRow]:
    """The rows of a section."""
    return [
        FormRow(
            name,
            {column.key: _cell(name, entry, column.key) for column in section.columns},
            text.comment((section.kind, name)) if section.kind == PARAMETERS else "",
        )
        for name, entry in entries_of(section, text).items()
    ]


def with_cell(section: FormSection, text: SweepText, name: str, key: str, line: str) -> SweepText:
    """`text` with what was typed into a cell; an empty line removes the value.

    Raises UsageError where the line is no value of the cell, or cannot be written.
    """
    line = line.strip()
    path, entry = (section.kind, name), entries_of(section, text).get(name)
    if key == VALUE:
        if not line:
            raise UsageError(f"{name}: a parameter needs a default; D removes the parameter")
        return text.with_value(path, line)
    if key == SOURCE:
        return _with_source(text, name, entry, line)
    if not line:
        return text.without_value((*path, key)) if isinstance(entry, dict) else text
    value = _mapping(line) if key == CORNERS else line
    if isinstance(entry, dict):
        return text.with_value((*path, key), value)
    known = entries_of(section, text)
    before = _long_form(name, entry) if section.kind == MEASUREMENTS and name in known else {}
    return text.with_value(path, {**before, key: value})


def without_row(section: FormSection, text: SweepText, name: str) -> SweepText:
    """`text` without an entry and the lines it has. Raises UsageError where it cannot be removed alone."""
    return text.without_value((section.kind, name))


def corner_columns(text: SweepText, parameters: Sequence[str]) -> tuple[FormColumn, ...]:
    """A column for each parameter that corners of a sweep set; without corners, for each of `parameters`."""
    corners = text.data().get(CORNERS)
    bundles = (
        [each for each in corners.values() if isinstance(each, dict)] if isinstance(corners, dict) else []
    )
    names = dict.fromkeys(name for bundle in bundles for name in bundle)
    return tuple(FormColumn(name, "125", right=True) for name in (names or parameters))


def _cell(name: str, entry: Any, key: str) -> str:
    if key == VALUE:
        return _flow(entry)
    if key == SOURCE:
        return _source(name, entry)
    return _flow(entry.get(key)) if isinstance(entry, dict) else ""


def _flow(value: Any) -> str:
    """A value on one line; a mapping without its braces."""
    if value is None or isinstance(value, str):
        return value or ""
    text = yaml_text(_without_none(value))
    return text[1:-1] if isinstance(value, dict) else text


def _source(name: str, entry: Any) -> str:
    long = _long_form(name, entry)
    method = {key: value for key, value in long.items() if key not in _SHOWN_AS}
    return str(method["expr"]) if list(method) == ["expr"] else _flow(method)


def _long_form(name: str, entry: Any) -> dict[str, Any]:
    """A measurement as a mapping, whatever short form it has."""
    if isinstance(entry, str):
        return {"expr": entry}
    long = dict(entry) if isinstance(entry, dict) else {}
    return long if any(key in long for key in _PLACES) else {"meas": name, **long}


def _with_source(text: SweepText, name: str, entry: Any, line: str) -> SweepText:
    if not line:
        raise UsageError(
            f"{name}: write an expression, meas: CARD, or measure: NAME; D removes the measurement"
        )
    method, path = _method_of(line), (MEASUREMENTS, name)
    if isinstance(entry, str) and list(method) == ["expr"]:
        return text.with_value(path, method["expr"])
    if not isinstance(entry, dict):
        return text.with_value(path, method)
    for key, value in method.items():
        text = text.with_value((*path, key), value)
    for key in entry:
        if key not in method and key not in _SHOWN_AS:
            text = text.without_value((*path, key))
    return text


def _method_of(line: str) -> dict[str, Written]:
    found = _METHOD.fullmatch(line)
    if found is None:
        return {"expr": line}
    if found[1] in ("meas", "expr", "python"):
        return {found[1]: found[2]}
    return _mapping(line)


def _mapping(line: str) -> dict[str, Written]:
    """``a: 1, b: {c: 2}`` as a mapping of texts. Raises UsageError."""
    try:
        found = SweepText(
            f"x: {{{line.removeprefix('{').removesuffix('}') if line[0] == '{' else line}}}\n", Path()
        )
    except ConfigError as error:
        raise UsageError(f"write it as key: value, key: value ({error.problems[0].message})") from error
    mapping = found.data()["x"]
    if not isinstance(mapping, dict) or any(value is None for value in mapping.values()):
        raise UsageError("write it as key: value, key: value")
    return mapping


def _without_none(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_none(each) for key, each in value.items()}
    return [_without_none(each) for each in value] if isinstance(value, list) else value or ""
