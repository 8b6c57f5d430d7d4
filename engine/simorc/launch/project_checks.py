"""Everything that is looked at before a run: what `simorc validate` refuses, `simorc run` refuses, too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from simorc.config.models.measurement import Measurement
from simorc.config.models.sweep import SweepDefinition
from simorc.config.project import Project, Sweep, Testbench
from simorc.config.yaml.source import Source, read_yaml
from simorc.errors import ConfigError, Problem, SimorcError
from simorc.launch.assignment_checks import lint_assignments, lint_kit_assignments
from simorc.launch.case_plan import plan_of
from simorc.launch.sweep_checks import sweep_problems
from simorc.launch.text_checks import default_problems
from simorc.netlist.checks.lint_data_files import lint_data_files
from simorc.netlist.checks.lint_definitions import lint_conditions, lint_definitions, lint_measures
from simorc.netlist.checks.lint_impossible import lint_impossible
from simorc.netlist.checks.lint_literals import lint_literals
from simorc.netlist.checks.lint_random import lint_random
from simorc.netlist.checks.lint_title import lint_titles
from simorc.netlist.checks.lint_values import lint_values
from simorc.netlist.deck.includes import lint_includes
from simorc.netlist.finding import Finding
from simorc.operating_point.table import SAVED_AS
from simorc.schematics.lint import lint_project
from simorc.simulators.others.registry import adapter_called
from simorc.sweeps.plan import Plan

_ERRORS_FROM = (
    *(lint_project, lint_includes, lint_data_files, lint_literals, lint_assignments, lint_titles),
    lint_impossible,
)
_WARNINGS_FROM = (
    *(lint_definitions, lint_conditions, lint_measures, lint_values, lint_random),
    lint_kit_assignments,
)


def findings_of(project: Project) -> list[Finding]:
    """Everything found in templates, schematics and decks of a project; a warning leaves it usable."""
    return sorted({finding for check in (*_ERRORS_FROM, *_WARNINGS_FROM) for finding in check(project)})


def refuse_problems(project: Project, definition: SweepDefinition, source: Path | None, name: str) -> None:
    """Raise ConfigError for errors in the files of a sweep and its testbench."""
    if problems := problems_of(project, definition, source, name):
        raise ConfigError(list(dict.fromkeys(problems)))


def refuse_findings(project: Project, definition: SweepDefinition, source: Path | None, name: str) -> None:
    """Raise ConfigError for errors in the template, schematics and decks of a sweep whose plan is valid;
    other testbenches are not checked.
    """
    alone = _alone(project, definition, source, name)
    findings = {finding for check in _ERRORS_FROM for finding in check(alone) if not finding.warning}
    if findings:
        raise ConfigError([_problem(finding) for finding in findings])


def plan_of_text(project: Project, source: Source) -> tuple[SweepDefinition, Plan]:
    """What a run of a sweep file that is being edited would simulate; `source` is its text.

    Refuses what `simorc build` refuses: raises ConfigError, ExpressionError or UsageError.
    """
    edited, sweep = project.with_sweep(source)
    if problems := problems_of(edited, sweep.definition, source, sweep.name):
        raise ConfigError(list(dict.fromkeys(problems)))
    return sweep.definition, plan_of(edited, sweep.definition)


def testbench_of_text(project: Project, name: str, source: Source) -> Project:
    """The project with the config.yaml of a testbench that is being edited; `source` is its text.

    Refuses what `simorc validate` refuses in this file and in the sweeps of the testbench, except for
    schematics and templates: raises ConfigError, ExpressionError or UsageError.
    """
    edited = project.with_testbench(name, source)
    bench = edited.testbenches[name]
    if problems := _wrong_measurements(edited, bench, source, bench.config.measurements):
        raise ConfigError(list(dict.fromkeys(problems)))
    return edited


def problems_of(
    project: Project, definition: SweepDefinition, source: Path | Source | None, name: str
) -> list[Problem]:
    """The errors in the values, the measurements and the simulator of a sweep and its testbench."""
    return [
        *unmeasurable(project, definition, source),
        *sweep_problems(project, definition, source),
        *_unknown_simulator(project, project.testbenches[definition.testbench], name),
        *_no_operating_point(project, definition, name),
    ]


def unmeasurable(
    project: Project, definition: SweepDefinition, source: Path | Source | None
) -> list[Problem]:
    """The errors in the measurements of a sweep and of its testbench that are known before any simulation."""
    bench = project.testbenches[definition.testbench]
    own = _wrong_measurements(project, bench, source or bench.config_path, definition.measurements)
    return [*unmeasurable_testbench(project, bench), *own]


def problems_of_testbench(project: Project, bench: Testbench) -> list[Problem]:
    """The errors in the values and the measurements of a testbench, swept or not."""
    return [*unmeasurable_testbench(project, bench), *default_problems(project, bench)]


def unmeasurable_testbench(project: Project, bench: Testbench) -> list[Problem]:
    """The errors in the measurements of a testbench, swept or not."""
    return _wrong_measurements(project, bench, bench.config_path, bench.config.measurements)


def _wrong_measurements(
    project: Project, bench: Testbench, file: Path | Source, declared: Mapping[str, Measurement]
) -> list[Problem]:
    plain = {name: what.definition() for name, what in declared.items() if not what.meas}
    if not plain:
        return []
    from simorc.measurements.measure import check_definitions

    source = file if isinstance(file, Source) else read_yaml(file)
    wrong = check_definitions(plain, bench.parameters, project.root)
    return [source.problem(("measurements", name), message) for name, message in wrong]


def _unknown_simulator(project: Project, testbench: Testbench, sweep: str) -> Iterator[Problem]:
    settings = project.settings(testbench.name, sweep if sweep in project.sweeps else None)
    simulator = settings.simulator.name
    if simulator == "ngspice":
        return
    try:
        adapter_called(simulator)
    except SimorcError as error:
        remedy = f"; {error.remedy}" if error.remedy else ""
        yield Problem(testbench.config_path, 0, 0, "simulator.name", f"{error.message}{remedy}")


def _no_operating_point(project: Project, definition: SweepDefinition, sweep: str) -> Iterator[Problem]:
    """Operating points, which come from ngspice, of a testbench with another simulator."""
    testbench = project.testbenches[definition.testbench]
    settings = project.settings(testbench.name, sweep if sweep in project.sweeps else None)
    if settings.simulator.name == "ngspice":
        return
    from simorc.measurements.device_values import parameters_needed

    declared = {**testbench.config.measurements, **definition.measurements}
    measured = parameters_needed({name: each.definition() for name, each in declared.items()})
    if SAVED_AS in testbench.config.save or measured is not None:
        where = "save" if SAVED_AS in testbench.config.save else "measurements"
        message = f"operating points need ngspice, and the simulator is {settings.simulator.name}"
        yield read_yaml(testbench.config_path).problem((where,), message)


def _alone(project: Project, definition: SweepDefinition, source: Path | None, name: str) -> Project:
    """The project with this sweep and its testbench only."""
    testbench = definition.testbench
    sweep = Sweep(name, source or project.testbenches[testbench].config_path, definition)
    return replace(
        project,
        testbenches=MappingProxyType({testbench: project.testbenches[testbench]}),
        sweeps=MappingProxyType({name: sweep}),
    )


def _problem(finding: Finding) -> Problem:
    return Problem(finding.file, finding.line, finding.column, "", finding.message)
