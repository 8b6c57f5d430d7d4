"""The conditions of an analysis: the cases of a sweep without Monte Carlo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from simorc.config.models.sweep import SweepDefinition
from simorc.config.project import Project
from simorc.errors import UsageError
from simorc.launch.case_plan import plan_of
from simorc.measurements.spec_limits import corner_names
from simorc.sweeps.cases import Case
from simorc.sweeps.definition import column_of
from simorc.sweeps.ranges import Span
from simorc.units import Value, parse_value

_MOST = 1000


@dataclass(frozen=True)
class Condition:
    """The parameters at which a testbench is analysed, and the name of their corner if they have one.

    `name` is such as ``slow_hot``, ``temp=125 vdd=1.62``, or ``nominal`` where nothing is varied.
    """

    name: str
    parameters: Mapping[str, Value] = field(default_factory=dict)
    corner: str | None = None

    @property
    def corner_names(self) -> tuple[str, ...]:
        """The names whose limits hold here, the more specific one last."""
        return corner_names(self.parameters, self.corner)

    def differs_from(self, defaults: Mapping[str, Value]) -> bool:
        """Whether a parameter has another value than its default."""
        return any(value != defaults.get(name) for name, value in self.parameters.items())


def conditions_of(
    project: Project, definition: SweepDefinition, corners: Sequence[str] = ()
) -> list[Condition]:
    """The conditions of a sweep, narrowed to some corners. Raises UsageError for none or too many."""
    still = definition.model_copy(update={"monte_carlo": None, "sensitivity": {}})
    plan = plan_of(project, still, corners=corners)
    if not len(plan):
        raise UsageError("the analysis has no conditions", remedy="check exclude and --corner")
    if len(plan) > _MOST:
        raise UsageError(
            f"{len(plan):,} conditions are too many for an analysis (limit {_MOST:,})",
            remedy="analyse corners instead of the whole sweep",
        )
    return [_condition(case, definition) for case in plan]


def text_conditions_of(
    project: Project, definition: SweepDefinition, corners: Sequence[str] = ()
) -> list[Condition]:
    """The nominal point, and the corners and combinations of text parameters of a sweep.

    Parameters that are swept over numbers keep their defaults. The nominal point is left out where `corners`
    are named, and where one of the others has the same parameters. Raises as `conditions_of`.
    """
    defaults = project.testbenches[definition.testbench].parameters
    grid = {name: values for name, values in definition.parameters.items() if _is_text(values)}
    zipped = tuple(group for group in definition.zip if any(map(_is_text, group.values())))
    kept = definition.model_copy(update={"parameters": grid, "zip": zipped})
    if not (grid or zipped or kept.corners or corners):
        return [Condition("nominal")]
    found = conditions_of(project, kept, corners)
    if corners or any(not each.differs_from(defaults) for each in found):
        return found
    return [Condition("nominal"), *found]


def _is_text(values: Any) -> bool:
    column = column_of(values)
    return not isinstance(column, Span) and any(isinstance(parse_value(str(each)), str) for each in column)


def _condition(case: Case, definition: SweepDefinition) -> Condition:
    of_corners = {name for bundle in definition.corners.values() for name in bundle}
    words = [] if case.corner is None else [case.corner]
    if case.corner is not None and case.corner == case.parameters.get("corner"):
        of_corners.add("corner")
    words += [f"{name}={value}" for name, value in case.parameters.items() if name not in of_corners]
    return Condition(" ".join(words) or "nominal", case.parameters, case.corner)
