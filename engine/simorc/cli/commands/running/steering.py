"""Commands that control an active run with requests: cancel, pause, resume, retry, jobs."""

from __future__ import annotations

import re

import click

from simorc.cli.case_ids import CASE_IDS
from simorc.cli.completion import RUNS
from simorc.cli.context import Scope, scoped
from simorc.cli.output.tables import note
from simorc.cli.selection import answer_of, inputs_options
from simorc.errors import RunBusy, RunError, UsageError
from simorc.launch.start import check_inputs, request, runner_alive, start_runner
from simorc.rundir.layout import RunLayout
from simorc.rundir.manifest import load_manifest
from simorc.rundir.store.reader import RunReader
from simorc.text import plain

case_option = click.option("--case", "cases", type=CASE_IDS, metavar="3,7-9", help="Only these cases.")


def _live(scope: Scope, run: str) -> RunLayout:
    layout = scope.run(run)
    if not runner_alive(layout):
        raise RunError(f"{layout.name} is not running", remedy=f"resume it: simorc run {layout.name}")
    return layout


@click.command("cancel")
@click.argument("run", default="last", shell_complete=RUNS)
@case_option
@scoped
def cancel(scope: Scope, run: str, cases: list[int] | None) -> None:
    """Cancel RUN: running cases are stopped and become pending. With --case, cancel only those cases."""
    layout = _live(scope, run)
    if cases is None:
        request(layout, "cancel")
    else:
        request(layout, "cancel", cases=cases)
    which = "" if cases is None else f"{len(cases)} cases of "
    note(f"cancellation of {which}{plain(layout.name)} requested")


@click.command("pause")
@click.argument("run", default="last", shell_complete=RUNS)
@scoped
def pause(scope: Scope, run: str) -> None:
    """Pause RUN: running cases finish, no new case starts."""
    layout = _live(scope, run)
    request(layout, "pause")
    note(f"pause of {plain(layout.name)} requested; simorc resume continues it")


@click.command("resume")
@click.argument("run", default="last", shell_complete=RUNS)
@scoped
def resume(scope: Scope, run: str) -> None:
    """Resume RUN after a pause."""
    layout = _live(scope, run)
    request(layout, "resume")
    note(f"resumption of {plain(layout.name)} requested")


@click.command("retry")
@click.argument("run", default="last", shell_complete=RUNS)
@case_option
@inputs_options
@scoped
def retry(scope: Scope, run: str, cases: list[int] | None, keep_inputs: bool, accept_changes: bool) -> None:
    """Run the failed cases of RUN again, or the cases of --case. Starts a runner if RUN is stopped."""
    layout = scope.run(run)
    if cases is None and not runner_alive(layout) and not _failed(layout):
        note(f"no failed cases in {plain(layout.name)}; select other cases with --case")
        return
    answer = answer_of(keep_inputs, accept_changes)
    if accept_changes and runner_alive(layout):
        raise RunBusy(
            f"{layout.name} is running with other inputs",
            remedy=f"cancel it first: simorc cancel {layout.name}",
        )
    check_inputs(layout, load_manifest(layout), answer=answer)
    chosen = {} if cases is None else {"cases": cases}
    request(layout, "retry", **chosen)
    if not runner_alive(layout):
        start_runner(layout, inputs=answer)
    which = "failed cases" if cases is None else f"{len(cases)} cases"
    note(f"retry of {which} of {plain(layout.name)} requested")


def _failed(layout: RunLayout) -> int:
    with RunReader(layout) as view:
        return view.counts()["failed"]


@click.command("jobs", context_settings={"ignore_unknown_options": True})
@click.argument("run", shell_complete=RUNS)
@click.argument("number", metavar="N|+N|-N")
@scoped
def jobs(scope: Scope, run: str, number: str) -> None:
    """Run N cases of RUN in parallel from now on, or N more (+N), or N fewer (-N)."""
    if not re.fullmatch(r"[+-]?\d{1,5}", number) or not int(number):
        raise UsageError(f"invalid number of jobs {number!r}", remedy="simorc jobs RUN 4, or +1, or -1")
    layout = _live(scope, run)
    key = "delta" if number[0] in "+-" else "n"
    request(layout, "jobs", **{key: int(number)})
    note(f"change of {plain(layout.name)} to {number} jobs requested")
