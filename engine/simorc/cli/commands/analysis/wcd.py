"""simorc wcd: worst-case distances of the limits of specs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from simorc.cli.analysing import analysed, analysis_options
from simorc.cli.context import Scope, scoped
from simorc.cli.errors import ExitCode
from simorc.cli.number_options import CountOption, NumberOption
from simorc.cli.output.analysis_tables import distance_lines
from simorc.cli.output.tables import note, write

if TYPE_CHECKING:
    from simorc.analysis.subject import Subject
    from simorc.analysis.worst_case import LimitDistance
    from simorc.config.project import Project


@click.command("wcd")
@analysis_options
@click.option(
    "--verify",
    type=CountOption(min=50),
    metavar="N",
    help="Sample at each worst-case point with about N simulations, for a probability with its interval.",
)
@click.option("--seed", type=CountOption(min=0), help="Seed of these samples.  [default: 1]")
@click.option(
    "--starts",
    type=CountOption(min=0),
    help="Further searches that begin in random directions.  [default: those of the analysis, else 0]",
)
@click.option("--save", metavar="CORNER", help="Save the nearest worst-case point as a statistical corner.")
@click.option("--target", type=NumberOption(), help="Distance wanted, in sigma.")
@scoped
def command(
    scope: Scope,
    name: str,
    specs: Sequence[str],
    corners: Sequence[str],
    jobs: int | None,
    json_form: bool,
    verify: int | None,
    seed: int | None,
    starts: int | None,
    save: str | None,
    target: float | None,
) -> None:
    """Show how many sigma away each limit of NAME, an analysis or a sweep, is from being violated, and at
    which point of the random variables. Exit code 3: a limit is nearer than the target.
    """
    from simorc.analysis.stored_analyses import AnalysisRecord
    from simorc.analysis.worst_case import distances, ranges

    project = scope.load()
    with analysed(project, name, corners, jobs) as (subject, evaluator, counter):
        options = subject.definition.worst_case_distance
        asked = subject.chosen(specs or options.specs, limited=True)
        samples = subject.verifying(verify, seed)
        record = AnalysisRecord(project, subject, evaluator, "wcd")
        found = distances(
            *(subject, evaluator, asked),
            verify=samples,
            worst_corner=options.at == "worst_corner",
            starts=options.starts if starts is None else starts,
            progress=counter,
        )
        record.store(limits=[each.to_json() for each in found])
        simulations = evaluator.simulations
    if (corner := save or subject.definition.save_corner) is not None:
        _save(project, subject, found, corner)
    wanted = target if target is not None else options.target
    near = [each for each in found if wanted is not None and (each.sigma is None or each.sigma < wanted)]
    if json_form:
        limits = [each.to_json() for each in found]
        click.echo(
            json.dumps({"limits": limits, "simulations": simulations, "target": wanted}, ensure_ascii=False)
        )
    else:
        write(distance_lines(found, ranges(found)))
        note(f"{simulations} simulations")
    if near:
        for each in near:
            note(f"{each.limit.name} at {each.condition.name}: nearer than the target of {wanted:g} sigma")
        click.get_current_context().exit(ExitCode.SPEC_VIOLATED)


def _save(project: Project, subject: Subject, found: Sequence[LimitDistance], corner: str) -> None:
    """Save the nearest worst-case point under a name."""
    from simorc.analysis.corners.saved import save_corner

    settled = [each for each in found if each.worst.settled]
    if not settled:
        note(f"warning: no search settled, so corner {corner} is not saved")
        return
    nearest = min(settled, key=lambda each: each.worst.distance)
    where = f"{nearest.limit.name} at {nearest.condition.name}"
    what = f"worst-case point of {where}, {nearest.worst.distance:.3f} sigma"
    parameters = nearest.condition.parameters
    path = save_corner(project.root, corner, subject.testbench, parameters, nearest.variables, what)
    note(f"{path.relative_to(project.root)}: {what}")
