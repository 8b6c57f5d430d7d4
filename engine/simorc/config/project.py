"""``Project.load()`` reads and checks the files of a project; all other modules take a Project."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from simorc.config.expansion import against
from simorc.config.models.analysis import AnalysisDefinition
from simorc.config.models.setup import Setup
from simorc.config.models.statistical_corner import StatisticalCorner
from simorc.config.models.sweep import SweepDefinition
from simorc.config.models.testbench import TestbenchConfig
from simorc.config.names import NO_CORNER, STATISTICAL_CORNER, did_you_mean, listed
from simorc.config.overrides import override_layer, variable_layer
from simorc.config.root import find_root
from simorc.config.settings import Layer, Setting, Settings, file_layer, origins_of, settings_of
from simorc.config.validate.project_files import (
    ProjectFiles,
    check_sweep,
    check_testbench,
    read_project,
    read_sweep,
    read_testbench,
)
from simorc.config.validate.unnamed_sweeps import how_to_name, unnamed_sweeps
from simorc.config.yaml.document import Document
from simorc.config.yaml.source import Source, read_yaml, shown
from simorc.errors import ConfigError, Problem, UsageError
from simorc.files import Stamp
from simorc.units import Value

Thing = TypeVar("Thing")


@dataclass(frozen=True)
class Testbench:
    """One testbench: its directory, its configuration, its template netlist and this one's schematic.

    The chosen environment's parameters are already in ``config.parameters``. ``template`` may not exist yet
    where there is a schematic. File names in ``plot_specs`` and ``python`` are relative to the project.
    """

    __test__ = False  # not a test, whatever pytest thinks of the name

    name: str
    directory: Path
    config_path: Path
    config: TestbenchConfig
    template: Path
    schematic: Path | None = None

    @property
    def parameters(self) -> Mapping[str, Value]:
        """Parameter -> its default."""
        return self.config.parameters


@dataclass(frozen=True)
class Sweep:
    """One sweep file."""

    name: str
    path: Path
    definition: SweepDefinition


@dataclass(frozen=True)
class Analysis:
    """One analysis file."""

    name: str
    path: Path
    definition: AnalysisDefinition


@dataclass(frozen=True)
class SavedCorner:
    """One statistical corner: a file of ``corners/``."""

    name: str
    path: Path
    definition: StatisticalCorner


@dataclass(frozen=True)
class _Layers:
    """Settings by where they come from, weakest first where several hold."""

    setup: Layer
    testbenches: Mapping[str, Layer]
    sweeps: Mapping[str, Layer]
    outside: tuple[Layer, ...]


@dataclass(frozen=True)
class Project:
    """A project, read and checked. All paths are absolute."""

    root: Path
    setup: Setup
    environment: str | None
    testbenches: Mapping[str, Testbench]
    sweeps: Mapping[str, Sweep]
    analyses: Mapping[str, Analysis]
    statistical_corners: Mapping[str, SavedCorner]
    _files: ProjectFiles
    _layers: _Layers

    @staticmethod
    def find(start: Path | None = None) -> Path:
        """The project's directory: the nearest ``sim_setup.yaml`` upwards of `start`. Raises UsageError."""
        return find_root(start)

    @classmethod
    def load(
        cls,
        start: Path | None = None,
        *,
        environment: str | None = None,
        overrides: Mapping[str, object] | None = None,
    ) -> Project:
        """Read the project that contains `start` (default: the working directory).

        `environment` defaults to SIMORC_ENV; `overrides` come from the command line ("execution.jobs": 4).
        Raises ConfigError with every problem of every file.
        """
        root = find_root(start)
        files = read_project(root, environment or os.environ.get("SIMORC_ENV") or None)
        layers, problems = _layers_of(files, overrides or {})
        if files.problems or problems:
            raise ConfigError(list(dict.fromkeys([*files.problems, *problems])))
        return cls._of(files, layers)

    @classmethod
    def sound_part(cls, start: Path | None = None) -> Project:
        """The testbenches and sweeps without a problem, of a project that has others as well.

        Raises ConfigError if sim_setup.yaml cannot be read.
        """
        files = read_project(find_root(start), os.environ.get("SIMORC_ENV") or None)
        layers, problems = _layers_of(files, {})
        bad = {problem.file for problem in (*files.problems, *problems)}
        sound = {
            name: document
            for name, document in files.testbenches.items()
            if document.model is not None
            and name in files.templates
            and shown(document.source.path) not in bad
        }
        sweeps = {
            name: document
            for name, document in files.sweeps.items()
            if document.model is not None
            and document.model.testbench in sound
            and shown(document.source.path) not in bad
        }
        analyses = {
            name: document
            for name, document in files.analyses.items()
            if document.model is not None
            and document.model.testbench in sound
            and shown(document.source.path) not in bad
        }
        return cls._of(replace(files, testbenches=sound, sweeps=sweeps, analyses=analyses), layers)

    @classmethod
    def _of(cls, files: ProjectFiles, layers: _Layers) -> Project:
        testbenches = {
            name: _testbench(files, name, document) for name, document in files.testbenches.items()
        }
        sweeps = {name: _sweep(files, name, document) for name, document in files.sweeps.items()}
        analyses = {
            name: Analysis(name, document.source.path, document.model)
            for name, document in files.analyses.items()
            if document.model is not None
        }
        return cls(
            files.root,
            _setup(files),
            files.environment,
            MappingProxyType(testbenches),
            MappingProxyType(sweeps),
            MappingProxyType(analyses),
            MappingProxyType(_saved_corners(files)),
            files,
            layers,
        )

    @property
    def stamps(self) -> Mapping[Path, Stamp | None]:
        """The stamp of each configuration file just before it was read."""
        return self._files.stamps

    @property
    def name(self) -> str:
        """As written in sim_setup.yaml, else the directory's name."""
        return self.setup.name or self.root.name

    @property
    def simulations(self) -> Path:
        """The directory of all runs."""
        return self.root / "simulations"

    @property
    def dut_netlist(self) -> Path | None:
        """Netlist of the circuit under test; may not exist yet where there is a schematic."""
        return against(self.setup.dut.netlist, self.root) if self.setup.dut.netlist else None

    @property
    def dut_schematic(self) -> Path | None:
        """Schematic of the circuit under test."""
        return against(self.setup.dut.schematic, self.root) if self.setup.dut.schematic else None

    def settings(self, testbench: str | None = None, sweep: str | None = None) -> Settings:
        """Effective settings of the project, a testbench, or a sweep (and the testbench it sweeps)."""
        return settings_of(self._layers_for(testbench, sweep))

    def origins(self, testbench: str | None = None, sweep: str | None = None) -> list[Setting]:
        """Every effective setting and where it was set."""
        return origins_of(self._layers_for(testbench, sweep))

    def sweep_from(self, path: Path, name: str | None = None) -> Sweep:
        """A sweep file that is not part of the project, checked against it. Raises ConfigError."""
        return self.sweep_of(read_yaml(Path(path).absolute()), name)

    def sweep_of(self, source: Source, name: str | None = None) -> Sweep:
        """The same for a file that is read already, such as one that is being edited."""
        files = ProjectFiles(
            self.root,
            self._files.setup,
            self.environment,
            self._files.testbenches,
            templates=self._files.templates,
            corners=self._files.corners,
            corner_sets=self._files.corner_sets,
        )
        document = read_sweep(files, source)
        problems = [*files.problems, *check_sweep(files, document)]
        problems += file_layer(source, document.model)[1]
        if problems:
            raise ConfigError(list(dict.fromkeys(problems)))
        return _sweep(files, name or source.path.name.split(".")[0], document)

    def with_sweep(self, source: Source) -> tuple[Project, Sweep]:
        """The project with a sweep file that is being edited in the place of the saved one, and that sweep.

        Raises ConfigError.
        """
        named = (name for name, sweep in self.sweeps.items() if sweep.path == source.path)
        sweep = self.sweep_of(source, next(named, None))
        layer = file_layer(source, sweep.definition)[0]
        layers = replace(self._layers, sweeps={**self._layers.sweeps, sweep.name: layer})
        sweeps = MappingProxyType({**self.sweeps, sweep.name: sweep})
        return replace(self, sweeps=sweeps, _layers=layers), sweep

    def with_testbench(self, name: str, source: Source) -> Project:
        """The project with the config.yaml of a testbench that is being edited in the place of the saved one.

        The sweeps of the testbench are checked against it. Raises ConfigError.
        """
        old = self._files
        testbenches, templates = dict(old.testbenches), dict(old.templates)
        files = replace(old, testbenches=testbenches, templates=templates, problems=[])
        read_testbench(files, name, source)
        layer, wrong = file_layer(source, files.testbenches[name].model)
        problems = [*files.problems, *wrong, *check_testbench(files, name)]
        for document in files.sweeps.values():
            if document.model is not None and document.model.testbench == name:
                problems += check_sweep(files, document)
        if problems:
            raise ConfigError(list(dict.fromkeys(problems)))
        layers = replace(self._layers, testbenches={**self._layers.testbenches, name: layer})
        return self._of(files, layers)

    def sweep(self, name: str) -> Sweep:
        """The sweep of that name. Raises UsageError, which mentions a file of that name that the project does
        not list.
        """
        unnamed = {} if name in self.sweeps else unnamed_sweeps(self.root, self.setup.sweeps)
        if name in unnamed:
            raise UsageError(f"no sweep '{name}'", remedy=how_to_name(self.root, name, unnamed[name]))
        return known(self.sweeps, name, "sweep")

    def _layers_for(self, testbench: str | None, sweep: str | None) -> list[Layer]:
        named = testbench or (self.sweep(sweep).definition.testbench if sweep else None)
        layers = [self._layers.setup]
        if named is not None:
            known(self.testbenches, named, "testbench")
            layers.append(self._layers.testbenches[named])
        if sweep is not None:
            known(self.sweeps, sweep, "sweep")
            layers.append(self._layers.sweeps[sweep])
        return [*layers, *self._layers.outside]


