"""simorc corners: which corners decide the verdicts, and corners saved by name."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import click

from simorc.cli.analysing import Counter, analysed
from simorc.cli.completion import RUNS_AND_SWEEPS
from simorc.cli.context import Scope, scoped
from simorc.cli.errors import ExitCode
from simorc.cli.number_options import CountOption, NumberOption
from simorc.cli.output.corner_tables import checked_lines, deciding_json, deciding_lines
from simorc.cli.output.tables import note, write
from simorc.errors import UsageError
from simorc.text import plain

if TYPE_CHECKING:
    from simorc.analysis.corners.check import CheckedSpec
    from simorc.analysis.corners.choice import ChosenPoint
    from simorc.results.deciding_corners import DecidingCorners
    from simorc.results.open_run import OpenRun

_EARLIER = 10


@click.group("corners")
def command() -> None:
    """Find the corners that decide the verdicts of runs, and save corners by name."""


@command.command("worst")
@click.argument("runs", nargs=-1, shell_complete=RUNS_AND_SWEEPS)
@click.option(
    "--parameter",
    "parameters",
    multiple=True,
    help="Only this one makes a corner, for each value of the others; repeatable.  [default: all swept]",
)
@click.option(
    "--within",
    type=NumberOption(),
    default=0.0,
    metavar="PERCENT",
    help="A corner this much of the spread better than the worst one decides as well.  [default: 0]",
)
@click.option(
    "--fewest", is_flag=True, help="Any corner that violates a limit decides it, not only the worst."
)
@click.option("--simulate", is_flag=True, help="Simulate the corners found, and compare the verdicts.")
@click.option("--save", metavar="NAME", help="Save them as the corner set NAME, for corner_set: in a sweep.")
@click.option("--jobs", type=CountOption(min=1), help="Simulations at once.")
@click.option("--json", "json_form", is_flag=True, help="Print JSON.")
@scoped
def worst(
    scope: Scope,
    runs: Sequence[str],
    parameters: Sequence[str],
    within: float,
    fewest: bool,
    simulate: bool,
    save: str | None,
    jobs: int | None,
    json_form: bool,
) -> None:
    """Show which corner decides which limit of RUNS (default: the newest run of every sweep), and the fewest
    corners that decide all of them. Exit code 1: they do not decide every verdict.
    """
    from simorc.results.corner_doubts import doubts_about, earlier_verdicts
    from simorc.results.deciding_corners import deciding_corners, undecided

    opened, earlier = _runs(scope, runs)
    found = deciding_corners(opened, parameters, within / 100, verdict_only=fewest)
    wrong = {run.name: list(undecided(run, found.chosen, found.by_run[run.name])) for run in opened}
    before = earlier_verdicts(found, earlier, parameters)
    doubts = list(doubts_about(found, opened))
    checked = _simulated(scope, found, opened, jobs) if simulate else None
    if json_form:
        _print_json(found, wrong, before, doubts, checked)
    else:
        shown = {
            (run.name, each.measurement): run.shown(each.measurement) for run in opened for each in run.specs
        }
        write(deciding_lines(found, shown))
        _print_checks(wrong, before, doubts, checked)
    if save is not None:
        _save(scope, found, opened, save)
    if any(wrong.values()) or any(not each.same for each in checked or ()):
        click.get_current_context().exit(ExitCode.CASES_FAILED)


def _runs(scope: Scope, names: Sequence[str]) -> tuple[list[OpenRun], list[OpenRun]]:
    """The runs that are named, else the newest of each sweep that has specs; and earlier runs of their
    sweeps.
    """
    from simorc.results.open_run import OpenRun
    from simorc.rundir.layout import find_runs

    if names:
        chosen = [OpenRun(scope.run(name)) for name in dict.fromkeys(names)]
    else:
        newest = {layout.sweep: layout for layout in reversed(find_runs(scope.root()))}
        chosen = [run for run in map(OpenRun, newest.values()) if run.own_specs and len(run.frame)]
    if lost := [run.name for run in chosen if not run.own_specs]:
        raise UsageError(f"{lost[0]} has no specs, so its corners decide nothing")
    if not chosen:
        raise UsageError("no run with specs", remedy="run a sweep first")
    own = {run.layout.path.resolve() for run in chosen}
    sweeps = {run.layout.sweep for run in chosen}
    others = [
        OpenRun(layout)
        for root in dict.fromkeys(run.layout.root for run in chosen)
        for layout in find_runs(root)
        if layout.sweep in sweeps and layout.path.resolve() not in own
    ]
    return chosen, others[:_EARLIER]


def _simulated(
    scope: Scope, found: DecidingCorners, runs: Sequence[OpenRun], jobs: int | None
) -> list[CheckedSpec]:
    from simorc.analysis.corners.check import check_cases
    from simorc.analysis.evaluation import Evaluator

    project, counter = scope.load(), Counter()
    checked: list[CheckedSpec] = []
    for run in runs:
        places = zip(run.frame.ids.tolist(), found.by_run[run.name], strict=True)
        cases = [number for number, place in places if place in found.chosen]
        with Evaluator(project, jobs=jobs, measurements=run.manifest.case_measurements) as evaluator:
            try:
                checked += check_cases(evaluator, run, cases, counter)
            finally:
                counter.end()
    note(f"{counter.count} simulations")
    return checked


def _print_json(
    found: DecidingCorners,
    wrong: dict[str, list[str]],
    before: dict[str, list[str]],
    doubts: Sequence[str],
    checked: Sequence[CheckedSpec] | None,
) -> None:
    body = deciding_json(found)
    body["verified"] = not any(wrong.values())
    body["differences"], body["earlier_runs"], body["doubts"] = wrong, before, list(doubts)
    if checked is not None:
        body["simulated"] = [
            {"run": each.run, "measurement": each.measurement, "met": each.simulated, "was": each.stored}
            for each in checked
        ]
    click.echo(json.dumps(body, ensure_ascii=False))


def _print_checks(
    wrong: dict[str, list[str]],
    before: dict[str, list[str]],
    doubts: Sequence[str],
    checked: Sequence[CheckedSpec] | None,
) -> None:
    """What was verified, and why the corners may not be enough."""
    lines = [""]
    for run, specs in wrong.items():
        verdict = f"not decided: {'; '.join(specs)}" if specs else "every verdict is that of all corners"
        lines.append(plain(f"{run}: {verdict}"))
    if before:
        right = sum(not specs for specs in before.values())
        lines.append(f"{right} of {len(before)} earlier runs would have had the same verdicts")
        lines += [plain(f"{run}: {'; '.join(specs)}") for run, specs in before.items() if specs]
    if checked is not None:
        different = list(checked_lines(checked))
        lines += different or ["simulated: every verdict is the same"]
    write(lines)
    for each in doubts:
        note(f"warning: {plain(each)}")


def _save(scope: Scope, found: DecidingCorners, runs: Sequence[OpenRun], name: str) -> None:
    from simorc.analysis.corners.saved import save_corner_set

    points = [found.points[place] for place in found.chosen]
    corners = {point.name: point.parameters for point in points}
    if len(corners) < len(points):
        raise UsageError("several corners would have the same name", remedy="name one run")
    where = ", ".join(run.name for run in runs)
    path = save_corner_set(scope.root(), name, corners, f"decide every limit of {where}")
    note(f"{path.name}: {len(corners)} corners; use them in a sweep with corner_set: {name}")
    for measurement in _with_own_limits(runs, corners):
        note(f"warning: {measurement} has limits for corners whose names are not in the set")


def _with_own_limits(runs: Sequence[OpenRun], corners: Collection[str]) -> list[str]:
    """The specs with limits for a corner whose name the set does not keep."""
    lost = []
    for run in runs:
        values = set(map(str, run.frame.parameters.get("corner", ())))
        for spec in run.own_specs:
            if any(each not in corners and each not in values for each in spec.corners):
                lost.append(spec.measurement)
    return list(dict.fromkeys(lost))


@command.command("save")
@click.argument("corner")
@click.argument("name", shell_complete=RUNS_AND_SWEEPS)
@click.option(
    "--spec", metavar="MEASUREMENT", help="The spec whose point it is; needed if there are several."
)
@click.option("--sample", type=CountOption(min=1), metavar="N", help="Sample N of the samples.")
@click.option("--worst-sample", is_flag=True, help="The sample with the least margin of the spec.")
@click.option("--sigma", type=NumberOption(), metavar="K", help="The point K sigma towards the limit.")
@click.option(
    "--side", type=click.Choice(["min", "max"]), help="With --sigma: this limit.  [default: the nearer one]"
)
@click.option("--corner", "corners", multiple=True, metavar="CORNER", help="Only this corner; repeatable.")
@click.option(
    "--samples", type=CountOption(min=50), help="How many samples an analysis draws.  [default: 200]"
)
@click.option("--seed", type=CountOption(min=0), default=1, show_default=True, help="Seed of these samples.")
@click.option("--jobs", type=CountOption(min=1), help="Simulations at once.")
@scoped
def save_point(
    scope: Scope,
    corner: str,
    name: str,
    spec: str | None,
    sample: int | None,
    worst_sample: bool,
    sigma: float | None,
    side: str | None,
    corners: Sequence[str],
    samples: int | None,
    seed: int,
    jobs: int | None,
) -> None:
    """Save a point as the statistical corner CORNER: a sample or a point at K sigma of NAME, an analysis or a
    sweep, or a sample of NAME, a Monte Carlo run. `simorc wcd` saves worst-case points.
    """
    if [sample is not None, worst_sample, sigma is not None].count(True) != 1:
        raise UsageError("give one of --sample, --worst-sample and --sigma")
    if (run := _run_called(scope, name)) is not None:
        point = _of_run(scope, run, spec, sample, sigma)
    else:
        with analysed(scope.load(), name, corners, jobs) as (subject, evaluator, counter):
            from simorc.analysis.corners.choice import sample_of, sigma_point

            asked = subject.chosen([spec] if spec else [], limited=True)
            if len(asked) > 1:
                raise UsageError(f"{name} has {len(asked)} specs", remedy=f"--spec {asked[0]}")
            if sigma is not None:
                upper = None if side is None else side == "max"
                point = sigma_point(subject, evaluator, asked[0], sigma, upper=upper, progress=counter)
            else:
                drawn = subject.drawn(samples, seed)
                point = sample_of(subject, evaluator, asked[0], drawn, sample, counter)
    _write_point(scope, corner, point)


def _run_called(scope: Scope, name: str) -> OpenRun | None:
    """The run of that name, unless it names an analysis or a sweep of the project."""
    from simorc.results.open_run import OpenRun

    project = scope.load()
    if name in project.analyses or name in project.sweeps:
        return None
    return OpenRun(scope.run(name))


def _of_run(
    scope: Scope, run: OpenRun, spec: str | None, sample: int | None, sigma: float | None
) -> ChosenPoint:
    from simorc.analysis.corners.choice import sample_of_run
    from simorc.rundir.circuit.input_changes import changes_of

    if sigma is not None:
        raise UsageError("a run has samples", remedy="for a point at K sigma, name an analysis or a sweep")
    if changes := changes_of(run.layout, run.manifest):
        note(f"warning: {plain(run.name)}: the project has changed since: {plain(str(changes[0]))}")
    return sample_of_run(run, spec, sample)


def _write_point(scope: Scope, corner: str, point: ChosenPoint) -> None:
    from simorc.analysis.corners.saved import save_corner
    from simorc.config.names import STATISTICAL_CORNER

    kept = {key: value for key, value in point.parameters.items() if key != STATISTICAL_CORNER}
    path = save_corner(
        scope.root(), corner, point.testbench, kept, point.variables, point.description, point.seed
    )
    value = "no value" if point.value is None else f"{point.value:.6g}"
    note(f"{path.name}: {plain(point.description)}, where it is {value}")
    if point.seed is not None:
        note(f"its random numbers are those of a seed: only sweeps of testbench {point.testbench} can use it")
