"""simorc baseline: store reviewed results in the project and compare later runs with them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from simorc.cli.commands.results.compare import as_json, lines_of
from simorc.cli.completion import RUNS
from simorc.cli.context import Scope, scoped
from simorc.cli.errors import ExitCode
from simorc.cli.number_options import NumberOption
from simorc.cli.output.tables import note, write
from simorc.errors import UsageError
from simorc.rundir.layout import RunLayout
from simorc.text import plain

if TYPE_CHECKING:
    from simorc.results.compare import Tolerance


@click.group("baseline")
def command() -> None:
    """Save the results of a run as the baseline of its sweep, and check runs against it."""


def _path(layout: RunLayout, sweep: str, file: Path | None) -> Path:
    from simorc.results.baseline import baseline_path

    return file or baseline_path(layout.root, sweep)


_FILE = click.option(
    "--file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Baseline file (default: baselines/<sweep>.json in the project).",
)


@command.command("set")
@click.argument("run", default="last", shell_complete=RUNS)
@click.option(
    "--tolerance",
    "tolerances",
    multiple=True,
    metavar="NAME=VALUE",
    help="Allowed change of a measurement: gain=0.1 or gain=1% (repeatable).",
)
@_FILE
@scoped
def set_baseline(scope: Scope, run: str, tolerances: tuple[str, ...], file: Path | None) -> None:
    """Save the results of RUN as the baseline of its sweep."""
    from simorc.results.baseline import write_baseline
    from simorc.results.open_run import OpenRun

    opened = OpenRun(scope.run(run))
    path = _path(opened.layout, opened.manifest.sweep, file)
    parsed = dict(parse_tolerance(each) for each in tolerances)
    unknown = [name for name in parsed if name not in opened.frame.measurements]
    if unknown:
        raise UsageError(f"no measurement {unknown[0]} in {opened.name}")
    count = write_baseline(opened, path, parsed)
    click.echo(plain(str(path)))
    note(f"{count} cases of {plain(opened.name)}")
    for line in opened.mixture_lines:
        note(f"warning: {plain(line)}")


def parse_tolerance(text: str) -> tuple[str, Tolerance]:
    """``gain=1%`` (of the old value) or ``gain=0.1`` (in its unit)."""
    from simorc.results.compare import Tolerance
    from simorc.units import unambiguous

    name, equals, value = text.partition("=")
    relative = value.endswith("%")
    try:
        number = float(unambiguous(value.removesuffix("%").strip()))
    except ValueError:
        number = -1.0
    if not equals or not name or number < 0:
        raise UsageError(f"tolerance {text!r}: expected NAME=VALUE, as in gain=1% or gain=0.1")
    return name, Tolerance(number / 100, 0.0) if relative else Tolerance(0.0, number)


@command.command("check")
@click.argument("run", default="last", shell_complete=RUNS)
@click.option(
    "--rel",
    type=NumberOption(),
    default=1e-6,
    show_default=True,
    help="Smallest relative change that is reported.",
)
@click.option("--json", "json_form", is_flag=True, help="Machine-readable.")
@_FILE
@scoped
def check(scope: Scope, run: str, rel: float, json_form: bool, file: Path | None) -> None:
    """Compare RUN with the baseline of its sweep. Exit code: 0 no change, 1 changes, 3 spec violated."""
    from simorc.results.baseline import check_baseline
    from simorc.results.compare import Tolerance
    from simorc.results.open_run import OpenRun

    opened = OpenRun(scope.run(run))
    found = check_baseline(opened, _path(opened.layout, opened.manifest.sweep, file), Tolerance(rel))
    if json_form:
        click.echo(json.dumps(as_json(found), ensure_ascii=False))
    else:
        write(lines_of(found, opened.shown))
    worse = any(new in ("fail", "missing") for _, _, new in found.spec_changes)
    if not found.same:
        click.get_current_context().exit(ExitCode.SPEC_VIOLATED if worse else ExitCode.CASES_FAILED)