def known(things: Mapping[str, Thing], name: str, kind: str) -> Thing:
    """The testbench or sweep of that name. Raises UsageError with the nearest known one."""
    if name not in things:
        raise UsageError(f"no {kind} '{name}'{did_you_mean(name, things)}; known: {listed(things)}")
    return things[name]


def _layers_of(files: ProjectFiles, overrides: Mapping[str, object]) -> tuple[_Layers, list[Problem]]:
    problems: list[Problem] = []

    def noted(found: tuple[Layer, list[Problem]]) -> Layer:
        problems.extend(found[1])
        return found[0]

    def of_file(document: Document[TestbenchConfig] | Document[SweepDefinition] | Document[Setup]) -> Layer:
        return noted(file_layer(document.source, document.model))

    layers = _Layers(
        of_file(files.setup),
        {name: of_file(document) for name, document in files.testbenches.items()},
        {name: of_file(document) for name, document in files.sweeps.items()},
        (
            *[noted(layer) for layer in _environment_layers(files)],
            noted(variable_layer(os.environ)),
            noted(override_layer(overrides)),
        ),
    )
    return layers, problems


def _environment_layers(files: ProjectFiles) -> list[tuple[Layer, list[Problem]]]:
    chosen = files.setup.model.environments.get(files.environment or "") if files.setup.model else None
    if chosen is None or files.environment is None:
        return []
    label = f"environment {files.environment}, "
    return [file_layer(files.setup.source, chosen, ("environments", files.environment), label)]


