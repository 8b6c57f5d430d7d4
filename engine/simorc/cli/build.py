"""simorc build: a run directory from a sweep, ready to be started."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from simorc.cli.scope import Scope, scoped
from simorc.cli.selection import plan_of, selection_options
from simorc.cli.tables import note, table, write
from simorc.display import plain
from simorc.runs.layout import RunLayout

if TYPE_CHECKING:
    from simorc.project import Project


@click.command("build")
@click.argument("sweep")
@click.option("--dry-run", is_flag=True, help="Count and preview the cases; make nothing.")
@click.option(
    "--definition",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Take this sweep file; SWEEP names the run.",
)
@click.option("--allow-stale", is_flag=True, help="Even if a schematic is newer than its netlist.")
@selection_options
@scoped
def command(
    scope: Scope,
    sweep: str,
    dry_run: bool,
    definition: Path | None,
    allow_stale: bool,
    corners: Sequence[str] | None,
    where: str | None,
) -> None:
    """Make a run of SWEEP and print its id alone."""
    project = scope.load()
    if definition is not None:
        project = project.with_sweep(sweep, definition)
    if dry_run:
        preview(project, sweep, corners, where)
        return
    layout = build(project, sweep, corners, where, allow_stale)
    click.echo(layout.name)


def build(
    project: Project, sweep: str, corners: Sequence[str] | None, where: str | None, allow_stale: bool
) -> RunLayout:
    """Make the run, with this command line in its manifest."""
    from simorc.runs.build import build_run

    plan_of(project, sweep)
    return build_run(
        project, sweep, corners=corners, where=where, command_line=sys.argv, allow_stale=allow_stale
    )


def preview(project: Project, sweep: str, corners: Sequence[str] | None, where: str | None) -> None:
    """The first and last cases on stdout, their number on stderr."""
    plan = plan_of(project, sweep)
    if corners is not None or where is not None:
        plan = plan.select(corners=corners, where=where)
    from simorc.sweeps.preview import preview as preview_of

    shown = preview_of(plan)
    write(table(shown.header, shown.rows))
    note(f"{plain(sweep)}: {len(plan)} cases")
