"""Reads and checks all files of a project, and reports all problems together."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from simorc.config.expansion import against, is_file, is_folder, within
from simorc.config.models.analysis import AnalysisDefinition
from simorc.config.models.corner_set import CornerSet
from simorc.config.models.measurement import Measurement
from simorc.config.models.setup import Setup
from simorc.config.models.statistical_corner import StatisticalCorner
from simorc.config.models.sweep import SweepDefinition
from simorc.config.models.testbench import TestbenchConfig
from simorc.config.names import did_you_mean, listed
from simorc.config.root import CORNER_SETS_FOLDER, CORNERS_FOLDER, SETUP_FILE
from simorc.config.validate.analysis_checks import analysed_problems
from simorc.config.validate.corner_sets import Definition, with_corner_set
from simorc.config.validate.cross_checks import (
    environment_problems,
    known_measurements,
    measured_problems,
    plan_problems,
    statistical_problems,
    sweep_problems,
    testbench_problems,
)
from simorc.config.yaml.document import Document, document_of, read_document
from simorc.config.yaml.source import KeyPath, Source, read_yaml
from simorc.errors import Problem
from simorc.files import Stamp

_SETTINGS: tuple[KeyPath, ...] = (("simulator",), ("netlister",), ("execution",))
_SETUP: tuple[KeyPath, ...] = (
    *(("dut",), ("testbenches",), ("sweeps",), ("analyses",), ("pipelines",)),
    *_SETTINGS,
)
_TESTBENCH: tuple[KeyPath, ...] = (
    ("schematic",),
    ("template",),
    ("plot_specs",),
    ("parameters",),
    *_SETTINGS,
)
SWEEP_PATHS: tuple[KeyPath, ...] = (("plot_specs",), *_SETTINGS)


@dataclass
class ProjectFiles:
    """What the files of one project hold. ``problems`` grows while they are read."""

    root: Path
    setup: Document[Setup]
    environment: str | None
    testbenches: dict[str, Document[TestbenchConfig]] = field(default_factory=dict)
    sweeps: dict[str, Document[SweepDefinition]] = field(default_factory=dict)
    analyses: dict[str, Document[AnalysisDefinition]] = field(default_factory=dict)
    corners: dict[str, Document[StatisticalCorner]] = field(default_factory=dict)
    corner_sets: dict[str, Document[CornerSet]] = field(default_factory=dict)
    templates: dict[str, Path] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @property
    def stamps(self) -> dict[Path, Stamp | None]:
        """The stamp of each file just before it was read."""
        of_testbenches = (document.source for document in self.testbenches.values())
        of_sweeps = (document.source for document in self.sweeps.values())
        of_analyses = (document.source for document in self.analyses.values())
        of_corners = (document.source for document in self.corners.values())
        of_sets = (document.source for document in self.corner_sets.values())
        sources = (self.setup.source, *of_testbenches, *of_sweeps, *of_analyses, *of_corners, *of_sets)
        return {each.path: each.stamp for each in sources}


def read_project(root: Path, environment: str | None) -> ProjectFiles:
    """Read all files of a project. What is wrong with them is in ``problems``; nothing is raised for it."""
    chosen: tuple[KeyPath, ...] = (("environments", environment),) if environment else ()
    # Other environments stay as written: their variables may be set on other machines only.
    setup = read_document(root / SETUP_FILE, Setup, (*_SETUP, *chosen))
    files = ProjectFiles(root, setup, environment, problems=list(setup.problems))
    if setup.model is not None:
        _read_corners(files)
        _read_testbenches(files, setup.model)
        _read_sweeps(files, setup.model)
        _read_analyses(files, setup.model)
        _check_dut(files, setup.model)
    _check_environment(files)
    _check_together(files)
    files.problems = list(dict.fromkeys(files.problems))
    return files


def _read_testbenches(files: ProjectFiles, setup: Setup) -> None:
    for name, written in setup.testbenches.items():
        folder = against(written, files.root)
        if not is_folder(folder):
            files.problems.append(
                files.setup.source.problem(("testbenches", name), f"no such directory: {written}")
            )
        elif not is_file(folder / "config.yaml"):
            message = f"no config.yaml in {written}"
            files.problems.append(files.setup.source.problem(("testbenches", name), message))
        else:
            read_testbench(files, name, read_yaml(folder / "config.yaml"))


def read_testbench(files: ProjectFiles, name: str, source: Source) -> None:
    """Put the testbench that `source` describes into `files`; its problems go to those of the project."""
    document, path = document_of(source, TestbenchConfig, _TESTBENCH), source.path
    files.problems += document.problems
    if (config := document.model) is not None:
        _check_template(files, name, document.source, config)
        config = _without_lost_schematic(files, name, path.parent, config)
        _check_file(files, document.source, ("schematic",), config.schematic)
        config = config.model_copy(update=_rooted(files, document.source, config))
    files.testbenches[name] = Document(document.source, config, document.problems)


def _without_lost_schematic(
    files: ProjectFiles, name: str, folder: Path, config: TestbenchConfig
) -> TestbenchConfig:
    """Older projects name schematics that stayed elsewhere; their template is what counts."""
    older = config.filename_raw is not None or config.filename_log is not None
    template = files.templates.get(name)
    if not older or config.schematic is None or template is None or not is_file(template):
        return config
    lost = not is_file(against(config.schematic, folder))
    return config.model_copy(update={"schematic": None}) if lost else config


def _read_sweeps(files: ProjectFiles, setup: Setup) -> None:
    for name, written in setup.sweeps.items():
        path = against(written, files.root)
        if not is_file(path):
            files.problems.append(files.setup.source.problem(("sweeps", name), f"no such file: {written}"))
        else:
            files.sweeps[name] = read_sweep(files, read_yaml(path))


def _read_corners(files: ProjectFiles) -> None:
    """The saved corners of the project: every YAML file of ``corners/`` and ``corner_sets/``."""
    for path in sorted((files.root / CORNER_SETS_FOLDER).glob("*.yaml")):
        found = read_document(path, CornerSet)
        files.problems += found.problems
        files.corner_sets[path.stem] = found
    for path in sorted((files.root / CORNERS_FOLDER).glob("*.yaml")):
        document = read_document(path, StatisticalCorner)
        files.problems += document.problems
        files.corners[path.stem] = document


def _read_analyses(files: ProjectFiles, setup: Setup) -> None:
    for name, written in setup.analyses.items():
        path = against(written, files.root)
        if not is_file(path):
            files.problems.append(files.setup.source.problem(("analyses", name), f"no such file: {written}"))
        else:
            files.analyses[name] = read_analysis(files, read_yaml(path))


def read_analysis(files: ProjectFiles, source: Source) -> Document[AnalysisDefinition]:
    """One analysis file by itself; its problems go to those of the project."""
    document = document_of(source, AnalysisDefinition)
    files.problems += document.problems
    definition = document.model
    if definition is not None and definition.measurements:
        measurements = {
            name: _rooted_measurement(files, source, name, each)
            for name, each in definition.measurements.items()
        }
        definition = definition.model_copy(update={"measurements": measurements})
    if definition is not None:
        definition = _with_corner_set(files, source, definition)
    return Document(source, definition, document.problems)


def read_sweep(files: ProjectFiles, source: Source) -> Document[SweepDefinition]:
    """One sweep file by itself; its problems go to those of the project."""
    document = document_of(source, SweepDefinition, SWEEP_PATHS)
    files.problems += document.problems
    definition = document.model
    if definition is not None:
        definition = definition.model_copy(update=_rooted(files, document.source, definition))
        definition = _with_corner_set(files, source, definition)
    return Document(document.source, definition, document.problems)


def _with_corner_set(files: ProjectFiles, source: Source, definition: Definition) -> Definition:
    testbench = files.testbenches.get(definition.testbench)
    known = {} if testbench is None or testbench.model is None else testbench.model.parameters
    whole, problems = with_corner_set(definition, source, files.corner_sets, known)
    files.problems += problems
    return whole


def _check_template(files: ProjectFiles, name: str, source: Source, config: TestbenchConfig) -> None:
    folder = source.path.parent
    if config.template is not None:
        files.templates[name] = against(config.template, folder)
        if not is_file(files.templates[name]) and config.schematic is None:
            files.problems.append(source.problem(("template",), f"no such file: {config.template}"))
        return
    found = sorted({*folder.glob("*.spice.j2"), *folder.glob("*.spice")})
    if len(found) == 1:
        files.templates[name] = found[0]
    elif not found and config.schematic is not None:
        files.templates[name] = folder / f"{Path(config.schematic).stem}.spice.j2"
    else:
        names = listed(path.name for path in found)
        message = f"template missing, and several *.spice.j2 or *.spice files are beside this file: {names}"
        files.problems.append(source.problem((), message))


def _check_file(files: ProjectFiles, source: Source, key: KeyPath, written: str | None) -> None:
    if written is not None and not is_file(against(written, source.path.parent)):
        files.problems.append(source.problem(key, f"no such file: {written}"))


def _rooted(files: ProjectFiles, source: Source, owner: Any) -> dict[str, Any]:
    """Plot specs and Python functions with their paths as seen from the project's directory."""
    specs = tuple(
        _rooted_path(files, source, ("plot_specs", index), spec) if isinstance(spec, str) else spec
        for index, spec in enumerate(owner.plot_specs)
    )
    measurements = {
        name: _rooted_measurement(files, source, name, each) for name, each in owner.measurements.items()
    }
    return {key: new for key, new in (("plot_specs", specs), ("measurements", measurements)) if new}


