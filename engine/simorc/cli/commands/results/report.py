"""simorc report: write the results of a run as an HTML page, a datasheet and JUnit XML."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from simorc.cli.completion import RUNS
from simorc.cli.context import Scope, scoped
from simorc.cli.errors import ExitCode
from simorc.cli.output.tables import note
from simorc.text import plain

if TYPE_CHECKING:
    from simorc.results.open_run import OpenRun

FORMATS = {"html": "report.html", "md": "datasheet.md", "junit": "junit.xml"}


@click.command("report")
@click.argument("runs", metavar="[RUN]...", nargs=-1, shell_complete=RUNS)
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
@click.option("--check", is_flag=True, help="Exit code 3 unless every case ran and every spec is met.")
@scoped
def command(
    scope: Scope, runs: tuple[str, ...], forms: tuple[str, ...], out: Path | None, check: bool
) -> None:
    """Write reports of RUN: a self-contained HTML file, a Markdown datasheet, and JUnit XML for CI.

    Of several runs, one report with one spec sheet is written, to simulations/reports.
    """
    from simorc.files import write_whole
    from simorc.results.open_run import OpenRun

    opened = [OpenRun(layout) for layout in dict.fromkeys(scope.run(run) for run in runs or ("last",))]
    together = len(opened) > 1
    folder = opened[0].layout.path.parent / "reports" if together else opened[0].layout.reports
    for form in forms or tuple(FORMATS):
        target = _target(folder, out, form, alone=len(forms) == 1)
        target.parent.mkdir(parents=True, exist_ok=True)
        write_whole(target, _sheet(opened, form) if together else _text(opened[0], form))
        click.echo(plain(str(target)))
    broken = [each.spec.measurement for run in opened for each in run.spec_results if not each.passed]
    if check and broken:
        note("specs not met: " + ", ".join(map(plain, broken)))
    unfinished = [run for run in opened if run.unfinished]
    if check and unfinished:
        note(
            "cases not run: "
            + ", ".join(f"{run.case_counts.pending} of {plain(run.name)}" for run in unfinished)
        )
    if check and (broken or unfinished):
        click.get_current_context().exit(ExitCode.SPEC_VIOLATED)


def _target(reports: Path, out: Path | None, form: str, *, alone: bool) -> Path:
    if out is None:
        return reports / FORMATS[form]
    return out if alone and out.suffix else out / FORMATS[form]


def _sheet(runs: Sequence[OpenRun], form: str) -> str:
    from simorc.reports.together import sheet_html, sheet_junit, sheet_markdown

    return {"html": sheet_html, "md": sheet_markdown, "junit": sheet_junit}[form](runs)


def _text(run: OpenRun, form: str) -> str:
    from simorc.reports.datasheet import datasheet
    from simorc.reports.html import html_report
    from simorc.reports.junit import junit

    return {"html": html_report, "md": datasheet, "junit": junit}[form](run)
