"""The conditions of an analysis: the cases of a sweep without Monte Carlo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from simorc.config.models.sweep import SweepDefinition
from simorc.config.project import Project
from simorc.errors import UsageError
from simorc.launch.case_plan import plan_of
from simorc.sweeps.cases import Case
from simorc.units import Value

_MOST = 1000


@dataclass(frozen=True)
class Condition:
    """The parameters at which a testbench is analysed, and the name of their corner if they have one.

    `name` is such as ``slow_hot``, ``temp=125 vdd=1.62``, or ``nominal`` where nothing is varied.
    """

    name: str
    parameters: Mapping[str, Value] = field(default_factory=dict)
    corner: str | None = None


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


def _condition(case: Case, definition: SweepDefinition) -> Condition:
    of_corners = {name for bundle in definition.corners.values() for name in bundle}
    words = [] if case.corner is None else [case.corner]
    words += [f"{name}={value}" for name, value in case.parameters.items() if name not in of_corners]
    return Condition(" ".join(words) or "nominal", case.parameters, case.corner)
