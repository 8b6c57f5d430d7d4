"""simorc report: write the results of a run as an HTML page, a datasheet and JUnit XML."""

from __future__ import annotations

from pathlib import Path

import click

from simorc.cli.completion import RUNS
from simorc.cli.context import Scope, scoped
from simorc.cli.errors import ExitCode
from simorc.cli.output.tables import note
from simorc.text import plain

FORMATS = {"html": "report.html", "md": "datasheet.md", "junit": "junit.xml"}


@click.command("report")
@click.argument("run", default="last", shell_complete=RUNS)
@click.option(
    "--format",
    "forms",
    type=click.Choice(list(FORMATS)),
    multiple=True,
    help="Formats to write (default: all three, in the reports directory of the run).",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="Output directory, or the output file of a single format.",
)
@click.option("--check", is_flag=True, help="Exit code 3 unless every spec is met.")
@scoped
def command(scope: Scope, run: str, forms: tuple[str, ...], out: Path | None, check: bool) -> None:
    """Write reports of RUN: a self-contained HTML file, a Markdown datasheet, and JUnit XML for CI."""
    from simorc.files import write_whole
    from simorc.results.open_run import OpenRun

    opened = OpenRun(scope.run(run))
    for form in forms or tuple(FORMATS):
        target = _target(opened.layout.reports, out, form, alone=len(forms) == 1)
        target.parent.mkdir(parents=True, exist_ok=True)
        write_whole(target, _text(opened, form))
        click.echo(plain(str(target)))
    broken = [result.spec.measurement for result in opened.spec_results if not result.passed]
    if check and broken:
        note("specs not met: " + ", ".join(map(plain, broken)))
        click.get_current_context().exit(ExitCode.SPEC_VIOLATED)


def _target(reports: Path, out: Path | None, form: str, *, alone: bool) -> Path:
    if out is None:
        return reports / FORMATS[form]
    return out if alone and out.suffix else out / FORMATS[form]


def _text(opened: object, form: str) -> str:
    from simorc.reports.datasheet import datasheet
    from simorc.reports.html import html_report
    from simorc.reports.junit import junit
    from simorc.results.open_run import OpenRun

    assert isinstance(opened, OpenRun)
    return {"html": html_report, "md": datasheet, "junit": junit}[form](opened)
