"""The model of sweeps/<name>.yaml."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, model_validator

from simorc.config.models.execution import ExecutionSettings, SimulatorSettings
from simorc.config.models.fields import (
    DeckQuantity,
    Name,
    Quantity,
    Scalar,
    Section,
    Text,
    Texts,
    Whole,
    kind_of,
)
from simorc.config.models.measurement import Measurements, Spec
from simorc.config.models.testbench import PlotSpecs, distinct
from simorc.decimals import indistinct, missed_end, steps_between
from simorc.units import Number

MAX_POINTS = 100_000_000


class Range(Section):
    """Evenly spaced values with a `step` or a number `num`; both ends are included."""

    start: DeckQuantity
    """The first value, in the unit of the parameter."""
    stop: DeckQuantity
    """The last value, in the unit of the parameter."""
    step: Quantity | None = None
    """The difference between two values, in the unit of the parameter."""
    num: Annotated[Whole, Field(ge=1, le=MAX_POINTS)] | None = None
    """Number of values."""
    scale: Literal["lin", "log"] = "lin"
    """Linear, or logarithmic (with `num`)."""

    @model_validator(mode="after")
    def _makes_sense(self) -> Range:
        if (self.step is None) == (self.num is None):
            raise ValueError("a range needs step or num" + (", not both" if self.step is not None else ""))
        if self.scale == "log":
            self._check_log()
        elif self.step is not None:
            self._check_step(self.step)
        if self.num is not None and (
            reason := indistinct(self.start, self.stop, self.num, log=self.scale == "log")
        ):
            raise ValueError(reason)
        return self

    def _check_log(self) -> None:
        if self.step is not None:
            raise ValueError("a logarithmic range needs num, not step")
        if self.start <= 0 or self.stop <= 0:
            raise ValueError("start and stop of a logarithmic range must be greater than zero")

    def _check_step(self, step: Quantity) -> None:
        if not step:
            raise ValueError("step must not be zero")
        if (self.stop - self.start) * math.copysign(1, step) < 0:
            raise ValueError(f"step {step} leads away from stop {self.stop}")
        steps, _ = steps_between(self.start, self.stop, step)
        if steps >= MAX_POINTS:
            raise ValueError(f"more than {MAX_POINTS} values")
        if reason := missed_end(self.start, self.stop, step):
            raise ValueError(reason)
        if steps and (reason := indistinct(self.start, self.stop, steps + 1, log=False)):
            raise ValueError(reason)


def _values(value: Any) -> Any:
    if isinstance(value, str | int | float):
        return [value]
    if value is None or value in ([], ()):
        raise ValueError("the list of values is empty")
    return value


def _form(value: Any) -> str | None:
    if isinstance(value, Mapping | Range):
        return "range"
    return "list" if isinstance(value, list | tuple) else None


Values = Annotated[
    Annotated[tuple[Scalar, ...], Tag("list")] | Annotated[Range, Tag("range")],
    Discriminator(
        _form, custom_error_type="values", custom_error_message="expected a value, a list or a range"
    ),
    BeforeValidator(_values),
]
"""Values of one parameter: a list, a range, or one value alone."""


def _length(values: Any) -> int | None:
    """How many values; None for a range by step, which is counted when the sweep is expanded."""
    return values.num if isinstance(values, Range) else len(values)


def _in_step(group: dict[str, Any]) -> dict[str, Any]:
    lengths = {name: length for name, values in group.items() if (length := _length(values)) is not None}
    if len(set(lengths.values())) > 1:
        described = ", ".join(f"{name} has {length}" for name, length in lengths.items())
        raise ValueError(f"zipped lists must have the same length ({described})")
    return group


def _groups(value: Any) -> Any:
    return [value] if isinstance(value, Mapping) else value


class Normal(Section):
    """A normal distribution."""

    mean: Quantity
    """The mean, in the unit of the parameter."""
    sigma: Annotated[Quantity, AfterValidator(lambda sigma: _not_negative(sigma))]
    """The standard deviation, in the unit of the parameter."""


class Between(Section):
    """A uniform distribution."""

    low: Quantity
    """The smallest value, in the unit of the parameter."""
    high: Quantity
    """The largest value, in the unit of the parameter."""

    @model_validator(mode="after")
    def _in_order(self) -> Between:
        if self.low > self.high:
            raise ValueError(f"low {self.low} is above high {self.high}")
        return self


class Triangular(Between):
    """A triangular distribution."""

    mode: Quantity | None = None
    """The most likely value, in the unit of the parameter; default: the middle."""

    @model_validator(mode="after")
    def _mode_inside(self) -> Triangular:
        if self.mode is not None and not self.low <= self.mode <= self.high:
            raise ValueError(f"mode {self.mode} is outside low ... high")
        return self


class Truncated(Between):
    """A normal distribution truncated at two values."""

    mean: Quantity
    """The mean, in the unit of the parameter."""
    sigma: Annotated[Quantity, AfterValidator(lambda sigma: _not_negative(sigma))]
    """The standard deviation before the truncation, in the unit of the parameter."""


def _not_negative(sigma: Quantity) -> Quantity:
    if sigma < 0:
        raise ValueError("sigma is negative")
    return sigma


class Distribution(Section):
    """Distribution of one parameter: one of these."""

    normal: Normal | None = None
    """{mean, sigma}"""
    lognormal: Normal | None = None
    """{mean, sigma} of the natural logarithm"""
    uniform: Between | None = None
    """{low, high}"""
    triangular: Triangular | None = None
    """{low, high, mode}"""
    truncated: Truncated | None = None
    """{mean, sigma, low, high}"""

    @model_validator(mode="after")
    def _one_kind(self) -> Distribution:
        if len(self.model_fields_set) != 1:
            raise ValueError(f"one of {', '.join(type(self).model_fields)} is needed")
        return self


def _share(value: Quantity) -> Quantity:
    if not 0 < value < 1:
        raise ValueError(f"{value} is not between 0 and 1")
    return value


Share = Annotated[Quantity, AfterValidator(_share)]


class StopWhen(Section):
    """Condition to stop sampling a combination when its yield is known. Ignored on a cluster."""

    spec: Name | None = None
    """The measurement whose spec counts; default: all specs together."""
    confidence: Share = Number("0.95")
    """Confidence level of the interval of the yield, from 0 to 1."""
    width: Share | None = None
    """Stop if the interval of the yield is at most this wide, from 0 to 1: 0.05."""
    target: Share | None = None
    """Stop if the interval of the yield is completely above or below this yield, from 0 to 1: 0.99."""
    least: Annotated[Whole, Field(ge=1)] = 20
    """Smallest number of samples to run."""

    @model_validator(mode="after")
    def _ends(self) -> StopWhen:
        if self.width is None and self.target is None:
            raise ValueError("width or target is needed")
        return self


class MonteCarlo(Section):
    """Random samples: mismatch of the models with one seed per sample, and parameters with a distribution."""

    samples: Annotated[Whole, Field(ge=1, le=MAX_POINTS)]
    """Number of samples."""
    seed: Annotated[Whole, Field(ge=0)] = 1
    """The same seed gives the same samples."""
    distributions: dict[Name, Distribution] = Field(default_factory=dict)
    """Parameter -> its distribution."""
    sampling: Literal["random", "lhs", "sobol"] = "random"
    """Independent samples, Latin hypercube, or a Sobol sequence."""
    stop_when: StopWhen | None = None
    """Condition to stop early, such as {spec: gain, confidence: 0.95, width: 0.05}."""


def _sensitivity(value: Any) -> Any:
    """`{parameters: {...}}` and `{...}` mean the same."""
    if isinstance(value, Mapping) and set(value) == {"parameters"}:
        return value["parameters"]
    return value


def _corner(value: Any) -> Any:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise ValueError(f"expected parameters with their values, not {kind_of(value)}")
    return value


def _conditions(value: Any) -> Any:
    if isinstance(value, Mapping):
        raise ValueError("write a condition as an expression, such as \"temp > 100 and corner == 'ff'\"")
    return value


Conditions = Annotated[Texts, BeforeValidator(_conditions)]
ZipGroups = Annotated[
    tuple[Annotated[dict[Name, Values], AfterValidator(_in_step)], ...], BeforeValidator(_groups)
]
Corners = Annotated[
    dict[Name, Annotated[dict[Name, Scalar], BeforeValidator(_corner)]], AfterValidator(distinct)
]


class SweepDefinition(Section):
    """A sweep file. The cases are the product of parameters, zip groups, corners and Monte Carlo samples."""

    testbench: Name
    """The testbench."""
    description: Text = ""
    """Description of the sweep."""
    parameters: Annotated[dict[Name, Values], AfterValidator(distinct)] = Field(default_factory=dict)
    """Parameter -> its values: a list, or {start, stop, step | num, scale}."""
    zip: ZipGroups = ()
    """Parameters that vary together: a mapping like `parameters`, or a list of such groups."""
    corners: Corners = Field(default_factory=dict)
    """Corner -> values of several parameters at once."""
    corner_set: Name | None = None
    """More corners: those of the corner set with this name, before the others."""
    exclude: Conditions = ()
    """Conditions of excluded cases, such as "corner == 'ff' and temp > 100"."""
    include: Conditions = ()
    """Only cases that meet all of these conditions."""
    monte_carlo: MonteCarlo | None = None
    """Random samples."""
    sensitivity: Annotated[dict[Name, Values], BeforeValidator(_sensitivity)] = Field(default_factory=dict)
    """Parameters varied one at a time around their defaults."""
    measurements: Annotated[Measurements, AfterValidator(distinct)] = Field(default_factory=dict)
    """Additional measurements."""
    specs: dict[Name, Spec] = Field(default_factory=dict)
    """Specs; they replace those of the testbench with the same name."""
    plot_specs: PlotSpecs = ()
    """Additional plots."""
    after: Text | None = None
    """Wait for another sweep: "pvt_dc finished" or "pvt_dc passed"."""
    simulator: SimulatorSettings | None = None
    """Settings of the simulator for this sweep."""
    execution: ExecutionSettings | None = None
    """Settings of the execution for this sweep."""