def _rooted_measurement(
    files: ProjectFiles, source: Source, name: str, measurement: Measurement
) -> Measurement:
    if measurement.python is None:
        return measurement
    path, _, function = measurement.python.rpartition(":")
    key = ("measurements", name, "python")
    rooted = _rooted_path(files, source, key, path)
    if not against(rooted, files.root).resolve().is_relative_to(files.root.resolve()):
        files.problems.append(source.problem(key, f"outside the project: {path}"))
    return measurement.model_copy(update={"python": f"{rooted}:{function}"})


def _rooted_path(files: ProjectFiles, source: Source, key: KeyPath, written: str) -> str:
    """Against the file's directory, or else the project's."""
    for base in (source.path.parent, files.root):
        if is_file(path := against(written, base)):
            return within(path, files.root)
    files.problems.append(source.problem(key, f"no such file: {written}"))
    return written


def _check_dut(files: ProjectFiles, setup: Setup) -> None:
    source = files.setup.source
    _check_file(files, source, ("dut", "schematic"), setup.dut.schematic)
    # A missing netlist can be generated if there is a schematic.
    if setup.dut.schematic is None:
        _check_file(files, source, ("dut", "netlist"), setup.dut.netlist)


def _check_environment(files: ProjectFiles) -> None:
    known = files.setup.names("environments")
    if (
        files.environment is not None
        and files.environment not in known
        and files.setup.source.data is not None
    ):
        near = did_you_mean(files.environment, known)
        message = f"no environment '{files.environment}'{near}; known: {listed(known)}"
        files.problems.append(files.setup.source.problem(("environments",), message))