def _setup(files: ProjectFiles) -> Setup:
    if files.setup.model is None:
        raise ConfigError(files.problems)
    return files.setup.model


def _testbench(files: ProjectFiles, name: str, document: Document[TestbenchConfig]) -> Testbench:
    config, source = document.model, document.source
    if config is None:
        raise ConfigError(files.problems)
    chosen = _setup(files).environments.get(files.environment or "")
    if chosen is not None:
        changed = {key: value for key, value in chosen.parameters.items() if key in config.parameters}
        config = config.model_copy(update={"parameters": {**config.parameters, **changed}})
    if files.corners and STATISTICAL_CORNER not in config.parameters:
        chosen_none = {**config.parameters, STATISTICAL_CORNER: NO_CORNER}
        config = config.model_copy(update={"parameters": chosen_none})
    schematic = against(config.schematic, source.path.parent) if config.schematic else None
    return Testbench(name, source.path.parent, source.path, config, files.templates[name], schematic)


def _saved_corners(files: ProjectFiles) -> dict[str, SavedCorner]:
    return {
        name: SavedCorner(name, document.source.path, document.model)
        for name, document in files.corners.items()
        if document.model is not None
    }


def _sweep(files: ProjectFiles, name: str, document: Document[SweepDefinition]) -> Sweep:
    if document.model is None:
        raise ConfigError(document.problems)
    return Sweep(name, document.source.path, _with_saved_parameters(files, document.model))


def _with_saved_parameters(files: ProjectFiles, definition: SweepDefinition) -> SweepDefinition:
    """The sweep with the parameters of statistical corners in the corners that use them."""
    testbench = files.testbenches.get(definition.testbench)
    known = {} if testbench is None or testbench.model is None else testbench.model.parameters
    bundles = {}
    for corner, bundle in definition.corners.items():
        document = files.corners.get(str(bundle.get(STATISTICAL_CORNER)))
        saved = {} if document is None or document.model is None else document.model.parameters
        bundles[corner] = {**{key: value for key, value in saved.items() if key in known}, **bundle}
    changed = bundles != definition.corners
    return definition.model_copy(update={"corners": bundles}) if changed else definition
