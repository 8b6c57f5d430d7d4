"""simorc watch: report netlists that become stale, and run the ``on_change`` actions of testbenches."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import click

from simorc.cli.commands.project.netlist import as_object, complain
from simorc.cli.context import Scope, scoped
from simorc.cli.output.tables import note
from simorc.text import plain

if TYPE_CHECKING:
    from simorc.schematics.on_change import Reaction
    from simorc.schematics.watch import Pace, Watched


@click.command("watch")
@click.option(
    "--poll", is_flag=True, help="Poll twice a second instead of using file events (network file systems)."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per line.")
@scoped
def command(scope: Scope, poll: bool, as_json: bool) -> None:
    """Watch schematics, report stale netlists and run the `on_change` action, until Ctrl-C."""
    import anyio

    from simorc.files import is_network
    from simorc.schematics.watch import Pace

    pace = Pace(polling=poll or is_network(scope.root()))
    try:
        anyio.run(follow, scope, pace, as_json)
    except KeyboardInterrupt:
        note("stopped watching")


async def follow(scope: Scope, pace: Pace, as_json: bool) -> None:
    """Show every change, and react to it."""
    import anyio.to_thread

    from simorc.schematics.on_change import reaction_to
    from simorc.schematics.watch import watch

    async for seen in watch(scope.load, pace):
        show(seen, as_json)
        pairs = [condition.pair for condition in seen.conditions]
        await anyio.to_thread.run_sync(react, scope, reaction_to(seen.to_react_to, pairs), as_json)


def show(seen: Watched, as_json: bool) -> None:
    """What is new, one line each."""
    for condition in seen.news:
        line = json.dumps(as_object(condition)) if as_json else plain(str(condition))
        click.echo(line)
    if seen.problem:
        for line in seen.problem.splitlines():
            note(plain(line))
    sys.stdout.flush()


def react(scope: Scope, reaction: Reaction, as_json: bool) -> None:
    """Netlist again, then run; a netlist that cannot be made stops the runs."""
    from simorc.errors import SimorcError
    from simorc.schematics.update import update

    try:
        for pair in reaction.netlist:
            update(pair)
            note(f"{plain(pair.name)}: netlist regenerated")
    except SimorcError as error:
        complain(error)
        return
    for sweep in reaction.rerun:
        start_run(scope, sweep, as_json)


def start_run(scope: Scope, sweep: str, as_json: bool) -> None:
    """Run a sweep as `simorc run SWEEP --detach` does, and print the run's id."""
    where = ["--project", str(scope.root()), *(["--env", scope.environment] if scope.environment else [])]
    ended = subprocess.run(
        [sys.executable, "-m", "simorc", "run", sweep, "--detach", *where],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    for line in ended.stderr.splitlines():
        note(plain(line))
    run = ended.stdout.strip()
    if run:
        click.echo(json.dumps({"sweep": sweep, "run": run}) if as_json else f"running {plain(run)}")
        sys.stdout.flush()
