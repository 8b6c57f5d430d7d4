"""simorc measure-file: expressions over a raw file, without a project."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from simorc.cli.errors import ExitCode
from simorc.cli.output.case_rows import dumps
from simorc.cli.output.tables import note, table, write
from simorc.errors import ExpressionError
from simorc.text import plain

if TYPE_CHECKING:
    from simorc.waveforms.any_raw import Step


@click.command("measure-file")
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("expressions", metavar="EXPR...", nargs=-1, required=True)
@click.option("--plot", "analysis", metavar="NAME", help="Analysis in the raw file (default: automatic).")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable.")
def command(file: Path, expressions: tuple[str, ...], analysis: str | None, as_json: bool) -> int:
    """Print the value of each EXPR over FILE, a raw file of ngspice, Xyce, LTspice or QSPICE.

    One value for each step of a stepped file. The exit code is 1 if a value is missing.
    """
    from simorc.waveforms.any_raw import open_steps

    steps = open_steps(file)
    rows = [[_value(step, text, analysis) for text in expressions] for step in steps]
    missing = dict.fromkeys(each for row in rows for each in row if isinstance(each, str))
    if as_json:
        click.echo(dumps([_as_json(step, row, expressions) for step, row in zip(steps, rows, strict=True)]))
    elif len(expressions) == 1 and len(steps) == 1:
        write([_text(rows[0][0])])
    else:
        write(_table(steps, rows, expressions))
    for reason in missing:
        note(plain(reason))
    return ExitCode.CASES_FAILED if missing else ExitCode.GOOD


def _value(step: Step, text: str, analysis: str | None) -> float | str:
    """The number, or why there is none. Raises ExpressionError for a text that is no expression."""
    from simorc.measurements.expressions import Scope, compile_wave_expression
    from simorc.measurements.missing import MeasurementMissing
    from simorc.measurements.waves import Waves

    expression = compile_wave_expression(text)
    waves = Waves(step.plots)
    where = f"{step.label}: " if step.label else ""
    try:
        return float(expression.number(Scope(lambda: waves, lambda _: None, analysis)))
    except MeasurementMissing as error:
        return f"{where}{text}: {error.message}"
    except ExpressionError as error:
        raise ExpressionError(f"{text}: {error.message}", column=error.column, text=text) from error


def _text(value: float | str) -> str:
    return "" if isinstance(value, str) else repr(value)


def _as_json(step: Step, row: Sequence[float | str], expressions: Sequence[str]) -> dict[str, object]:
    values = {
        text: None if isinstance(each, str) else each for text, each in zip(expressions, row, strict=True)
    }
    return {"step": step.label or None, "values": values}


def _table(
    steps: Sequence[Step], rows: Sequence[Sequence[float | str]], expressions: Sequence[str]
) -> Iterator[str]:
    stepped = len(steps) > 1
    header = (*(["step"] if stepped else []), *map(plain, expressions))
    cells = [
        (*([plain(step.label)] if stepped else []), *map(_text, row))
        for step, row in zip(steps, rows, strict=True)
    ]
    return table(header, cells)
