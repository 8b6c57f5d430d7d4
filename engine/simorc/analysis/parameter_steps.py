"""How far each numeric parameter of a testbench is stepped to see what it changes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from simorc.config.names import did_you_mean, listed
from simorc.config.project import Project
from simorc.config.sizing_files import read_sizing, sizing_files
from simorc.errors import UsageError
from simorc.netlist.random_variables.dimensions import Dimension
from simorc.simulators.ngspice.deck_split import CLOSE, OPEN
from simorc.units import Number, Value

_SHARE = 0.01
"""The step, relative to the value of a parameter."""
_MARKS = re.compile(f"[{OPEN}{CLOSE}]")
_COUNTS = re.compile(r"(?:.*_)?(?:m|mult|multiplier|nf|ng|nfin|fingers)\d*(?:_.*)?", re.IGNORECASE)
"""Names that kits give to multipliers and numbers of fingers: ``m``, ``nf_load``, ``in_mult``."""


@dataclass(frozen=True)
class ParameterStep:
    """A parameter at `value`, simulated at `low` (None: only upwards) and at `high` as well; or a dimension
    of a device.
    """

    parameter: str
    value: Number
    low: Number | None
    high: Number
    is_whole: bool = False
    dimension: Dimension | None = None

    @property
    def shown_value(self) -> str:
        """The value as it is written: that of a dimension may be an expression, whose value counts as 1."""
        return str(self.value) if self.dimension is None else plain_value(self.dimension.written)

    @property
    def changes(self) -> Sequence[float]:
        """The relative changes of a dimension at `points`."""
        return [float(each) / float(self.value) - 1.0 for each in self.points]

    @property
    def size(self) -> float:
        """The step upwards, in the unit of the parameter."""
        return float(self.high) - float(self.value)

    @property
    def points(self) -> Sequence[Number]:
        """The values simulated besides the nominal one."""
        return [self.high] if self.low is None else [self.high, self.low]


@dataclass(frozen=True)
class Gap:
    """A parameter without a sensitivity, and the reason: a step is not known, or a simulation `failed`."""

    parameter: str
    reason: str
    failed: bool = False


@dataclass(frozen=True)
class AllowedSteps:
    """What the user says about the steps of parameters.

    `given` are the steps themselves, `whole` the parameters that are whole numbers, `grid` the differences
    between possible values, `reach` the largest magnitude that a sizing file allows.
    """

    given: Mapping[str, float] = field(default_factory=dict)
    whole: frozenset[str] = frozenset()
    grid: Mapping[str, float] = field(default_factory=dict)
    reach: Mapping[str, float] = field(default_factory=dict)


def allowed_steps(
    project: Project, testbench: str, given: Mapping[str, float], whole: Sequence[str]
) -> AllowedSteps:
    """The steps of a command line, with those of the sizing files of a testbench.

    Raises UsageError for what is no numeric or no whole parameter, ConfigError for a sizing file.
    """
    known = project.testbenches[testbench].parameters
    check_parameters([*given, *whole], known, testbench)
    for name in whole:
        if not Number(known[name]).is_integer():
            raise UsageError(f"{name} is {known[name]}, not a whole number", remedy=f"omit --whole {name}")
    integers = set(whole)
    grid: dict[str, float] = {}
    reach: dict[str, float] = {}
    for name in sizing_files(project.root):
        definition = read_sizing(project, name).definition
        for first, variable in definition.variables.items() if testbench in definition.testbenches else ():
            for parameter in (first, *variable.matched):
                reach[parameter] = max(abs(variable.low), abs(variable.high))
                if variable.integer:
                    integers.add(parameter)
                elif variable.grid is not None:
                    grid[parameter] = max(float(variable.grid), grid.get(parameter, 0.0))
    return AllowedSteps(given, frozenset(integers), grid, reach)


def check_parameters(names: Sequence[str], known: Mapping[str, Value], testbench: str) -> None:
    """Raises UsageError for a name that is no numeric parameter of a testbench."""
    for name in names:
        if name not in known:
            raise UsageError(
                f"testbench '{testbench}' has no parameter '{name}'{did_you_mean(name, known)}; "
                f"known: {listed(known)}"
            )
        if not is_numeric(known[name]):
            raise UsageError(f"{name} is '{known[name]}', not a number, so it has no sensitivity")


def is_numeric(value: Value) -> bool:
    """Whether a value is a number."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def steps_of(
    parameters: Mapping[str, Value], allowed: AllowedSteps, chosen: Sequence[str] = ()
) -> tuple[list[ParameterStep], list[Gap]]:
    """A step for each numeric parameter (of those `chosen`, if any), and those for which none is known.

    A step is 1 % of the value, at least one step of the grid; a whole number is stepped by 1, and only
    upwards from 0 and 1. The step of a parameter that is 0 is 1 % of its reach.
    """
    steps: list[ParameterStep] = []
    gaps: list[Gap] = []
    for name, value in parameters.items():
        if not is_numeric(value) or (chosen and name not in chosen):
            continue
        size = _size(name, float(value), allowed)
        if size is None:
            remedy = f"give --step {name}=VALUE"
            gaps.append(Gap(name, f"it is 0, and nothing says how far to step it; {remedy}"))
        else:
            steps.append(_stepped(name, Number(value), size, _is_whole(name, float(value), allowed)))
    return steps, gaps


def _is_whole(name: str, value: float, allowed: AllowedSteps) -> bool:
    if name in allowed.given or not value.is_integer():
        return False
    return name in allowed.whole or (value >= 1 and _COUNTS.fullmatch(name) is not None)


def _size(name: str, value: float, allowed: AllowedSteps) -> float | None:
    if name in allowed.given:
        return allowed.given[name]
    if _is_whole(name, value, allowed):
        return 1.0
    size = _SHARE * (abs(value) or allowed.reach.get(name, 0.0))
    grid = allowed.grid.get(name)
    if grid is not None:
        return max(1, round(size / grid)) * grid
    return size or None


def _stepped(name: str, value: Number, size: float, whole: bool) -> ParameterStep:
    if whole:
        low = None if 0 <= value < 2 else Number(f"{int(value) - 1}")
        return ParameterStep(name, value, low, Number(f"{int(value) + 1}"), True)
    low, high = (Number(f"{float(value) + sign * size:.12g}") for sign in (-1, 1))
    if not low < value < high:
        raise UsageError(f"the step {size:g} of {name} is too small beside its value {value}")
    return ParameterStep(name, value, low, high)


def dimension_steps(dimensions: Sequence[Dimension], chosen: Sequence[str] = ()) -> list[ParameterStep]:
    """A step of 1 % for each dimension of a device (of those `chosen`, if any). A multiplier that is written
    as a whole number is stepped by 1, and only upwards from 1.
    """
    return [_dimension_step(each) for each in dimensions if not chosen or each.name in chosen]


def _dimension_step(dimension: Dimension) -> ParameterStep:
    try:
        value = Number(dimension.written)
    except ValueError:
        value = Number("1")
    if not value:
        value = Number("1")
    whole = dimension.label in ("m", "mult") and value.is_integer() and value >= 1
    known = whole and str(value) == dimension.written
    step = _stepped(dimension.name, value, 1.0 if known else _SHARE * abs(float(value)), known)
    return replace(step, dimension=dimension)


def plain_value(written: str) -> str:
    """A value of a netlist without the marks of values that a template fills in."""
    return _MARKS.sub("", written)
