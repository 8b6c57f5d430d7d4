"""simorc show: print the details of one case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from simorc.cli.completion import RUNS
from simorc.cli.context import Scope, scoped
from simorc.cli.number_options import CountOption
from simorc.cli.output.case_rows import as_json, dumps
from simorc.cli.output.tables import table, write
from simorc.errors import RunError
from simorc.rundir.as_written import WrittenParameters
from simorc.rundir.by_hand import by_hand
from simorc.rundir.circuit.mixed import mixture
from simorc.rundir.layout import RunLayout
from simorc.rundir.manifest import load_manifest
from simorc.rundir.notes import shown_name
from simorc.rundir.store.connection import Row
from simorc.rundir.store.reader import Column, RunReader
from simorc.shown_values import parameter_text
from simorc.simulators.case_warnings import CaseWarning
from simorc.text import message_line, plain
from simorc.units import format_si


@click.command("show")
@click.argument("run", shell_complete=RUNS)
@click.argument("case", type=CountOption(min=1))
@click.option("--json", "json_form", is_flag=True, help="Machine-readable.")
@scoped
def command(scope: Scope, run: str, case: int, json_form: bool) -> None:
    """Show CASE of RUN: parameters, verdict, attempts, files and the command that repeats it."""
    layout = scope.run(run)
    with RunReader(layout) as view:
        row, columns = _row(view, case), view.columns()
        attempts, circuit = view.attempts(case), view.accepted_among([case]).get(case)
        warnings = view.warnings_of(case)
        mixed = mixture(view) if circuit is not None else ""
    rerun = by_hand(layout, case, load_manifest(layout))
    written = WrittenParameters(layout)
    if json_form:
        record: dict[str, object] = as_json(row, columns, circuit, warnings)
        if (seed := written.seed(case)) is not None:
            record["seed"] = seed
        record |= {"attempts_made": [dict(attempt) for attempt in attempts], "rerun": rerun}
        record["files"] = [str(path) for path in _files(layout, case)]
        click.echo(dumps(record))
    else:
        write(_report(layout, row, columns, written, attempts, warnings, rerun))
        if mixed:
            write(("", f"circuit {circuit}: {plain(mixed)}"))


def _row(view: RunReader, case: int) -> Row:
    row = view.case(case)
    if row is not None:
        return row
    if case <= view.total:
        raise RunError(f"case {case} of {view.layout.name} has not started yet")
    raise RunError(f"no case {case} in {view.layout.name}: its cases are 1 to {view.total}")


def _files(layout: RunLayout, case: int) -> list[Path]:
    directory = layout.case_dir(case)
    return sorted(path for path in directory.iterdir() if path.is_file()) if directory.is_dir() else []


def _report(
    layout: RunLayout,
    row: Row,
    columns: Sequence[Column],
    written: WrittenParameters,
    attempts: Sequence[Mapping[str, Any]],
    warnings: Sequence[CaseWarning],
    rerun: str,
) -> Iterator[str]:
    yield f"{plain(shown_name(layout))} case {row['id']}: {_verdict(row)}"
    texts, seed = written.of(row["id"]), written.seed(row["id"])
    drawn = [] if seed is None else [("seed", str(seed))]
    for role, title, more in (("parameter", "parameters", drawn), ("measurement", "measurements", [])):
        values = [_value(row, column, texts) for column in columns if column.role == role] + more
        if values:
            yield from ("", title)
            yield from ("  " + line for line in table(("name", "value"), values))
    if warnings:
        yield from ("", "warnings")
        rows = [(str(each.kind), str(each.count), message_line(each.message)) for each in warnings]
        lines = table(("kind", "lines", "first line"), rows, right=frozenset({1}))
        yield from ("  " + line for line in lines)
    if attempts:
        yield from ("", "attempts")
        header = ("no", "verdict", "then", "time", "how", "where", "message")
        yield from ("  " + line for line in table(header, map(_attempt, attempts), right=frozenset({0, 3})))
    read = {attempt["deck_run"]: str(attempt["attempt"]) for attempt in attempts if attempt["deck_run"]}
    if read:
        yield from (
            "",
            "deck that the simulator read",
            *(f"  {no}  {plain(text)}" for text, no in read.items()),
        )
    files = _files(layout, row["id"])
    if files:
        yield from ("", "files", *(f"  {plain(str(path))}" for path in files))
    if layout.deck(row["id"]).is_file():
        yield from ("", "by hand", f"  {plain(rerun)}")


def _verdict(row: Row) -> str:
    kind = f" ({row['kind']})" if row["kind"] else ""
    message = f": {message_line(row['message'])}" if row["message"] else ""
    return f"{row['status'].replace('_', ' ')}{kind}{message}"


def _value(row: Row, column: Column, written: Mapping[str, str]) -> tuple[str, str]:
    value = row[column.name]
    if column.role == "parameter" and column.label in written:
        return plain(column.label), plain(written[column.label])
    measured = column.role == "measurement" and isinstance(value, float)
    return plain(column.label), plain(column.shown.text(value)) if measured else parameter_text(value)


def _attempt(attempt: Mapping[str, Any]) -> tuple[str, ...]:
    seconds = "" if attempt["seconds"] is None else format_si(attempt["seconds"], "s", 3)
    how = "warm" if attempt["warm"] else f"cold: {attempt['cold_why']}" if attempt["cold_why"] else "cold"
    return (
        str(attempt["attempt"]),
        attempt["kind"] or attempt["status"],
        attempt["action"] or "",
        seconds,
        plain(how + (f", {attempt['rung']}" if attempt["rung"] else "")),
        plain(attempt["place"] or ""),
        message_line(attempt["message"] or ""),
    )
