"""How many simulations an analysis takes, before it is started."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, get_args

from simorc.analysis.circuit import limits_of
from simorc.analysis.conditions import Condition
from simorc.analysis.evaluation import Evaluator
from simorc.analysis.parameter_steps import allowed_steps, dimension_steps, steps_of
from simorc.analysis.points import Point
from simorc.analysis.stored_analyses import Kind
from simorc.analysis.subject import Subject, subject_around, subject_of
from simorc.config.project import Project
from simorc.errors import SimorcError, UsageError

_MOST_GRADIENTS = 3
"""Gradients that a search for a worst-case point usually takes, at most."""


@dataclass(frozen=True)
class Cost:
    """The simulations of one analysis: as many as `least`, usually no more than `most`.

    `about` says what they are for. `problem` is why the analysis cannot be made, with a `remedy`; empty if it
    can.
    """

    name: str
    kind: Kind
    least: int = 0
    most: int = 0
    about: str = ""
    problem: str = ""
    remedy: str = ""

    @property
    def text(self) -> str:
        """``50 simulations`` or ``102 to 206 simulations``."""
        number = f"{self.least:,}" if self.least == self.most else f"{self.least:,} to {self.most:,}"
        return f"{number} simulation{'' if self.most == 1 else 's'}"

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)


def costs_of(project: Project, name: str) -> list[Cost]:
    """What each analysis of `name` (an analysis, a sweep or a testbench) costs, with the samples that are
    written in it. Sensitivities count the dimensions of devices.

    Raises UsageError for an unknown name.
    """
    around = subject_around(project, name)
    with Evaluator(project, jobs=1, measurements=around.measurements, dimensions=True) as evaluator:
        return [_cost(project, name, around, evaluator, kind) for kind in get_args(Kind)]


def _cost(project: Project, name: str, around: Subject, evaluator: Evaluator, kind: Kind) -> Cost:
    try:
        if kind == "sensitivity":
            return _of_steps(project, around, evaluator)
        if name in project.testbenches and name not in (*project.analyses, *project.sweeps):
            remedy = f"write an analysis or a sweep of testbench {name}"
            raise UsageError("a testbench alone has no conditions with random variables", remedy=remedy)
        return _OF_VARIABLES[kind](subject_of(project, name), evaluator)
    except SimorcError as error:
        return Cost(name, kind, problem=error.message, remedy=error.remedy or "")


def _of_steps(project: Project, subject: Subject, evaluator: Evaluator) -> Cost:
    defaults = project.testbenches[subject.testbench].parameters
    allowed = allowed_steps(project, subject.testbench, {}, ())
    total = parameters = dimensions = 0
    for condition in subject.conditions:
        own = evaluator.deck_of(_point(subject, condition)).dimensions
        steps = steps_of({**defaults, **condition.parameters}, allowed)[0]
        parameters, dimensions = len(steps), len(own)
        total += 1 + sum(len(step.points) for step in (*steps, *dimension_steps(own)))
    if not evaluator.bench(subject.testbench).measurements:
        raise UsageError(
            f"testbench '{subject.testbench}' has no measurements", remedy="add measurements: to it"
        )
    about = f"{parameters} parameters and {dimensions} dimensions of devices {_where(subject)}"
    return Cost(subject.name, "sensitivity", total, total, about)


def _of_mismatch(subject: Subject, evaluator: Evaluator) -> Cost:
    options = subject.definition.mismatch
    subject.chosen(options.specs, limited=False)
    counts = _variables(subject, evaluator)
    drawn = subject.definition.monte_carlo if options.method == "regression" else None
    if options.method == "regression" and drawn is None:
        raise UsageError("a regression needs samples", remedy="write monte_carlo: {samples: 200}")
    each = [2 * count + 1 if drawn is None else int(drawn.samples) for count in counts]
    return Cost(subject.name, "mismatch", sum(each), sum(each), _about(subject, counts))


def _of_distances(subject: Subject, evaluator: Evaluator) -> Cost:
    options = subject.definition.worst_case_distance
    names = subject.chosen(options.specs, limited=True)
    counts = _variables(subject, evaluator)
    least, most = _searches(subject, counts, names, worst_corner=options.at == "worst_corner")
    if options.starts:
        most += sum(options.starts * (count + 1) for count in _of_limits(subject, counts, names))
    return Cost(subject.name, "wcd", least, most, _about(subject, counts))


def _of_yield(subject: Subject, evaluator: Evaluator) -> Cost:
    names = subject.chosen((), limited=True)
    counts = _variables(subject, evaluator)
    samples = int(subject.drawn(None, 1).samples)
    least, most = (each + samples * len(counts) for each in _searches(subject, counts, names))
    about = f"{_about(subject, counts)}, {samples} samples"
    return Cost(subject.name, "yield", least, most, about)


_OF_VARIABLES: Mapping[str, Callable[[Subject, Evaluator], Cost]] = {
    "mismatch": _of_mismatch,
    "wcd": _of_distances,
    "yield": _of_yield,
}


def _searches(
    subject: Subject, counts: Sequence[int], names: Sequence[str], *, worst_corner: bool = False
) -> tuple[int, int]:
    """The fewest and the usual most simulations of the searches for worst-case points."""
    star = sum(2 * count + 1 for count in counts)
    searched = list(_of_limits(subject, counts, names))
    if worst_corner:
        sides = len(list(_of_limits(subject, counts[:1], names)))
        searched = sorted(searched)[-sides:] if sides else []
    verify = subject.verifying(None, None)
    samples = 0 if verify is None else int(verify.samples) * len(searched)
    least = star + samples + sum(count + 1 for count in searched)
    return least, star + samples + sum(_MOST_GRADIENTS * (count + 1) for count in searched)


def _of_limits(subject: Subject, counts: Sequence[int], names: Sequence[str]) -> Iterator[int]:
    """The number of variables of each limit at each condition."""
    for condition, count in zip(subject.conditions, counts, strict=False):
        for name in names:
            for _ in limits_of(subject.specs[name], condition):
                yield count


def _variables(subject: Subject, evaluator: Evaluator) -> list[int]:
    """The number of random variables at each condition. Raises UsageError where there is none."""
    return [len(subject.circuit(evaluator, each, ()).variables) for each in subject.conditions]


def _about(subject: Subject, counts: Sequence[int]) -> str:
    return f"{max(counts)} random variables {_where(subject)}"


def _where(subject: Subject) -> str:
    conditions = subject.conditions
    return f"at {conditions[0].name}" if len(conditions) == 1 else f"at {len(conditions)} conditions"


def _point(subject: Subject, condition: Condition) -> Point:
    return Point(subject.testbench, condition.parameters, condition.corner)
