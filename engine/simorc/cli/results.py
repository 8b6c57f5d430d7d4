"""simorc results: the cases of a run with their measurements, as a table, CSV or JSON."""

from __future__ import annotations

import csv
import io
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence

import click

from simorc.cli.case_rows import as_json, dumps, finite, pages, sort_column
from simorc.cli.scope import Scope, scoped
from simorc.cli.spec_table import spec_results, spec_table
from simorc.cli.tables import note, table, write
from simorc.display import plain
from simorc.quantities import format_si
from simorc.runs.filters import parse_filter
from simorc.runs.layout import RunLayout
from simorc.runs.view import Column, RunView
from simorc.runs.written import WrittenParameters

Rows = Iterable[sqlite3.Row]
FORMATS = ("table", "csv", "json", "jsonl")


@click.command("results")
@click.argument("run", default="last")
@click.option("--format", "form", type=click.Choice(FORMATS), default="table", show_default=True)
@click.option("--json", "json_form", is_flag=True, help="The same as --format json.")
@click.option(
    "--filter", "filter_text", default="", metavar="TEXT", help="As in the interface: 'corner=ss vdda<3.1'."
)
@click.option("--failed", is_flag=True, help="Failed cases only.")
@click.option(
    "--sort",
    default="id",
    metavar="COLUMN",
    help="A parameter, a measurement, id, status or time; -gain descends.",
)
@scoped
def command(
    scope: Scope, run: str, form: str, json_form: bool, filter_text: str, failed: bool, sort: str
) -> None:
    """Print the cases of RUN (a run, a sweep's newest run, or the last run)."""
    with RunView(scope.run(run)) as view:
        columns = view.columns()
        where, args = _filter(filter_text, failed, columns)
        order, descending = sort_column(sort, columns)
        rows = pages(view, order=order, descending=descending, where=where, args=args)
        written = WrittenParameters(view.layout)
        write(_lines("json" if json_form else form, rows, columns, written))
        if form == "table" and not json_form:
            note(_tally(view))
            _show_specs(view.layout)


def _filter(text: str, failed: bool, columns: Sequence[Column]) -> tuple[str, Sequence[object]]:
    parts = [parse_filter(part, columns) for part in (text, "status:failed" if failed else "")]
    kept = [part for part in parts if part.where]
    return " AND ".join(f"({part.where})" for part in kept), [value for part in kept for value in part.args]


def _show_specs(layout: RunLayout) -> None:
    results = spec_results(layout)
    if results:
        click.echo()
        write(spec_table(results))


def _tally(view: RunView) -> str:
    counts = view.counts()
    named = [f"{number} {status.replace('_', ' ')}" for status, number in counts.items() if number]
    return f"{view.layout.name}: {view.total} cases: {', '.join(named)}"


def _lines(form: str, rows: Rows, columns: Sequence[Column], written: WrittenParameters) -> Iterator[str]:
    if form == "table":
        return result_table(rows, columns, written)
    if form == "csv":
        return _csv(rows, columns, written)
    lines = (dumps(as_json(row, columns)) for row in rows)
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


def _csv(rows: Rows, columns: Sequence[Column], written: WrittenParameters) -> Iterator[str]:
    yield _csv_line(
        ["case_id", "status", "kind", *(column.label for column in columns), "error_message", "rung"]
    )
    for row in rows:
        texts = written.of(row["id"])
        values = [texts.get(column.label, finite(row[column.name])) for column in columns]
        message = row["message"] if row["status"] == "failed" else None
        yield _csv_line([row["id"], row["status"], row["kind"], *values, message, row["rung"]])


def _csv_line(cells: Sequence[object]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(cells)
    return line.getvalue()


def result_table(rows: Rows, columns: Sequence[Column], written: WrittenParameters) -> Iterator[str]:
    """The table a person reads: measurements in engineering notation, the message last."""
    header = ["case", *(plain(column.label) for column in columns), "status", "time", "message"]
    numeric = frozenset(range(len(columns) + 1)) | {len(columns) + 2}
    return table(header, (_cells(row, columns, written) for row in rows), right=numeric)


def _cells(row: sqlite3.Row, columns: Sequence[Column], written: WrittenParameters) -> list[str]:
    texts = written.of(row["id"])
    values = [_cell(row[column.name], column, texts) for column in columns]
    seconds = "" if row["seconds"] is None else format_si(row["seconds"], "s", 3)
    return [str(row["id"]), *values, row["status"].replace("_", " "), seconds, plain(row["message"] or "")]


def _cell(value: object, column: Column, written: Mapping[str, str]) -> str:
    if column.role == "parameter":
        return plain(written.get(column.label, ""))
    return plain(format_si(value, column.unit)) if isinstance(value, float) else ""
