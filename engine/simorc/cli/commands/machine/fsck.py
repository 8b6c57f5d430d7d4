"""simorc fsck: compare the files of a run with its state and repair them."""

from __future__ import annotations

from collections.abc import Sequence

import click

from simorc.cli.completion import RUNS
from simorc.cli.context import Scope, scoped
from simorc.cli.errors import ExitCode
from simorc.cli.output.case_rows import dumps
from simorc.cli.output.tables import note, write
from simorc.maintenance.finding import Finding, as_json
from simorc.maintenance.fsck import check_run
from simorc.rundir.layout import RunLayout
from simorc.text import message_line, plain


@click.command("fsck")
@click.argument("run", shell_complete=RUNS)
@click.option("--repair", is_flag=True, help="Repair the run; rebuild a missing or damaged state.")
@click.option(
    "--waveforms", is_flag=True, help="Also compare every raw file with the fingerprint of its simulation."
)
@click.option("--json", "json_form", is_flag=True, help="Machine-readable.")
@scoped
def command(scope: Scope, run: str, repair: bool, waveforms: bool, json_form: bool) -> int:
    """Check the state of RUN against its files, and find leftovers of killed programs.

    Exit code 0: no problem left, 1: problems left.
    """
    layout = scope.run(run)
    findings = check_run(layout, repair=repair, waveforms=waveforms)
    if json_form:
        click.echo(dumps({"run": layout.name, "findings": [as_json(each) for each in findings]}))
    else:
        write(_line(each) for each in findings)
        _closing(layout, findings, repair)
    return ExitCode.CASES_FAILED if any(each.open for each in findings) else ExitCode.GOOD


def _line(finding: Finding) -> str:
    repaired = f" — {plain(finding.repaired)}" if finding.repaired else ""
    return f"{plain(finding.where)}: {message_line(finding.message)}{repaired}"


def _closing(layout: RunLayout, findings: Sequence[Finding], repair: bool) -> None:
    left = sum(each.open for each in findings)
    repairable = 0 if repair else sum(each.repairable for each in findings)
    if not left:
        note(f"{plain(layout.name)}: no problems")
    if repairable:
        note(f"{repairable} to repair: simorc fsck --repair {plain(layout.name)}")
    if repair and left:
        note(f"{left} could not be repaired")
    elif left > repairable:
        note(f"{left - repairable} that simorc fsck --repair cannot repair: see what each line says to do")
