"""Finds, reads and checks the sizing files of a project: ``sizing/<name>.yaml``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simorc.config.models.sizing import SizingDefinition, SizingVariable
from simorc.config.models.testbench import TestbenchConfig
from simorc.config.names import STATISTICAL_CORNER, did_you_mean, listed
from simorc.config.project import Project, Testbench
from simorc.config.validate.cross_checks import unusable_corner
from simorc.config.yaml.document import document_of
from simorc.config.yaml.source import KeyPath, Source, read_yaml
from simorc.errors import ConfigError, Problem, UsageError
from simorc.units import Number

SIZING_FOLDER = "sizing"


@dataclass(frozen=True)
class Sizing:
    """One sizing file, checked against its project."""

    name: str
    path: Path
    definition: SizingDefinition


def sizing_files(root: Path) -> dict[str, Path]:
    """Name -> file, of all sizing files of a project."""
    return {path.stem: path for path in sorted((root / SIZING_FOLDER).glob("*.y*ml")) if path.is_file()}


def read_sizing(project: Project, name: str) -> Sizing:
    """A sizing by its name, or by the path of its file. Raises UsageError, ConfigError."""
    known = sizing_files(project.root)
    path = known.get(name) or Path(name)
    if not path.is_file():
        near = did_you_mean(name, known)
        raise UsageError(
            f"no sizing '{name}'{near}; known: {listed(known)}", remedy=f"write {SIZING_FOLDER}/{name}.yaml"
        )
    return sizing_of(project, read_yaml(path.absolute()))


def sizing_problems(project: Project) -> list[Problem]:
    """What is wrong with the sizing files of a project."""
    problems: list[Problem] = []
    for path in sizing_files(project.root).values():
        try:
            sizing_of(project, read_yaml(path))
        except ConfigError as error:
            problems += error.problems
    return problems


def sizing_of(project: Project, source: Source) -> Sizing:
    """A sizing file that is read already. Raises ConfigError with all problems of it."""
    document = document_of(source, SizingDefinition)
    problems = list(document.problems)
    if document.model is not None:
        problems += _Checks(project, source, document.model).problems()
    if problems or document.model is None:
        raise ConfigError(list(dict.fromkeys(problems)))
    return Sizing(source.path.stem, source.path, document.model)


@dataclass(frozen=True)
class _Checks:
    """The references of one sizing file."""

    project: Project
    source: Source
    definition: SizingDefinition

    def problems(self) -> Iterator[Problem]:
        """All that is wrong; the testbenches first, as nothing else can be checked without them."""
        unknown = list(self._unknown_testbenches())
        if unknown:
            yield from unknown
            return
        for name, variable in self.definition.variables.items():
            yield from self._variable(name, variable)
        yield from self._wishes()
        yield from self._corners()
        if not self.definition.all_wishes and not any(each.config.specs for each in self._benches):
            yield self.source.problem(
                ("testbenches",), "no spec in these testbenches, and nothing to minimize"
            )

    @property
    def _benches(self) -> list[Testbench]:
        return [self.project.testbenches[name] for name in self.definition.testbenches]

    @property
    def _parameters(self) -> set[str]:
        return {name for bench in self._benches for name in bench.parameters}

    def _unknown_testbenches(self) -> Iterator[Problem]:
        known = self.project.testbenches
        for name in self.definition.testbenches:
            if name not in known:
                message = f"no testbench '{name}'{did_you_mean(name, known)}; known: {listed(known)}"
                yield self.source.problem(("testbenches",), message)

    def _variable(self, name: str, variable: SizingVariable) -> Iterator[Problem]:
        for each, place in (
            (name, ("variables", name)),
            *((follower, ("variables", name, "matched")) for follower in variable.matched),
            *((follower, ("variables", name, "ratios", follower)) for follower in variable.ratios),
        ):
            yield from self._parameter(each, place)
        if variable.start is None and name in self._parameters:
            yield from self._default(name, variable)

    def _parameter(self, name: str, place: KeyPath) -> Iterator[Problem]:
        if name not in self._parameters:
            near = did_you_mean(name, self._parameters)
            message = f"'{name}' is no parameter of testbench {listed(self.definition.testbenches)}{near}"
            yield self.source.problem(place, message, at_key=True)

    def _default(self, name: str, variable: SizingVariable) -> Iterator[Problem]:
        """The value of the testbenches is where the sizing starts."""
        found = {bench.name: bench.parameters[name] for bench in self._benches if name in bench.parameters}
        first = next(iter(found.values()))
        place = ("variables", name)
        if not isinstance(first, Number):
            yield self.source.problem(place, f"its value '{first}' is not a number; add start", at_key=True)
        elif any(value != first for value in found.values()):
            values = ", ".join(f"{value} in {bench}" for bench, value in found.items())
            yield self.source.problem(place, f"the testbenches differ ({values}); add start", at_key=True)
        elif not variable.low <= first <= variable.high:
            message = f"its value {first} is outside low ... high; add start"
            yield self.source.problem(place, message, at_key=True)

    def _wishes(self) -> Iterator[Problem]:
        known = {name for bench in self._benches for name in _measured(bench.config)}
        for number, wish in enumerate(self.definition.all_wishes):
            word = "minimize" if wish.minimize else "maximize"
            place: KeyPath = ("wishes", number, word) if self.definition.wishes else (word,)
            if wish.measurement not in known:
                near = did_you_mean(wish.measurement, known)
                message = f"no measurement '{wish.measurement}'{near}; known: {listed(known)}"
                yield self.source.problem(place, message)

    def _corners(self) -> Iterator[Problem]:
        corners = self.definition.corners
        if isinstance(corners, str):
            if corners not in self.project.sweeps:
                near = did_you_mean(corners, self.project.sweeps)
                yield self.source.problem(("corners",), f"no sweep '{corners}'{near}")
            return
        places: list[tuple[str, KeyPath]] = []
        for name, entry in (corners or {}).items():
            if isinstance(entry, Mapping):
                places += [(str(each), ("corners", name, str(each))) for each in entry]
            else:
                places.append((name, ("corners", name)))
        for name, place in places:
            if name == STATISTICAL_CORNER:
                yield from self._statistical(place)
                continue
            yield from self._parameter(name, place)
            for variable, each in self.definition.variables.items():
                if name in (variable, *each.followers):
                    yield self.source.problem(place, f"'{name}' is a variable of the sizing", at_key=True)

    def _statistical(self, place: KeyPath) -> Iterator[Problem]:
        """Names of statistical corners that no testbench of the sizing can use."""
        value: Any = self.definition.corners
        for key in place[1:]:
            value = value[key]
        for name in value if isinstance(value, list | tuple) else [value]:
            for bench in self.definition.testbenches:
                saved = {each: own.definition for each, own in self.project.statistical_corners.items()}
                if message := unusable_corner(bench, str(name), saved):
                    yield self.source.problem(place, message)


def _measured(config: TestbenchConfig) -> list[str]:
    return [name for name, each in config.measurements.items() if each.across is None]
