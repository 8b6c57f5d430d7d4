"""simorc status: list all runs of the project, or one, from their stores. Imports no heavy library."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import click

from simorc.cli.completion import RUNS
from simorc.cli.context import Scope, scoped
from simorc.cli.output.case_rows import dumps
from simorc.cli.output.tables import note, table, write
from simorc.errors import StoreError
from simorc.rundir.layout import RunLayout, find_runs
from simorc.rundir.store.connection import Row
from simorc.rundir.store.reader import RunReader
from simorc.rundir.summary import RunSummary, summarise, summarise_all
from simorc.text import message_line, plain

HEADER = ("run", "state", "done", "completed", "failed", "in progress", "pending", "cases", "runner")
EVENTS_SHOWN = 10


@click.command("status")
@click.argument("run", required=False, shell_complete=RUNS)
@click.option("--json", "as_json", is_flag=True, help="Machine-readable.")
@click.option("--table", "as_table", is_flag=True, help="Print a table with all case counts and runners.")
@scoped
def command(scope: Scope, run: str | None, as_json: bool, as_table: bool) -> None:
    """Show how far all runs are, newest first, or one RUN with its latest events."""
    layouts = [scope.run(run)] if run else find_runs(scope.root())
    summaries = [summarise(layout) for layout in layouts] if run else summarise_all(scope.root())
    if as_json:
        click.echo(dumps({"runs": [summary.as_json() for summary in summaries]}))
    elif not summaries:
        note("no runs yet; start one: simorc run SWEEP")
    else:
        write(_table(summaries) if as_table else map(line, summaries))
        if run:
            _show_more(layouts[0], summaries[0])


def line(summary: RunSummary) -> str:
    """``pvt_dc_20261121051523: 527/1000 completed (52.7%), 3 failed, running on eda1 (pid 4711)``."""
    counts, parts = summary.counts, []
    if counts["failed"]:
        parts.append(f"{counts['failed']} failed")
    if summary.shown_state != "finished":
        parts.append(summary.shown_state)
    if summary.alive and summary.runner is not None:
        parts[-1:] = [
            f"{parts[-1] if parts else ''} on {summary.runner.host} (pid {summary.runner.pid})".strip()
        ]
    if summary.remarks.note:
        parts.append(f"note: {summary.remarks.note.partition(chr(10))[0]}")
    share = 100.0 * counts["completed"] / summary.total if summary.total else 0.0
    done = f"{counts['completed']}/{summary.total} completed ({share:.1f}%)"
    return plain(f"{summary.shown}: {', '.join([done, *parts])}")


def _table(summaries: Sequence[RunSummary]) -> Iterator[str]:
    noted = any(summary.remarks.note for summary in summaries)
    header = (*HEADER, "note") if noted else HEADER
    return table(header, (_cells(each, noted) for each in summaries), right=frozenset(range(2, 8)))


def _cells(summary: RunSummary, noted: bool) -> Sequence[str]:
    counts = summary.counts
    return (
        plain(summary.shown),
        summary.shown_state,
        f"{summary.percent:.0f}%",
        *(str(counts[status]) for status in ("completed", "failed", "in_progress", "pending")),
        str(summary.total),
        _runner(summary),
        *([plain(summary.remarks.note.partition("\n")[0])] if noted else []),
    )


def _runner(summary: RunSummary) -> str:
    if summary.runner is None:
        return ""
    alive = "" if summary.alive else " (gone)"
    return f"{plain(summary.runner.host)}:{summary.runner.pid}{alive}"


def _show_more(layout: RunLayout, summary: RunSummary) -> None:
    if summary.state == "broken":
        raise StoreError(summary.note)
    if summary.remarks.label:
        click.echo(f"its id is {plain(summary.run)}")
    if summary.note:
        click.echo(plain(summary.note))
    if summary.warm_lost:
        click.echo(plain(summary.warm_lost))
    if summary.mixed:
        click.echo(plain(summary.mixed))
    for text in (*summary.warnings, *summary.unvaried):
        click.echo(f"warning: {message_line(str(text))}")
    if summary.state == "dead":
        click.echo(f"its runner has ended; resume it: simorc run {plain(layout.name)}")
    with RunReader(layout) as view:
        for event in latest_events(view, EVENTS_SHOWN):
            click.echo(f"  {event['kind']}: {message_line(event['message'])}")


def latest_events(view: RunReader, wanted: int) -> list[Row]:
    """The newest `wanted` events, oldest of them first."""
    return view.latest_events(wanted)[::-1]
