"""simorc results: print the cases of a run with their measurements as a table, CSV or JSON, or write
files."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import click

from simorc.cli.completion import RUNS
from simorc.cli.context import Scope, scoped
from simorc.cli.output.across_table import across_table, run_with_across, verdict_lines
from simorc.cli.output.case_rows import as_json, dumps, finite, pages, sort_column
from simorc.cli.output.results_files import WHOLE, write_whole_form
from simorc.cli.output.spec_table import run_with_specs, spec_table
from simorc.cli.output.tables import note, table, write
from simorc.csv_text import csv_line
from simorc.errors import UsageError
from simorc.expressions.case_sql import parse_filter
from simorc.rundir.as_written import WrittenParameters
from simorc.rundir.circuit.mixed import mixture
from simorc.rundir.layout import RunLayout
from simorc.rundir.store.connection import Row
from simorc.rundir.store.reader import Column, RunReader
from simorc.text import message_line, plain
from simorc.units import brief, format_si

Rows = Iterable[Row]
FORMATS = ("table", "csv", "json", "jsonl", *WHOLE)
MORE = ("warm", "rung", "attempts", "seconds", "started")


@click.command("results")
@click.argument("run", default="last", shell_complete=RUNS)
@click.option("--format", "form", type=click.Choice(FORMATS), default="table", show_default=True)
@click.option("--json", "json_form", is_flag=True, help="The same as --format json.")
@click.option(
    "--filter",
    "filter_text",
    default="",
    metavar="TEXT",
    help="Condition on the cases: 'corner=ss vdda<3.1', 'gain>65 or missing(gain)'.",
)
@click.option("--failed", is_flag=True, help="Failed cases only.")
@click.option(
    "--sort",
    default="id",
    metavar="COLUMN",
    help="Sort by a parameter, a measurement, id, status or time; -gain sorts in descending order.",
)
@click.option(
    "--with",
    "more",
    default="",
    metavar="NAMES",
    help=f"Additional columns of the table and of CSV: {','.join(MORE)}.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Output file of long, parquet and xarray.",
)
@scoped
def command(
    scope: Scope,
    run: str,
    form: str,
    json_form: bool,
    filter_text: str,
    failed: bool,
    sort: str,
    more: str,
    out: Path | None,
) -> None:
    """Print the cases of RUN: a run, the newest run of a sweep, or `last`."""
    with RunReader(scope.run(run)) as view:
        columns = view.columns()
        where, args = _filter(filter_text, failed, columns)
        form = "json" if json_form else form
        if form in WHOLE:
            kept = [row["id"] for row in pages(view, where=where, args=args)] if where else None
            write_whole_form(form, view.layout, kept, out)
            return
        if out is not None:
            raise UsageError(f"--out needs --format {', '.join(WHOLE)}")
        order, descending = sort_column(sort, columns)
        rows = pages(view, order=order, descending=descending, where=where, args=args)
        written = WrittenParameters(view.layout)
        accepted = view.accepted()
        write(_lines(form, view, rows, columns, written, _more(more), accepted))
        if accepted:
            note(f"warning: {plain(mixture(view))}")
        if form == "table":
            note(_tally(view))
            for warned in _warnings(view):
                note(f"warning: {plain(warned)}")
            _show_specs(view.layout)


def _more(text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    for name in names:
        if name not in MORE:
            raise UsageError(f"unknown column {name!r}: --with accepts {', '.join(MORE)}")
    return names


def _filter(text: str, failed: bool, columns: Sequence[Column]) -> tuple[str, Sequence[object]]:
    parts = [parse_filter(part, columns) for part in (text, "status:failed" if failed else "")]
    kept = [part for part in parts if part.where]
    return " AND ".join(f"({part.where})" for part in kept), [value for part in kept for value in part.args]


def _show_specs(layout: RunLayout) -> None:
    run = run_with_specs(layout)
    if run is not None:
        click.echo()
        write(spec_table(run))
        write(verdict_lines(run))
    if (across := run_with_across(layout)) is not None:
        click.echo()
        write(across_table(across))


def _tally(view: RunReader) -> str:
    counts = view.counts()
    named = [f"{number} {status.replace('_', ' ')}" for status, number in counts.items() if number]
    return f"{plain(view.layout.name)}: {view.total} cases: {', '.join(named)}"


def _warnings(view: RunReader) -> list[str]:
    """What the simulator ignored, by kind, and what was swept in vain."""
    groups = [str(group) for group in view.warning_groups()]
    return [*groups, *json.loads(view.meta().get("unvaried") or "[]")]


def _lines(
    form: str,
    view: RunReader,
    rows: Rows,
    columns: Sequence[Column],
    written: WrittenParameters,
    more: Sequence[str],
    accepted: Mapping[int, int],
) -> Iterator[str]:
    if form == "table":
        return result_table(rows, columns, written, more, accepted)
    if form == "csv":
        # The fallback step is always a column of CSV.
        return _csv(rows, columns, written, [name for name in more if name != "rung"], accepted)
    warned = bool(view.warning_groups())
    lines = (
        dumps(as_json(row, columns, accepted.get(row["id"]), view.warnings_of(row["id"]) if warned else ()))
        for row in rows
    )
    return lines if form == "jsonl" else _json_list(lines)


def _json_list(lines: Iterator[str]) -> Iterator[str]:
    """A JSON list, one case per line, without holding them all."""
    yield "["
    before = ""
    for line in lines:
        if before:
            yield before + ","
        before = line
    if before:
        yield before
    yield "]"


def _csv(
    rows: Rows,
    columns: Sequence[Column],
    written: WrittenParameters,
    more: Sequence[str],
    accepted: Mapping[int, int],
) -> Iterator[str]:
    """CSV lines; the last column is the case's circuit if the run has cases of changed inputs."""
    labels = [column.label for column in columns]
    circuit = ["circuit"] if accepted else []
    yield csv_line(["case_id", "status", "kind", *labels, *more, "error_message", "rung", *circuit])
    for row in rows:
        texts = written.of(row["id"])
        values = [texts.get(column.label, finite(row[column.name])) for column in columns]
        message = row["message"] if row["status"] == "failed" else None
        others = [row[name] for name in more]
        others += [message, row["rung"], *([accepted.get(row["id"], 1)] if accepted else [])]
        yield csv_line([row["id"], row["status"], row["kind"], *values, *others])