def _check_together(files: ProjectFiles) -> None:
    sweeps = files.setup.names("sweeps")
    for name in files.testbenches:
        files.problems += check_testbench(files, name)
    for sweep in files.sweeps.values():
        files.problems += check_sweep(files, sweep)
    for analysis in files.analyses.values():
        files.problems += check_analysis(files, analysis)
    files.problems += plan_problems(files.setup, sweeps)
    files.problems += environment_problems(files.setup, files.testbenches)
    if files.setup.model is not None and files.setup.model.pipelines:
        from simorc.config.validate.pipeline_checks import pipeline_problems  # most projects have none

        files.problems += pipeline_problems(files.setup, files.root, sweeps)


def check_testbench(files: ProjectFiles, name: str) -> list[Problem]:
    """One testbench by itself: its specs, and its measurements across cases."""
    sweeps = files.setup.names("sweeps")
    return list(testbench_problems(files.testbenches[name], files.templates.get(name), sweeps))


def check_sweep(files: ProjectFiles, sweep: Document[SweepDefinition]) -> list[Problem]:
    """One sweep against the testbenches and sweeps of the project."""
    declared = files.setup.names("testbenches")
    if sweep.model is None or sweep.model.testbench in declared - set(files.testbenches):
        return []  # the testbench itself is missing, which is reported once
    problems = list(sweep_problems(sweep, files.testbenches, files.setup.names("sweeps")))
    problems += statistical_problems(sweep, files.corners)
    testbench = files.testbenches.get(sweep.model.testbench)
    if testbench is not None and testbench.model is not None:
        template = files.templates.get(sweep.model.testbench)
        known = known_measurements(sweep.names("measurements") | testbench.names("measurements"), template)
        parameters = testbench.names("parameters")
        problems += measured_problems(sweep, sweep.model.measurements, sweep.model.specs, known, parameters)
    return problems


def check_analysis(files: ProjectFiles, analysis: Document[AnalysisDefinition]) -> list[Problem]:
    """One analysis against the testbenches of the project: its conditions, and the measurements it names."""
    if analysis.model is None:
        return []
    as_sweep = Document(analysis.source, analysis.model.as_sweep(), analysis.problems)
    problems = check_sweep(files, as_sweep)
    testbench = files.testbenches.get(analysis.model.testbench)
    if testbench is not None and testbench.model is not None:
        measured = analysis.names("measurements") | testbench.names("measurements")
        problems += analysed_problems(analysis, measured, {*testbench.model.specs, *analysis.model.specs})
    return problems
