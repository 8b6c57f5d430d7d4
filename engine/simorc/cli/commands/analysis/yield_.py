"""simorc yield: Monte Carlo beside worst-case distances."""

from __future__ import annotations

import json
from collections.abc import Sequence

import click

from simorc.cli.analysing import analysed, analysis_options
from simorc.cli.context import Scope, scoped
from simorc.cli.number_options import CountOption
from simorc.cli.output.analysis_tables import distance_lines, yield_lines
from simorc.cli.output.tables import note, write


@click.command("yield")
@analysis_options
@click.option(
    "--samples", type=CountOption(min=50), help="Monte Carlo samples at each condition.  [default: 200]"
)
@click.option("--seed", type=CountOption(min=0), default=1, show_default=True, help="Seed of the samples.")
@click.option(
    "--verify", type=CountOption(min=50), metavar="N", help="Verify each distance with N simulations."
)
@scoped
def command(
    scope: Scope,
    name: str,
    specs: Sequence[str],
    corners: Sequence[str],
    jobs: int | None,
    json_form: bool,
    samples: int | None,
    seed: int,
    verify: int | None,
) -> None:
    """Show the yield of NAME, an analysis or a sweep, for each spec and in total: Monte Carlo with its
    interval, and the probability of violations by worst-case distances.
    """
    from simorc.analysis.stored_analyses import AnalysisRecord
    from simorc.analysis.worst_case import ranges
    from simorc.analysis.yields import summarize

    project = scope.load()
    with analysed(project, name, corners, jobs) as (subject, evaluator, counter):
        asked = subject.chosen(specs, limited=True)
        drawn = subject.drawn(samples, seed)
        record = AnalysisRecord(project, subject, evaluator, "yield")
        found = summarize(
            *(subject, evaluator, asked, drawn), verify=subject.verifying(verify, None), progress=counter
        )
        rows, limits = [row.to_json() for row in found.rows], [each.to_json() for each in found.distances]
        record.store(rows=rows, limits=limits)
        simulations = evaluator.simulations
    if json_form:
        body = {"rows": rows, "limits": limits, "simulations": simulations}
        click.echo(json.dumps(body, ensure_ascii=False))
        return
    write(yield_lines(found.rows))
    write(["", *distance_lines(found.distances, ranges(found.distances))])
    note(f"{simulations} simulations")
