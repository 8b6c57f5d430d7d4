"""simorc clean: remove runs, never a running or a locked one."""

from __future__ import annotations

import sys

import click

from simorc.cli.completion import RUNS
from simorc.cli.context import Scope, scoped
from simorc.cli.output.tables import note
from simorc.cli.removal import choices, confirm, refuse_live, removable, remove
from simorc.errors import UsageError
from simorc.rundir.layout import RunLayout, find_runs
from simorc.rundir.retention import refuse_locked


@click.command("clean")
@click.argument("runs", metavar="[RUN]...", nargs=-1, shell_complete=RUNS)
@click.option("--all", "everything", is_flag=True, help="All runs except running and locked ones.")
@click.option("--yes", "-y", is_flag=True, help="Do not ask for confirmation.")
@scoped
def command(scope: Scope, runs: tuple[str, ...], everything: bool, yes: bool) -> None:
    """Remove the named RUNS, or all runs. Without a name, list the runs that are not running or locked, and
    ask which ones.

    With --all, no question is asked if there is no terminal.
    """
    if runs and everything:
        raise UsageError("name runs or use --all, not both")
    chosen = _chosen(scope, runs, everything)
    if not chosen:
        note("nothing to remove")
        return
    if not yes and not (everything and not sys.stdin.isatty()):
        confirm(chosen)
    remove(chosen)


def _chosen(scope: Scope, runs: tuple[str, ...], everything: bool) -> list[RunLayout]:
    if not runs:
        idle = removable(find_runs(scope.root())) if everything or sys.stdin.isatty() else None
        if idle is None:
            raise UsageError("no run given", remedy="simorc clean RUN, or --all")
        return idle if everything else _ask_which(idle)
    chosen = [scope.run(run) for run in runs]
    for layout in chosen:
        refuse_live(layout)
        refuse_locked(layout)
    return list(dict.fromkeys(chosen))


def _ask_which(found: list[RunLayout]) -> list[RunLayout]:
    if not found:
        return []
    for line in choices(found):
        note(line)
    answer = click.prompt(
        "runs to remove (numbers, such as 2,4-6; empty: none)", default="", show_default=False, err=True
    )
    return [found[place] for place in _places(answer, len(found))]


def _places(answer: str, count: int) -> list[int]:
    from simorc.cli.case_ids import parse_case_ids

    if not answer.strip():
        return []
    try:
        numbers = parse_case_ids(answer)
    except ValueError as error:
        raise UsageError(str(error)) from error
    if numbers[-1] > count:
        raise UsageError(f"invalid number {numbers[-1]}: the runs are numbered 1 to {count}")
    return [number - 1 for number in numbers]
