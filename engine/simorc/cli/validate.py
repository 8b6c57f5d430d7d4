"""simorc validate: every file of the project checked, every problem reported at once."""

from __future__ import annotations

import click

from simorc.cli.scope import Scope, scoped
from simorc.display import plain


@click.command("validate")
@scoped
def command(scope: Scope) -> None:
    """Check every file of the project; nothing is made or started."""
    from simorc.runs.build import plan_of

    project = scope.load()
    for name, sweep in project.sweeps.items():
        click.echo(f"sweep {plain(name)}: {len(plan_of(project, sweep.definition))} cases")
    testbenches, sweeps = len(project.testbenches), len(project.sweeps)
    click.echo(f"{plain(project.name)}: {testbenches} testbenches, {sweeps} sweeps: no problems")
