"""simorc clean: remove runs, never a running or a locked one."""

from __future__ import annotations

import sys

import click

from simorc.cli.completion import RUNS
from simorc.cli.context import Scope, scoped
from simorc.cli.output.tables import note
from simorc.errors import RunBusy, UsageError
from simorc.launch.start import runner_alive, runner_info
from simorc.rundir.layout import RunLayout, find_runs
from simorc.rundir.retention import lock_of, refuse_locked, remove_run
from simorc.text import plain


@click.command("clean")
@click.argument("runs", metavar="[RUN]...", nargs=-1, shell_complete=RUNS)
@click.option("--all", "everything", is_flag=True, help="All runs except running and locked ones.")
@click.option("--yes", "-y", is_flag=True, help="Do not ask for confirmation.")
@scoped
def command(scope: Scope, runs: tuple[str, ...], everything: bool, yes: bool) -> None:
    """Remove the named RUNS, or all runs. Without a name, ask which ones."""
    if runs and everything:
        raise UsageError("name runs or use --all, not both")
    chosen = [scope.run(run) for run in runs] if runs else _idle(scope) if everything else _ask_which(scope)
    for layout in chosen:
        _refuse_live(layout)
        refuse_locked(layout)
    if not chosen:
        note("nothing to remove")
        return
    if not yes:
        _ask(chosen)
    for layout in chosen:
        remove_run(layout)
        note(f"removed {plain(layout.name)}")


def _idle(scope: Scope) -> list[RunLayout]:
    idle = []
    for layout in find_runs(scope.root()):
        lock = lock_of(layout)
        if runner_alive(layout):
            note(f"kept {plain(layout.name)}: it is running")
        elif lock is not None:
            note(f"kept {plain(layout.name)}: {plain(str(lock))}")
        else:
            idle.append(layout)
    return idle


def _ask_which(scope: Scope) -> list[RunLayout]:
    found = find_runs(scope.root())
    if not found:
        return []
    if not sys.stdin.isatty():
        raise UsageError("no run given", remedy="simorc clean RUN, or --all")
    for number, layout in enumerate(found, start=1):
        live = "  (running)" if runner_alive(layout) else "  (locked)" if lock_of(layout) else ""
        note(f"{number:3}  {plain(layout.name)}{live}")
    answer = click.prompt("runs to remove (numbers; empty: none)", default="", show_default=False, err=True)
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


def _refuse_live(layout: RunLayout) -> None:
    info = runner_info(layout)
    if info is not None and info.is_alive():
        raise RunBusy(
            f"{layout.name} is running on {info.host} (pid {info.pid})",
            remedy=f"cancel it first: simorc cancel {layout.name}",
        )


def _ask(chosen: list[RunLayout]) -> None:
    if not sys.stdin.isatty():
        raise UsageError("confirmation needed, but there is no terminal", remedy="simorc clean ... --yes")
    names = "\n".join(f"  {plain(layout.name)}" for layout in chosen)
    click.confirm(
        f"{names}\nRemove {'this run' if len(chosen) == 1 else 'these runs'}?", abort=True, err=True
    )
