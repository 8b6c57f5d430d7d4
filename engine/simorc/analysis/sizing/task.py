"""A sizing file and its project -> variables, corners, specs, and the points to simulate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from simorc.analysis.points import Point
from simorc.analysis.sizing.problem import Corner, Key, Problem, Wish, is_ratio
from simorc.analysis.sizing.space import Place, Space, Variable
from simorc.config.definitions import Spec
from simorc.config.models.sizing import SizingDefinition, SizingVariable, SizingWish
from simorc.config.names import STATISTICAL_CORNER
from simorc.config.project import Project, Testbench
from simorc.config.sizing_files import Sizing
from simorc.errors import UsageError
from simorc.sweeps.cases import Case
from simorc.sweeps.plan import Plan
from simorc.units import Number, ShownAs, Value

_MOST_CORNERS = 1000


@dataclass(frozen=True)
class Task:
    """What is sized: `specs` by testbench, `corners` of all testbenches, `wishes` by importance."""

    project: Project
    sizing: Sizing
    space: Space
    corners: Sequence[Corner]
    specs: Mapping[str, Sequence[Spec]]
    wishes: Sequence[Wish]
    shown: Mapping[Key, ShownAs]

    @property
    def definition(self) -> SizingDefinition:
        return self.sizing.definition

    @property
    def started_from(self) -> dict[str, Value]:
        """The parameters of the testbenches that the variables set, as they are in the project."""
        names = self.space.parameters(self.space.start)
        benches = [self.project.testbenches[name] for name in reversed(self.definition.testbenches)]
        return {
            name: bench.parameters[name] for bench in benches for name in names if name in bench.parameters
        }

    def problem(self, wish: Wish | None = None) -> Problem:
        """The specs with one wish."""
        units = {key: each.unit for key, each in self.shown.items()}
        return Problem(self.specs, self.corners, units, wish)

    def point(self, testbench: str, place: Place, corner: Corner) -> Point:
        """Where a testbench is simulated for a place and a corner."""
        own = self.project.testbenches[testbench].parameters
        values = {name: each for name, each in self.space.parameters(place).items() if name in own}
        return Point(testbench, {**values, **corner.parameters}, corner.name, variables=None)


def task_of(project: Project, sizing: Sizing) -> Task:
    """The task of a sizing file. Raises UsageError for corners that a testbench does not know."""
    definition = sizing.definition
    benches = [project.testbenches[name] for name in definition.testbenches]
    variables = [_variable(name, each, benches) for name, each in definition.variables.items()]
    specs = {
        bench.name: [
            spec.definition(name)
            for name, spec in bench.config.specs.items()
            if bench.config.measurements.get(name) is None or bench.config.measurements[name].across is None
        ]
        for bench in benches
    }
    shown = {
        (bench.name, name): ShownAs(each.unit or _spec_unit(bench, name), each.scale or 1.0)
        for bench in benches
        for name, each in ((name, m.definition()) for name, m in bench.config.measurements.items())
    }
    wishes = [_wish(each, benches, shown) for each in definition.all_wishes]
    return Task(
        project, sizing, Space(variables), _corners(project, definition, benches), specs, wishes, shown
    )


def _spec_unit(bench: Testbench, measurement: str) -> str:
    spec = bench.config.specs.get(measurement)
    return spec.unit if spec is not None else ""


def _variable(name: str, written: SizingVariable, benches: Sequence[Testbench]) -> Variable:
    own = next((bench.parameters[name] for bench in benches if name in bench.parameters), None)
    start = written.start if written.start is not None else own
    assert isinstance(start, Number)
    return Variable(
        *(name, float(written.low), float(written.high), float(start)),
        log=written.scale == "log",
        grid=None if written.step is None else float(written.step),
        ratios={follower: float(factor) for follower, factor in written.followers.items()},
        suffixes=any(text[-1:].isalpha() for text in (str(written.low), str(written.high), str(start))),
    )


def _wish(written: SizingWish, benches: Sequence[Testbench], shown: Mapping[Key, ShownAs]) -> Wish:
    name = written.measurement
    bench = next(bench.name for bench in benches if name in bench.config.measurements)
    until = None if written.until is None else float(written.until)
    return Wish((bench, name), written.maximize is not None, until, is_ratio(shown[bench, name].unit))


def _corners(project: Project, definition: SizingDefinition, benches: Sequence[Testbench]) -> list[Corner]:
    """The corners in their order; without any, the parameters of the testbenches are the only one."""
    if definition.corners is None:
        return [Corner("nominal")]
    defaults: dict[str, Value] = {}
    for bench in reversed(benches):
        defaults |= bench.parameters
    if isinstance(definition.corners, str):
        plan = Plan.expand(project.sweep(definition.corners).definition, defaults=defaults)
        if plan.samples:
            raise UsageError(f"sweep {definition.corners} has Monte Carlo samples, which are no corners")
    else:
        grid = {name: each for name, each in definition.corners.items() if not isinstance(each, Mapping)}
        bundles = {
            name: _with_saved(project, definition, defaults, each)
            for name, each in definition.corners.items()
            if isinstance(each, Mapping)
        }
        written = {"parameters": grid, "corners": bundles, "exclude": definition.exclude}
        plan = Plan.expand(written, defaults=defaults)
    if not 0 < len(plan) <= _MOST_CORNERS:
        raise UsageError(f"{len(plan)} corners; a sizing takes 1 to {_MOST_CORNERS}")
    _refuse_unknown(plan, benches)
    if sized := [name for name in plan.parameters if name in _sized(definition)]:
        raise UsageError(
            f"corners set {sized[0]}, which is a variable of the sizing", remedy="name other corners"
        )
    names = [case.corner for case in plan]
    return [_corner(case, len(set(names)) < len(names)) for case in plan]


def _sized(definition: SizingDefinition) -> set[str]:
    """The parameters that the variables of a sizing set."""
    return {each for name, own in definition.variables.items() for each in (name, *own.followers)}


def _with_saved(
    project: Project, definition: SizingDefinition, known: Mapping[str, Value], bundle: Mapping[str, Any]
) -> dict[str, Any]:
    """A corner with the parameters of its statistical corner, but for the variables of the sizing."""
    saved = project.statistical_corners.get(str(bundle.get(STATISTICAL_CORNER)))
    if saved is None:
        return dict(bundle)
    values, sized = saved.definition.parameters, _sized(definition)
    return {**{key: each for key, each in values.items() if key in known and key not in sized}, **bundle}


def _refuse_unknown(plan: Plan, benches: Sequence[Testbench]) -> None:
    for bench in benches:
        if missing := [name for name in plan.parameters if name not in bench.parameters]:
            raise UsageError(
                f"corners set {missing[0]}, which is no parameter of testbench '{bench.name}'",
                remedy="every testbench of a sizing needs the parameters of its corners",
            )


def _corner(case: Case, several: bool) -> Corner:
    """A corner; the label of a bundle is its name, where nothing else tells two corners apart."""
    values = " ".join(f"{name}={value}" for name, value in case.parameters.items())
    if case.corner is None or "corner" in case.parameters:
        label = values
    else:
        label = f"{case.corner} {values}" if several else case.corner
    return Corner(label, case.parameters, case.corner)
