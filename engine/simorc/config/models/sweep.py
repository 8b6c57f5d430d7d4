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
    """Evenly spaced values, both ends included: by `step`, or `num` of them."""

    start: DeckQuantity
    """The first value, in the parameter's unit."""
    stop: DeckQuantity
    """The last value, in the parameter's unit."""
    step: Quantity | None = None
    """The difference of two neighbours, in the parameter's unit."""
    num: Annotated[Whole, Field(ge=1, le=MAX_POINTS)] | None = None
    """How many values."""
    scale: Literal["lin", "log"] = "lin"
    """Evenly spaced, or by even ratios (with `num`)."""

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
        told = ", ".join(f"{name} has {length}" for name, length in lengths.items())
        raise ValueError(f"zipped lists must have the same length ({told})")
    return group


def _groups(value: Any) -> Any:
    return [value] if isinstance(value, Mapping) else value


class Normal(Section):
    """A normal distribution."""

    mean: Quantity
    """The middle, in the parameter's unit."""
    sigma: Annotated[Quantity, AfterValidator(lambda sigma: _not_negative(sigma))]
    """The standard deviation, in the parameter's unit."""


class Between(Section):
    """All values between two are equally likely."""

    low: Quantity
    """The smallest value, in the parameter's unit."""
    high: Quantity
    """The largest value, in the parameter's unit."""

    @model_validator(mode="after")
    def _in_order(self) -> Between:
        if self.low > self.high:
            raise ValueError(f"low {self.low} is above high {self.high}")
        return self


class Triangular(Between):
    """Likelier towards `mode`."""

    mode: Quantity | None = None
    """The likeliest value, in the parameter's unit; default: the middle."""

    @model_validator(mode="after")
    def _mode_inside(self) -> Triangular:
        if self.mode is not None and not self.low <= self.mode <= self.high:
            raise ValueError(f"mode {self.mode} is outside low ... high")
        return self


class Truncated(Between):
    """A normal distribution cut off at two values."""

    mean: Quantity
    """The middle, in the parameter's unit."""
    sigma: Annotated[Quantity, AfterValidator(lambda sigma: _not_negative(sigma))]
    """The standard deviation before the cut, in the parameter's unit."""


def _not_negative(sigma: Quantity) -> Quantity:
    if sigma < 0:
        raise ValueError("sigma is negative")
    return sigma


class Distribution(Section):
    """How one parameter is distributed: one of these."""

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
    """When the yield of a combination is known, and its further samples are left out. Not on a cluster."""

    spec: Name | None = None
    """The measurement whose spec counts; default: all specs together."""
    confidence: Share = Number("0.95")
    """How sure the interval of the yield is, from 0 to 1."""
    width: Share | None = None
    """Enough when the yield's interval is at most this wide, from 0 to 1: 0.05."""
    target: Share | None = None
    """Enough when the yield's interval lies all above or all below this yield, from 0 to 1: 0.99."""
    least: Annotated[Whole, Field(ge=1)] = 20
    """Samples that are run in any case."""

    @model_validator(mode="after")
    def _ends(self) -> StopWhen:
        if self.width is None and self.target is None:
            raise ValueError("width or target is needed")
        return self


class MonteCarlo(Section):
    """Random samples: the models' own mismatch by a seed per sample, and parameters with a distribution."""

    samples: Annotated[Whole, Field(ge=1, le=MAX_POINTS)]
    """How many."""
    seed: Annotated[Whole, Field(ge=0)] = 1
    """The same seed gives the same samples."""
    distributions: dict[Name, Distribution] = Field(default_factory=dict)
    """Parameter -> how it is distributed."""
    sampling: Literal["random", "lhs", "sobol"] = "random"
    """Independent samples, Latin hypercube, or a Sobol sequence."""
    stop_when: StopWhen | None = None
    """When fewer samples are enough, such as {spec: gain, confidence: 0.95, width: 0.05}."""


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


class SweepDefinition(Section):
    """A sweep file. The cases are the product of parameters, zip groups, corners and Monte Carlo samples."""

    testbench: Name
    """The testbench swept."""
    description: Text = ""
    """What it answers."""
    parameters: Annotated[dict[Name, Values], AfterValidator(distinct)] = Field(default_factory=dict)
    """Parameter -> its values: a list, or {start, stop, step | num, scale}."""
    zip: Annotated[
        tuple[Annotated[dict[Name, Values], AfterValidator(_in_step)], ...], BeforeValidator(_groups)
    ] = ()
    """Parameters that go in step: a mapping like `parameters`, or a list of such groups."""
    corners: Annotated[
        dict[Name, Annotated[dict[Name, Scalar], BeforeValidator(_corner)]], AfterValidator(distinct)
    ] = Field(default_factory=dict)
    """Corner -> values of several parameters at once."""
    exclude: Conditions = ()
    """Cases left out, such as "corner == 'ff' and temp > 100"."""
    include: Conditions = ()
    """Only cases for which each of these holds."""
    monte_carlo: MonteCarlo | None = None
    """Random samples."""
    sensitivity: Annotated[dict[Name, Values], BeforeValidator(_sensitivity)] = Field(default_factory=dict)
    """Parameters varied one at a time around their defaults."""
    measurements: Annotated[Measurements, AfterValidator(distinct)] = Field(default_factory=dict)
    """Measured numbers in addition to the testbench's."""
    specs: dict[Name, Spec] = Field(default_factory=dict)
    """Specs instead of the testbench's of the same name."""
    plot_specs: PlotSpecs = ()
    """Plots in addition to the testbench's."""
    after: Text | None = None
    """Wait for another sweep: "pvt_dc finished" or "pvt_dc passed"."""
    simulator: SimulatorSettings | None = None
    """Settings of the simulator that differ for this sweep."""
    execution: ExecutionSettings | None = None
    """Settings of the execution that differ for this sweep."""
