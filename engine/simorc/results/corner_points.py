"""The corners of runs: cases with the same values of the parameters that make a corner."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from simorc.config.names import did_you_mean, listed
from simorc.errors import UsageError
from simorc.results.open_run import OpenRun
from simorc.shown_values import parameter_text
from simorc.sweeps.cases import Case
from simorc.units import Value

_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_-]+")


@dataclass(frozen=True)
class CornerPoint:
    """The values of some parameters, and the corner of the sweep that they belong to if it names corners."""

    parameters: Mapping[str, Value]
    bundle: str | None = None

    @property
    def key(self) -> tuple[Any, ...]:
        """The same for equal corners of different runs."""
        return self.bundle, tuple(sorted(self.parameters.items(), key=lambda item: item[0]))

    @property
    def name(self) -> str:
        """Such as ``slow_hot``, or ``vdda3.0_temp125_ss``: the values, with the names of numbers."""
        if self.bundle is not None:
            return self.bundle
        parts = [
            parameter_text(value) if isinstance(value, str) else f"{name}{_as_name(value)}"
            for name, value in self.parameters.items()
        ]
        return _NOT_IN_NAMES.sub("p", "_".join(parts)) or "nominal"


def _as_name(value: Value) -> str:
    return parameter_text(value).replace("-", "m").replace(".", "p")


@dataclass
class CornerCases:
    """The corners of some runs, equal ones once."""

    points: list[CornerPoint] = field(default_factory=list)
    _places: dict[tuple[Any, ...], int] = field(default_factory=dict)

    def of_run(self, run: OpenRun, names: Collection[str]) -> list[tuple[int, str]]:
        """The corner of every case of the frame of a run, and its other values. `names` are the parameters
        that make a corner; empty: all that are not random.

        Raises UsageError for a run without a plan.
        """
        plan = run.plan
        if plan is None:
            raise UsageError(f"{run.name}: its cases are not known", remedy="name another run")
        drawn = plan.drawn_parameters
        makes = [name for name in plan.parameters if name not in drawn and (not names or name in names)]
        bundled = plan.bundle_parameters
        whole = bundled is not None and bundled.issuperset(makes)
        found = []
        for number in run.frame.ids.tolist():
            case = plan.case(number)
            point = CornerPoint(
                {name: case.parameters[name] for name in makes if name in case.parameters},
                case.corner if whole else None,
            )
            found.append((self._place(point), _others(case, {*makes, *drawn})))
        return found

    def _place(self, point: CornerPoint) -> int:
        place = self._places.setdefault(point.key, len(self.points))
        if place == len(self.points):
            self.points.append(point)
        return place


def check_names(runs: Sequence[OpenRun], names: Collection[str]) -> None:
    """Raise UsageError for a parameter that no run sweeps."""
    known = {name for run in runs if run.plan is not None for name in run.plan.parameters}
    if unknown := sorted(set(names) - known):
        near = did_you_mean(unknown[0], known)
        raise UsageError(f"no run sweeps '{unknown[0]}'{near}; swept: {listed(known)}")


def _others(case: Case, known: Collection[str]) -> str:
    values = {name: value for name, value in case.parameters.items() if name not in known}
    return ", ".join(f"{name}={parameter_text(value)}" for name, value in values.items())
