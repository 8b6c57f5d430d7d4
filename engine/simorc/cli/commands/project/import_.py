"""simorc import: create a project from the files of another tool and list what was not imported."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from simorc.cli.errors import ExitCode
from simorc.cli.output.tables import note
from simorc.errors import ConfigError, UsageError
from simorc.text import message_line, plain

if TYPE_CHECKING:
    from simorc.importers.result import Carried

OUT = click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Directory of the new project (default: `simorc` beside the imported files).",
)
FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.group("import")
def command() -> None:
    """Create a project from files of another tool, which stay unchanged. List what cannot be imported."""


@command.command("cace")
@click.argument("datasheet", type=FILE)
@OUT
def cace(datasheet: Path, out: Path | None) -> None:
    """Import a CACE DATASHEET (format 5.2): ngspice parameters, conditions, specs, scripts, plots."""
    from simorc.importers.cace.datasheet import from_cace

    _made(from_cace(datasheet, out))


@command.command("cicsim")
@click.argument("testbenches", type=FILE, nargs=-1, required=True)
@OUT
def cicsim(testbenches: Sequence[Path], out: Path | None) -> None:
    """Import cicsim TESTBENCHES (tran.spi with tran.meas, tran.yaml, cicsim.yaml and Makefile beside it)."""
    from simorc.importers.cicsim.testbench import from_cicsim

    _made(from_cicsim(testbenches, out))


@command.command("ltspice")
@click.argument("circuit", type=FILE)
@OUT
def ltspice(circuit: Path, out: Path | None) -> None:
    """Import an LTspice CIRCUIT (.net, .cir, or .asc with its netlist beside it); .step becomes a sweep."""
    from simorc.importers.ltspice.netlist import from_ltspice

    _made(from_ltspice(circuit, out))


@command.command("chipify")
@click.argument("datasheet", type=FILE)
@OUT
def chipify(datasheet: Path, out: Path | None) -> None:
    """Import a Chipify DATASHEET: testbenches with their decks, parameters, limits and measures."""
    from simorc.importers.chipify.datasheet import from_chipify

    _made(from_chipify(datasheet, out))


@command.command("plugin")
@click.argument("name")
@click.argument("source", type=FILE)
@OUT
def plugin(name: str, source: Path, out: Path | None) -> None:
    """Import SOURCE with the importer NAME of an installed package."""
    from simorc.importers.registry import GROUP, importer_called
    from simorc.plugin_loading import plugin_names

    importer = importer_called(name)
    if importer is None:
        known = ", ".join(plugin_names(GROUP)) or "none"
        raise UsageError(f"no importer {name!r}", remedy=f"importers of installed packages: {known}")
    _made(importer(source, out))


PROJECT = "{project}"


def _made(carried: Carried) -> None:
    """Write the project, check it, and report: what was imported, changed and left behind, and what to do."""
    for path in carried.write():
        click.echo(plain(str(path)))
    problems = _report(carried)
    where = plain(str(carried.directory))
    if problems:
        for problem in problems:
            note(f"to correct: {message_line(problem)}")
        count = f"{len(problems)} problem{'s' if len(problems) > 1 else ''}"
        note(f"created with {count}; then: simorc validate --project {where}")
        click.get_current_context().exit(ExitCode.BAD_USAGE)
    step = _next_step(carried)
    if not step:
        note("nothing to simulate: no testbench was imported, for the reasons above")
        click.get_current_context().exit(ExitCode.BAD_USAGE)
    note(f"checked, no problems; next: {step.replace(PROJECT, where)}")


def _report(carried: Carried) -> list[str]:
    """Print the three lists; returns what keeps the project from being run."""
    from simorc.config.project import Project
    from simorc.launch.project_checks import findings_of, problems_of
    from simorc.sweeps.plan import Plan

    problems: list[str] = []
    try:
        project = Project.load(carried.directory)
    except ConfigError as error:
        problems = [str(each) for each in error.problems]
    else:
        for name, sweep in project.sweeps.items():
            testbench = project.testbenches[sweep.definition.testbench]
            count = len(Plan.expand(sweep.definition, defaults=testbench.parameters))
            measured, specs = len(testbench.config.measurements), len(testbench.config.specs)
            note(f"imported: {plain(name)}: {count} cases, {measured} measurements, {specs} specs")
            problems += map(str, problems_of(project, sweep.definition, sweep.path, name))
        problems += [str(each) for each in findings_of(project) if not each.warning]
    for remark in carried.changed:
        note(f"changed: {plain(remark)}")
    for remark in carried.left:
        note(f"not imported: {plain(remark)}")
    return problems


def _next_step(carried: Carried) -> str:
    """Netlists first where the project has schematics without them; '' if it has no testbench. `PROJECT`
    is replaced by its directory.
    """
    from simorc.config.project import Project
    from simorc.schematics.pairs import pairs_of

    project = Project.load(carried.directory)
    if not project.testbenches:
        return ""
    if not project.sweeps:
        first = plain(next(iter(project.testbenches)))
        return f"write a sweep for testbench {first}, and name it under sweeps: in {PROJECT}/sim_setup.yaml"
    if any(not pair.netlist.is_file() for pair in pairs_of(project)):
        return f"simorc netlist --update --project {PROJECT}"
    return f"simorc run {' '.join(map(plain, project.sweeps))} --project {PROJECT}"