def result_table(
    rows: Rows,
    columns: Sequence[Column],
    written: WrittenParameters,
    more: Sequence[str] = (),
    accepted: Mapping[int, int] | None = None,
) -> Iterator[str]:
    """The table a person reads: measurements in engineering notation, the message last. The status is marked
    ``circuit 2`` if the case was simulated from changed inputs that the user accepted.
    """
    header = ["case", *(plain(column.label) for column in columns), "status", "time", *more, "message"]
    numeric = frozenset(range(len(columns) + 1)) | {len(columns) + 2}
    circuits = accepted or {}
    cells = (_cells(row, columns, written, more, circuits.get(row["id"], 1)) for row in rows)
    return table(header, cells, right=numeric)


def _cells(
    row: Row, columns: Sequence[Column], written: WrittenParameters, more: Sequence[str], circuit: int
) -> list[str]:
    texts = written.of(row["id"])
    values = [_cell(row[column.name], column, texts) for column in columns]
    seconds = "" if row["seconds"] is None else format_si(row["seconds"], "s", 3)
    others = [_other(name, row[name]) for name in more]
    status = row["status"].replace("_", " ") + (f" (circuit {circuit})" if circuit > 1 else "")
    return [str(row["id"]), *values, status, seconds, *others, message_line(row["message"] or "")]


def _other(name: str, value: object) -> str:
    if value is None:
        return ""
    if name == "warm":
        return "warm" if value else "cold"
    if name == "started" and isinstance(value, float):
        return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(value))
    return plain(str(value))


def _cell(value: object, column: Column, written: Mapping[str, str]) -> str:
    if column.role == "parameter":
        return plain(brief(written.get(column.label, "")))
    return plain(column.shown.text(value)) if isinstance(value, float) else ""
