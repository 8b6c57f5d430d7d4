"""simorc lock, simorc unlock: protect runs from removal."""

from __future__ import annotations

import click

from simorc.cli.completion import RUNS
from simorc.cli.context import Scope, scoped
from simorc.cli.output.tables import note
from simorc.text import plain


@click.command("lock")
@click.argument("run", shell_complete=RUNS)
@click.option(
    "--reason", default="", metavar="TEXT", help="Reason, shown to a person who tries to remove the run."
)
@scoped
def command(scope: Scope, run: str, reason: str) -> None:
    """Protect RUN: neither `simorc clean` nor execution.keep removes it."""
    from simorc.rundir.retention import lock_run

    layout = scope.run(run)
    note(f"{plain(layout.name)}: {plain(str(lock_run(layout, reason)))}")


@click.command("unlock")
@click.argument("run", shell_complete=RUNS)
@scoped
def unlock(scope: Scope, run: str) -> None:
    """Remove the protection of RUN."""
    from simorc.rundir.retention import unlock_run

    layout = scope.run(run)
    note(f"{plain(layout.name)}: {'unlocked' if unlock_run(layout) else 'was not locked'}")
