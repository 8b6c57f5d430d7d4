"""The model of sizing/<name>.yaml."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from simorc.config.models.fields import Name, Quantity, Scalar, Section, Text, Whole
from simorc.config.models.sweep import Conditions, Values
from simorc.config.models.testbench import distinct


def _names(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Names = Annotated[tuple[Name, ...], BeforeValidator(_names)]


class SizingVariable(Section):
    """A parameter of the testbenches that the sizing may change."""

    low: Quantity
    """The smallest value, in the unit of the parameter."""
    high: Quantity
    """The largest value, in the unit of the parameter."""
    scale: Literal["lin", "log"] = "lin"
    """Steps are differences, or ratios (log): better for widths, currents and capacitances."""
    grid: Quantity | None = None
    """Only multiples of this value are possible, in the unit of the parameter."""
    integer: bool = False
    """Only whole numbers are possible; the same as `grid: 1`."""
    start: Quantity | None = None
    """The first value, in the unit of the parameter; default: that of the testbenches."""
    matched: Names = ()
    """Other parameters that always have the same value."""
    ratios: dict[Name, Quantity] = Field(default_factory=dict)
    """Other parameters whose value is multiplied from this one: `{w_tail: 2}`."""

    @model_validator(mode="after")
    def _makes_sense(self) -> SizingVariable:
        if self.low >= self.high:
            raise ValueError(f"low {self.low} is not below high {self.high}")
        if self.scale == "log" and self.low <= 0:
            raise ValueError("low of a logarithmic scale must be greater than zero")
        if self.integer and self.grid is not None:
            raise ValueError("grid cannot be combined with integer")
        if self.step is not None:
            self._check_grid(self.step)
        if self.start is not None and not self.low <= self.start <= self.high:
            raise ValueError(f"start {self.start} is outside low ... high")
        if twice := set(self.matched) & set(self.ratios):
            raise ValueError(f"{min(twice)} is in both matched and ratios")
        if zero := next((name for name, ratio in self.ratios.items() if not ratio), None):
            raise ValueError(f"the ratio of {zero} is zero")
        return self

    def _check_grid(self, step: float) -> None:
        if step <= 0:
            raise ValueError("grid must be greater than zero")
        if (self.high - self.low) < 2 * step:
            raise ValueError("low ... high has fewer than two steps of the grid")

    @property
    def step(self) -> float | None:
        """The difference between possible values; None for any value."""
        return 1.0 if self.integer else self.grid

    @property
    def followers(self) -> dict[str, float]:
        """Every parameter that follows this one, with its factor."""
        return {**dict.fromkeys(self.matched, 1.0), **self.ratios}


class SizingWish(Section):
    """A measurement that is to be small or large: one of `minimize` and `maximize`."""

    minimize: Name | None = None
    """The measurement that is to be small."""
    maximize: Name | None = None
    """The measurement that is to be large."""
    until: Quantity | None = None
    """A value that is good enough, in the unit of the measurement."""

    @model_validator(mode="after")
    def _one(self) -> SizingWish:
        if (self.minimize is None) == (self.maximize is None):
            raise ValueError("one of minimize and maximize is needed")
        return self

    @property
    def measurement(self) -> str:
        """The measurement."""
        return self.minimize or self.maximize or ""


class SizingBudget(Section):
    """How much a sizing may cost."""

    simulations: Annotated[Whole, Field(ge=1, le=10_000_000)] = 500
    """Number of simulations: one testbench at one corner."""


SizingCorners = Annotated[dict[Name, Values | dict[Name, Scalar]], AfterValidator(distinct)]
"""Parameter -> its values, or corner -> values of several parameters at once."""


class SizingDefinition(Section):
    """A sizing file. Every spec of the testbenches must be met at every corner."""

    description: Text = ""
    """Description of the sizing."""
    testbenches: Names
    """The testbenches whose specs must be met."""
    variables: Annotated[dict[Name, SizingVariable], AfterValidator(distinct), Field(min_length=1)]
    """Parameter -> the values it may have."""
    minimize: Name | None = None
    """The measurement that is to be as small as the specs allow, at its worst corner."""
    maximize: Name | None = None
    """The measurement that is to be as large as the specs allow, at its worst corner."""
    wishes: tuple[SizingWish, ...] = ()
    """Several of these, the most important one first. A later wish does not spoil an earlier one."""
    corners: SizingCorners | Name | None = None
    """Parameter -> its values (every combination), or corner -> values of several parameters at once; or the
    name of a sweep: its cases. The first corner is simulated first.
    """
    exclude: Conditions = ()
    """Conditions of excluded corners, such as "corner == 'ff' and temp > 100"."""
    method: Literal["linear", "cma"] = "linear"
    """Successive linear programs, or CMA-ES for circuits whose slopes mislead (needs `cmaes`)."""
    budget: SizingBudget = SizingBudget()
    """How much the sizing may cost."""
    seed: Annotated[Whole, Field(ge=0)] = 1
    """The same seed gives the same trajectory."""

    @model_validator(mode="after")
    def _makes_sense(self) -> SizingDefinition:
        if not self.testbenches:
            raise ValueError("testbenches is empty")
        if len([each for each in (self.minimize, self.maximize, self.wishes) if each]) > 1:
            raise ValueError("only one of minimize, maximize and wishes is possible")
        seen: dict[str, str] = {}
        for name, variable in self.variables.items():
            for each in (name, *variable.followers):
                if each in seen:
                    raise ValueError(f"{each} is set by {seen[each]} and by {name}")
                seen[each] = name
        return self

    @property
    def all_wishes(self) -> tuple[SizingWish, ...]:
        """What is to be small or large, in order of importance."""
        if self.wishes or (self.minimize is None and self.maximize is None):
            return self.wishes
        return (SizingWish(minimize=self.minimize, maximize=self.maximize),)
