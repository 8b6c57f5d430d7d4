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

METHODS = ("meas", "measure", "expr", "python", "operating_point")
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
    """A measurement across cases: another measurement reduced over a parameter."""

    reduce: Literal["max", "min", "mean", "median", "sigma", "spread", "tempco"]
    """The reduction: largest, smallest, ..., largest minus smallest, or relative change per degree."""
    over: Texts
    """The parameter (or several) to reduce over; each combination of the others has one value."""
    of: Name
    """The measurement to reduce."""


class Measurement(Section):
    """One measurement, defined by one of `meas`, `measure`, `expr`, `python`, `operating_point`, `across`."""

    meas: Text | None = None
    """Name of a .meas card in the template."""
    measure: Name | None = None
    """Name of a built-in measurement; its arguments are additional keys."""
    args: Annotated[dict[str, Any], AfterValidator(_unambiguous)] = Field(default_factory=dict)
    """Arguments of the built-in measurement or of the Python function."""
    expr: Text | None = None
    """An expression over waveforms, such as db(v(out)/v(in))."""
    python: Text | None = None
    """A Python function of the project: measure/noise.py:corner, relative to this file or to the project."""
    operating_point: Texts | None = None
    """Counts the devices that are not in this region (or one of several), such as `saturation`; `devices`,
    `except` and `margin` are additional keys.
    """
    across: Across | None = None
    """Another measurement reduced over a parameter."""
    unit: Text = ""
    """Unit for display."""
    scale: Quantity = Number("1")
    """The value is multiplied by this for display; specs, filters and exports use the measured value."""
    description: Text = ""
    """Description."""
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
        if written.get("measure") is None and written.get("operating_point") is None:
            return written
        beside = {key: written.pop(key) for key in list(written) if key not in cls.model_fields}
        return {**written, "args": {**(written.get("args") or {}), **beside}} if beside else written

    def definition(self) -> MeasurementDefinition:
        """The measurement as a run has it."""
        return MeasurementDefinition.of_json(self.model_dump(mode="json"))

    @model_validator(mode="after")
    def _from_one_place(self) -> Measurement:
        methods = [name for name in (*METHODS, "across") if getattr(self, name) is not None]
        if len(methods) != 1:
            given = " and ".join(methods) or "none"
            raise ValueError(f"exactly one of {', '.join(METHODS)}, across is needed, not {given}")
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
    if isinstance(written, Mapping) and not any(key in written for key in (*METHODS, "across", "builtin")):
        return {"meas": name, **written}
    return written


Measurements = Annotated[dict[Name, Measurement], BeforeValidator(measurements_of)]


class Limits(Section):
    """Limits of a spec, in the unit of the measurement."""

    min: Quantity | None = None
    """The smallest value that passes, in the unit of the measurement."""
    max: Quantity | None = None
    """The largest value that passes, in the unit of the measurement."""

    @model_validator(mode="after")
    def _in_order(self) -> Limits:
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"min {self.min} is above max {self.max}")
        return self


class Spec(Limits):
    """Limits of a measurement."""

    typ: Quantity | None = None
    """The target value, in the unit of the measurement; ``10u ±10%`` includes the tolerance."""
    tolerance: Margin | None = None
    """The largest difference from `typ` that passes: a number in the unit of the measurement, or a
    percentage.
    """
    near: Margin | None = None
    """Values closer to a limit than this are flagged: a number in the unit of the measurement, or a
    percentage of the limit.
    """
    unit: Text = ""
    """Unit for display; default: that of the measurement."""
    corners: dict[Name, Limits] = Field(default_factory=dict)
    """Limits for single corners."""
    description: Text = ""
    """Description."""

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
