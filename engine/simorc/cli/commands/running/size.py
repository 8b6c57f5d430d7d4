"""simorc size: find values of parameters with which every spec is met at every corner."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click

from simorc.cli.completion import SIZINGS
from simorc.cli.context import Scope, scoped
from simorc.cli.errors import ExitCode
from simorc.cli.number_options import CountOption
from simorc.cli.output.tables import note, write
from simorc.text import plain

if TYPE_CHECKING:
    from simorc.analysis.sizing.project_run import ProjectSizing
    from simorc.analysis.sizing.run import Found


@click.command("size")
@click.argument("name", metavar="NAME|RUN", shell_complete=SIZINGS)
@click.option("--apply", is_flag=True, help="Write the values that meet all specs into config.yaml.")
@click.option("--jobs", type=CountOption(min=1), metavar="N", help="Simulations at once.")
@click.option("--json", "json_form", is_flag=True, help="Print JSON.")
@scoped
def command(scope: Scope, name: str, apply: bool, jobs: int | None, json_form: bool) -> int:
    """Size a circuit as sizing/NAME.yaml says: every spec is met at every corner, verified. RUN continues a
    sizing that was interrupted; what it has simulated is not simulated again.

    Without --apply, the change of config.yaml is printed and not made. Exit code 3: no values were found that
    meet all specs.
    """
    from simorc.analysis.sizing.project_run import open_sizing
    from simorc.analysis.sizing.record import find_sizing
    from simorc.cli.output.sizing_text import SizingLines, SizingScreen

    project = scope.load()
    resume = find_sizing(project.root, name)
    with open_sizing(project, name, resume=resume, jobs=jobs) as sizing:
        note(f"sizing {plain(sizing.record.name)}")
        with SizingScreen() if sys.stderr.isatty() else SizingLines() as progress:
            found = sizing.run(progress.step)
        _print(sizing, found, json_form)
        if found.met:
            _accept(sizing, found, apply, quiet=json_form)
    return ExitCode.GOOD if found.met else ExitCode.SPEC_VIOLATED


def _print(sizing: ProjectSizing, found: Found, json_form: bool) -> None:
    from simorc.analysis.sizing.project_run import result_record
    from simorc.cli.output.sizing_text import found_lines

    if json_form:
        record = {"run": sizing.record.name, **result_record(sizing.task, found)}
        click.echo(json.dumps(record, ensure_ascii=False))
    else:
        write(found_lines(sizing.task, found, sizing.record.name))


def _accept(sizing: ProjectSizing, found: Found, apply: bool, *, quiet: bool) -> None:
    """Print the change of config.yaml, or make it."""
    from simorc.analysis.sizing.acceptance import accept, changed_files, elsewhere

    task, parameters = sizing.task, sizing.parameters(found)
    files = accept(task, parameters) if apply else changed_files(task, parameters)
    for each in files if not quiet else ():
        click.echo()
        click.echo(each.diff(task.project.root), nl=False)
    for line in elsewhere(task, parameters):
        note(f"warning: {plain(line)}")
    if not files:
        note("config.yaml has these values already")
    elif apply:
        note(f"written: {', '.join(plain(str(each.path)) for each in files)}")
    else:
        note(f"accept it: simorc size {plain(sizing.record.name)} --apply")
