"""simorc sensitivity: how much each parameter changes each measurement."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from simorc.cli.analysing import evaluating, progress_option, unit_of
from simorc.cli.completion import BENCHES_AND_SWEEPS
from simorc.cli.context import Scope, scoped
from simorc.cli.errors import ExitCode
from simorc.cli.number_options import CountOption
from simorc.cli.output.analysis_tables import sensitivity_lines
from simorc.cli.output.tables import write
from simorc.errors import UsageError

if TYPE_CHECKING:
    from simorc.analysis.bench_decks import BenchDecks
    from simorc.analysis.conditions import Condition
    from simorc.analysis.evaluation import Evaluator
    from simorc.analysis.subject import Subject
    from simorc.netlist.random_variables.dimensions import Dimension


@click.command("sensitivity")
@click.argument("name", shell_complete=BENCHES_AND_SWEEPS)
@click.option("--measurement", "measurements", multiple=True, help="Only this one; repeatable.")
@click.option("--parameter", "parameters", multiple=True, help="Only this one; repeatable.")
@click.option("--corner", "corners", multiple=True, metavar="CORNER", help="Only this corner; repeatable.")
@click.option(
    "--step", "steps", multiple=True, metavar="PARAMETER=STEP", help="The step of a parameter; repeatable."
)
@click.option(
    "--whole", multiple=True, metavar="PARAMETER", help="A parameter that is a whole number; repeatable."
)
@click.option("--devices", is_flag=True, help="Also w, l and m of each device, such as xdut.xm1.w.")
@click.option("--jobs", type=CountOption(min=1), help="Simulations at once.")
@progress_option
@click.option("--json", "json_form", is_flag=True, help="Print JSON.")
@scoped
def command(
    scope: Scope,
    name: str,
    measurements: Sequence[str],
    parameters: Sequence[str],
    corners: Sequence[str],
    steps: Sequence[str],
    whole: Sequence[str],
    devices: bool,
    jobs: int | None,
    json_form: bool,
) -> None:
    """Show how much each numeric parameter (and dimension of a device) changes the measurements of NAME, a
    testbench, or a sweep or analysis with its corners. For N parameters 2N + 1 simulations are made at each
    condition.
    """
    from simorc.analysis.parameter_steps import allowed_steps, check_parameters
    from simorc.analysis.sensitivity import sensitivities
    from simorc.analysis.stored_analyses import AnalysisRecord
    from simorc.analysis.subject import subject_around

    project = scope.load()
    subject = subject_around(project, name, corners)
    defaults = project.testbenches[subject.testbench].parameters
    check_parameters([name for name in parameters if "." not in name], defaults, subject.testbench)
    devices = devices or any("." in name for name in parameters)
    allowed = allowed_steps(project, subject.testbench, _steps(steps), whole)
    with evaluating(project, subject, jobs, dimensions=devices) as (evaluator, counter):
        asked = _asked(evaluator.bench(subject.testbench), measurements)
        record = AnalysisRecord(project, subject, evaluator, "sensitivity")
        found = sensitivities(
            *(evaluator.run, subject.testbench, defaults, subject.conditions, asked, allowed, parameters),
            progress=counter,
            dimensions=lambda condition: _dimensions(evaluator, subject, condition, parameters),
        )
        record.store(sensitivities=[each.to_json() for each in found])
    if json_form:
        click.echo(json.dumps([each.to_json() for each in found], ensure_ascii=False))
    else:
        for number, each in enumerate(found):
            write([""] if number else [])
            write(sensitivity_lines(each, unit_of(subject, project, each.measurement)))
    if any(each.has_failed for each in found):
        click.get_current_context().exit(ExitCode.CASES_FAILED)


def _dimensions(
    evaluator: Evaluator, subject: Subject, condition: Condition, names: Sequence[str]
) -> Sequence[Dimension]:
    """The dimensions of the devices at a condition. Raises UsageError for a name that is none of them."""
    from simorc.analysis.points import Point
    from simorc.config.names import did_you_mean, listed

    point = Point(subject.testbench, condition.parameters, condition.corner)
    found = evaluator.deck_of(point).dimensions
    known = [each.name for each in found]
    if unknown := [name for name in names if "." in name and name not in known]:
        near = did_you_mean(unknown[0], known)
        raise UsageError(f"no dimension '{unknown[0]}' of a device{near}; known: {listed(known)}")
    return found


def _asked(bench: BenchDecks, names: Sequence[str]) -> list[str]:
    """The measurements to show: those named, else all. Raises UsageError for an unknown one, and for none."""
    from simorc.config.names import did_you_mean

    known = bench.measurements
    if unknown := [name for name in names if name not in known]:
        near = did_you_mean(unknown[0], known)
        raise UsageError(f"testbench '{bench.name}' has no measurement '{unknown[0]}'{near}")
    if not known:
        raise UsageError(f"testbench '{bench.name}' has no measurements", remedy="add measurements: to it")
    return list(dict.fromkeys(names)) or list(known)


def _steps(written: Sequence[str]) -> dict[str, float]:
    """Parameter -> step, of ``PARAMETER=STEP``. Raises UsageError."""
    from simorc.units import unambiguous

    found = {}
    for text in written:
        name, _, step = text.partition("=")
        try:
            found[name] = float(unambiguous(step))
        except ValueError as error:
            raise UsageError(f"--step {text}: {error}", remedy="write --step PARAMETER=STEP") from None
        if found[name] <= 0:
            raise UsageError(f"--step {text}: a step must be greater than zero")
    return found
