"""simorc build: create a run directory from a sweep without starting it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from simorc.cli.completion import SWEEPS
from simorc.cli.context import Scope, scoped
from simorc.cli.output.tables import note, table, write
from simorc.cli.removal import earlier_runs, start_afresh
from simorc.cli.selection import (
    force_options,
    refuse_reuse_with_force,
    reuse_option,
    reused_runs,
    selection_options,
)
from simorc.rundir.layout import RunLayout
from simorc.text import plain

if TYPE_CHECKING:
    from simorc.config.project import Project, Sweep


@click.command("build")
@click.argument("sweep", shell_complete=SWEEPS)
@click.option("--dry-run", is_flag=True, help="Count and preview the cases; do not create a run.")
@click.option(
    "--definition",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Sweep file to use; SWEEP is then the name of the run.",
)
@click.option("--allow-stale", is_flag=True, help="Accept netlists that are older than their schematics.")
@force_options
@reuse_option
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
    reuse: Sequence[str],
    force: bool,
    yes: bool,
) -> None:
    """Create a run of SWEEP and print its id."""
    project = scope.load()
    sought = _sweep(project, sweep, definition)
    if dry_run:
        preview(project, sought, corners, where)
        return
    refuse_reuse_with_force(force, reuse)
    earlier = earlier_runs(project.root, sought.name) if force else []
    layout = start_afresh(earlier, lambda: build(project, sought, corners, where, allow_stale, reuse), yes)
    click.echo(layout.name)


def _sweep(project: Project, name: str, file: Path | None) -> Sweep:
    """The project's sweep of that name, or the definition in `file` under that name."""
    return project.sweep(name) if file is None else project.sweep_from(file, name)


def build(
    project: Project,
    sweep: Sweep,
    corners: Sequence[str] | None,
    where: str | None,
    allow_stale: bool,
    reuse: Sequence[str] = (),
) -> RunLayout:
    """Make the run, with this command line in its manifest; what probably is not meant goes to stderr."""
    from simorc.launch.build import build_run_from
    from simorc.plots.project_specs import refuse_plot_problems

    refuse_plot_problems(project, sweep)
    _warn(project, sweep)

    return build_run_from(
        project,
        sweep.definition,
        sweep.name,
        source=sweep.path,
        corners=corners,
        where=where,
        command_line=sys.argv,
        allow_stale=allow_stale,
        reuse=reused_runs(project.root, sweep.name, reuse),
    )


def _warn(project: Project, sweep: Sweep) -> None:
    from simorc.launch.case_plan import plan_of
    from simorc.launch.sweep_checks import sweep_warnings

    plan = plan_of(project, sweep.definition, source=sweep.path)
    for finding in sweep_warnings(sweep.definition, plan, sweep.path):
        note(plain(str(finding)))


def preview(project: Project, sweep: Sweep, corners: Sequence[str] | None, where: str | None) -> None:
    """The first and last cases on stdout, their number on stderr."""
    from simorc.launch.case_plan import plan_of
    from simorc.sweeps.preview import preview as preview_of

    plan = plan_of(project, sweep.definition, corners=corners or (), where=where, source=sweep.path)
    shown = preview_of(plan)
    rows = list(shown.rows)
    if shown.skipped:
        rows.insert(shown.head, ("...",) * len(shown.columns))
    write(table([plain(name) for name in shown.columns], rows))
    note(f"{plain(sweep.name)}: {len(plan)} cases")
