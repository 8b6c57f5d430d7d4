"""simorc op: the operating point of a case, or of two cases side by side."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from simorc.cli.completion import RUNS
from simorc.cli.context import Scope, scoped
from simorc.cli.number_options import CountOption
from simorc.cli.output.tables import note, table, write
from simorc.csv_text import csv_line
from simorc.errors import UsageError
from simorc.text import plain

if TYPE_CHECKING:
    from simorc.operating_point.quantities import Quantity
    from simorc.operating_point.selection import Row
    from simorc.operating_point.table import DevicePoint


@click.command("op")
@click.argument("run", shell_complete=RUNS)
@click.argument("cases", metavar="CASE [CASE2]", nargs=-1, required=True, type=CountOption(min=1))
@click.option(
    "--filter",
    "filter_text",
    default="",
    metavar="TEXT",
    help="Condition on the devices: 'device=xota.* region!=saturation', 'gm<1m'; a word is searched for.",
)
@click.option("--sort", default="", metavar="COLUMN", help="Sort by a column, the largest first.")
@click.option("--all", "every", is_flag=True, help="All quantities, not only the usual ones.")
@click.option("--json", "json_form", is_flag=True, help="Machine-readable, with every parameter.")
@click.option("--csv", "csv_form", is_flag=True, help="CSV with exact values.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write to FILE.")
@scoped
def command(
    scope: Scope,
    run: str,
    cases: tuple[int, ...],
    filter_text: str,
    sort: str,
    every: bool,
    json_form: bool,
    csv_form: bool,
    out: Path | None,
) -> None:
    """Show the operating point of CASE of RUN: every device with its current, conductances and region.

    With CASE2, each quantity of both cases side by side. An operating point that the run did not store
    (save: operating_point) is simulated now, in a directory of its own; the run is not changed.
    """
    from simorc.launch.operating_point import operating_point_of
    from simorc.operating_point.selection import columns_of, rows_of

    if json_form and csv_form:
        raise UsageError("--json and --csv exclude each other")
    if len(cases) > 2:
        raise UsageError(f"one case or two, not {len(cases)}")
    layout = scope.run(run)
    rows = rows_of([operating_point_of(layout, case) for case in cases], filter_text, sort)
    if json_form:
        lines: Iterable[str] = [json.dumps([_as_json(row, cases) for row in rows], indent=1)]
    elif csv_form:
        lines = _csv(rows, cases, columns_of(rows, every=True))
    else:
        lines = _table(rows, cases, columns_of(rows, every=every))
    if out is None:
        write(lines)
    else:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        click.echo(plain(str(out)))
    if not rows:
        note("no device matches" if filter_text else "the circuit has no devices")


def _header(cases: Sequence[int], titles: Sequence[str]) -> list[str]:
    of_cases = [f" {case}" for case in cases] if len(cases) > 1 else [""]
    return ["device", "model", *(f"{title}{of}" for title in ("region", *titles) for of in of_cases)]


def _table(rows: Sequence[Row], cases: Sequence[int], columns: Sequence[Quantity]) -> Iterator[str]:
    from simorc.operating_point.selection import value_text

    header = _header(cases, [each.title for each in columns])
    cells = [
        [
            *(plain(row.device), plain(row.first.model or row.first.bias.type)),
            *(point.region if point else "" for point in row.points),
            *(value_text(point, each) for each in columns for point in row.points),
        ]
        for row in rows
    ]
    return table(header, cells, right=frozenset(range(2 + len(cases), len(header))))


def _csv(rows: Sequence[Row], cases: Sequence[int], columns: Sequence[Quantity]) -> Iterator[str]:
    yield csv_line(_header(cases, [each.name for each in columns]))
    for row in rows:
        values = [point and point.quantity(each.name) for each in columns for point in row.points]
        texts = [row.device, row.first.model, *(point.region if point else "" for point in row.points)]
        yield csv_line([*texts, *("" if value is None else repr(value) for value in values)])


def _as_json(row: Row, cases: Sequence[int]) -> dict[str, object]:
    of_cases = {
        str(case): None if point is None else _point_as_json(point)
        for case, point in zip(cases, row.points, strict=True)
    }
    first = row.first
    named = {"device": row.device, "name": first.name, "model": first.model, "type": first.bias.type}
    return {**named, "cases": of_cases}


def _point_as_json(point: DevicePoint) -> dict[str, object]:
    from simorc.operating_point.quantities import QUANTITIES

    values = {each.name: point.quantity(each.name) for each in QUANTITIES}
    quantities = {name: value for name, value in values.items() if value is not None}
    return {"region": point.region or None, "quantities": quantities, "parameters": dict(point.bias.values)}
