"""Measurements and specs, as written in config.yaml and sweep files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from simorc.config import definitions
from simorc.config.definitions import MeasurementDefinition
from simorc.config.models.fields import Margin, Name, Quantity, Section, Text, Texts, kind_of
from simorc.number_grammar import MAX_LENGTH, look_alike
from simorc.units import Number

_METHODS = ("meas", "measure", "expr", "python")
_TOLERANCE = re.compile(r"(.+?)\s*(?:±|\+/-|\+-)\s*(.+)")


def _unambiguous(args: dict[str, Any]) -> dict[str, Any]:
    """Arguments whose numbers mean one thing only: ngspice never sees them."""
    for name, value in args.items():
        if isinstance(value, Number) and value.doubt:
            raise ValueError(f"{name}: '{value}' is ambiguous: {value.doubt}")
        if isinstance(value, str) and (reason := look_alike(value)):
            raise ValueError(f"{name}: {reason}")
    return args


class Across(Section):
    """A number over several cases: another measurement reduced over a parameter."""

    reduce: Literal["max", "min", "mean", "median", "sigma", "spread", "tempco"]
    """How: the largest, the smallest, ..., largest minus smallest, or relative change per degree."""
    over: Texts
    """The parameter (or several) that varies; all others are held."""
    of: Name
    """The measurement reduced."""


class Measurement(Section):
    """One measured number. One of `meas`, `measure`, `expr`, `python`, `across` says where it comes from."""

    meas: Text | None = None
    """A .meas of the template, by name."""
    measure: Name | None = None
    """A built-in measurement, by name; its arguments stand beside it."""
    args: Annotated[dict[str, Any], AfterValidator(_unambiguous)] = Field(default_factory=dict)
    """Arguments of the built-in measurement or of the Python function."""
    expr: Text | None = None
    """An expression over waveforms, such as db(v(out)/v(in))."""
    python: Text | None = None
    """A Python function of the project, as measure/noise.py:corner. A path, against this file or else the
    project.
    """
    across: Across | None = None
    """Another measurement reduced over a parameter."""
    unit: Text = ""
    """Unit for display."""
    scale: Quantity = Number("1")
    """The value is multiplied by this for display; specs, filters and exports have it as measured."""
    description: Text = ""
    """What it means."""
    optional: bool = False
    """Whether a case may complete without it."""

    @model_validator(mode="before")
    @classmethod
    def _arguments_beside(cls, data: Any) -> Any:
        """`measure: gain_at` with its arguments as keys of their own."""
        if not isinstance(data, Mapping):
            return data
        written = dict(data)
        if "builtin" in written and written.get("measure") is None:
            written["measure"] = written.pop("builtin")
        if written.get("measure") is None:
            return written
        beside = {key: written.pop(key) for key in list(written) if key not in cls.model_fields}
        return {**written, "args": {**(written.get("args") or {}), **beside}} if beside else written

    def definition(self) -> MeasurementDefinition:
        """The measurement as a run has it."""
        return MeasurementDefinition.of_json(self.model_dump(mode="json"))

    @model_validator(mode="after")
    def _from_one_place(self) -> Measurement:
        methods = [name for name in (*_METHODS, "across") if getattr(self, name) is not None]
        if len(methods) != 1:
            told = " and ".join(methods) or "none"
            raise ValueError(f"exactly one of meas, measure, expr, python, across is needed, not {told}")
        if self.python is not None and not re.fullmatch(r"[^:\0]+\.py:[A-Za-z_]\w*", self.python):
            raise ValueError(f"python: expected file.py:function, not '{self.python}'")
        return self


def measurements_of(data: Any) -> Any:
    """The short forms made long: a list of .meas names, a bare name, an expression as text."""
    if isinstance(data, list):
        return _listed(data)
    if not isinstance(data, Mapping):
        return data
    return {name: _long_form(name, entry) for name, entry in data.items()}


def _listed(names: list[Any]) -> dict[str, dict[str, str]]:
    for name in names:
        if not isinstance(name, str):
            raise ValueError(f"a list of measurements contains names of .meas cards, not {kind_of(name)}")
    return {name: {"meas": name} for name in names}


def _long_form(name: str, entry: Any) -> Any:
    if isinstance(entry, str | int | float) and not isinstance(entry, bool):
        return {"expr": str(entry)}
    written = {} if entry is None else entry
    if isinstance(written, Mapping) and not any(key in written for key in (*_METHODS, "across", "builtin")):
        return {"meas": name, **written}
    return written


Measurements = Annotated[dict[Name, Measurement], BeforeValidator(measurements_of)]


class Limits(Section):
    """Limits of a spec, in the measurement's own unit."""

    min: Quantity | None = None
    """The smallest value that passes, in the measurement's unit."""
    max: Quantity | None = None
    """The largest value that passes, in the measurement's unit."""

    @model_validator(mode="after")
    def _in_order(self) -> Limits:
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"min {self.min} is above max {self.max}")
        return self


class Spec(Limits):
    """What a measurement has to keep to."""

    typ: Quantity | None = None
    """The value aimed at, in the measurement's unit; ``10u ±10%`` gives the tolerance with it."""
    tolerance: Margin | None = None
    """How far from `typ` passes: a number in the measurement's unit, or a percentage of it."""
    near: Margin | None = None
    """How close to a limit is reported as near: a number in the
    measurement's unit, or a percentage of the limit."""
    unit: Text = ""
    """Unit for display; default: the measurement's."""
    corners: dict[Name, Limits] = Field(default_factory=dict)
    """Other limits in a corner."""
    description: Text = ""
    """What it means."""

    @model_validator(mode="before")
    @classmethod
    def _tolerance_beside_typ(cls, data: Any) -> Any:
        if not isinstance(data, Mapping) or not isinstance(data.get("typ"), str) or "tolerance" in data:
            return data
        match = _TOLERANCE.fullmatch(data["typ"].strip()[:MAX_LENGTH])
        return {**data, "typ": match[1], "tolerance": match[2]} if match else data

    def definition(self, measurement: str) -> definitions.Spec:
        """The spec of a measurement as a run has it."""
        return definitions.Spec.of_json(measurement, self.model_dump(mode="json"))

    @model_validator(mode="after")
    def _limits_something(self) -> Spec:
        if self.tolerance is not None and self.typ is None:
            raise ValueError("tolerance needs typ")
        if self.min is None and self.max is None and self.typ is None and not self.corners:
            raise ValueError("one of min, typ, max, corners is needed")
        return self
