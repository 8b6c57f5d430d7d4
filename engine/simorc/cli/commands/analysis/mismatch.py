"""simorc mismatch: contributions of devices to the variance of measurements."""

from __future__ import annotations

import json
from collections.abc import Sequence

import click

from simorc.cli.analysing import analysed, analysis_options, unit_of
from simorc.cli.context import Scope, scoped
from simorc.cli.number_options import CountOption
from simorc.cli.output.analysis_tables import contribution_lines
from simorc.cli.output.tables import write


@click.command("mismatch")
@analysis_options
@click.option(
    "--method",
    type=click.Choice(["sensitivity", "regression"]),
    help="Central differences, or a fit to random samples; default: as the analysis says.",
)
@click.option("--samples", type=CountOption(min=50), help="Samples of a regression.")
@click.option("--seed", type=CountOption(min=0), default=1, show_default=True, help="Seed of the samples.")
@scoped
def command(
    scope: Scope,
    name: str,
    specs: Sequence[str],
    corners: Sequence[str],
    jobs: int | None,
    json_form: bool,
    method: str | None,
    samples: int | None,
    seed: int,
) -> None:
    """Show which device contributes how much to the variance of the measurements of NAME, an analysis or a
    sweep. For N random variables 2N + 1 simulations are made at each condition.
    """
    from simorc.analysis.mismatch import contributions
    from simorc.analysis.stored_analyses import AnalysisRecord

    project = scope.load()
    with analysed(project, name, corners, jobs) as (subject, evaluator, counter):
        drawn = subject.drawing(samples, seed)
        asked = subject.chosen(specs or subject.definition.mismatch.specs, limited=False)
        chosen = "regression" if method == "regression" else "sensitivity"
        if method is None:
            chosen = "regression" if samples is not None else subject.definition.mismatch.method
        record = AnalysisRecord(project, subject, evaluator, "mismatch")
        found = contributions(subject, evaluator, asked, chosen, drawn, counter)  # type: ignore[arg-type]
        record.store(contributions=[each.to_json() for each in found])
    if json_form:
        click.echo(json.dumps([each.to_json() for each in found], ensure_ascii=False))
        return
    for number, each in enumerate(found):
        write([""] if number else [])
        write(contribution_lines(each, unit_of(subject, project, each.measurement)))
