"""simorc run: start a sweep or resume a run, and show its progress."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from simorc.cli.case_ids import CASE_IDS
from simorc.cli.completion import RUNS_AND_SWEEPS
from simorc.cli.context import Scope, scoped
from simorc.cli.dependency import dependency_of, dependency_on, wait_elsewhere, wait_for
from simorc.cli.number_options import CountOption, SecondsOption
from simorc.cli.output.follow import Follower
from simorc.cli.output.progress import JsonProgress, LineProgress, Progress, TerminalProgress
from simorc.cli.output.tables import note
from simorc.cli.removal import earlier_runs, start_afresh
from simorc.cli.run_plan import conclude, refuse_unmet, run_steps, steps_of
from simorc.cli.selection import (
    answer_of,
    chosen_cases,
    force_options,
    inputs_options,
    refuse_reuse_with_force,
    reuse_option,
    selection_options,
    within_run,
)
from simorc.errors import RunNotFound, UsageError
from simorc.launch.forked_process import ForkedChild, waiting_runner
from simorc.launch.start import require_simulator, start_runner
from simorc.rundir.circuit.record import REFUSE
from simorc.rundir.edited_metadata import edited_statuses, named
from simorc.rundir.layout import RunLayout, find_runs, labelled
from simorc.rundir.store.reader import RunReader
from simorc.text import plain

if TYPE_CHECKING:
    from simorc.config.project import Project


@dataclass(frozen=True)
class Asked:
    """What the command line requests for this start of the run."""

    jobs: int | None
    timeout: float | None
    warm: str | None
    executor: str | None
    cases: list[int] | None
    corners: Sequence[str] | None
    where: str | None
    allow_stale: bool
    reuse: Sequence[str] = ()
    keep_inputs: bool = False
    accept_changes: bool = False
    force: bool = False
    yes: bool = False

    @property
    def inputs(self) -> str:
        """What to do where an input of the run has changed."""
        return answer_of(self.keep_inputs, self.accept_changes)

    def overrides(self) -> dict[str, object]:
        """As settings of the project, which a new run records in its manifest."""
        options = {"jobs": self.jobs, "timeout": self.timeout, "warm": self.warm, "executor": self.executor}
        return {f"execution.{key}": value for key, value in options.items() if value is not None}

    def options(self) -> list[str]:
        """As options of another `simorc run` of the run made with this one."""
        given = {"--jobs": self.jobs, "--timeout": self.timeout, "--warm": self.warm}
        words = [word for name, value in given.items() if value is not None for word in (name, str(value))]
        words += ["--keep-inputs"] if self.keep_inputs else []
        words += ["--accept-changes"] if self.accept_changes else []
        return [*words, "--case", ",".join(map(str, self.cases))] if self.cases else words


@click.command("run")
@click.argument("targets", metavar="RUN|SWEEP|PLAN...", nargs=-1, shell_complete=RUNS_AND_SWEEPS)
@click.option("--all", "everything", is_flag=True, help="Run every sweep of the project.")
@click.option(
    "--jobs",
    "-j",
    type=CountOption(min=1),
    metavar="N",
    help="Number of parallel cases (default: the usable CPUs).",
)
@click.option("--timeout", type=SecondsOption(), metavar="S", help="Time limit of a case in seconds.")
@click.option(
    "--warm",
    type=click.Choice(["auto", "off", "verify"]),
    help="Reuse warm simulator sessions, which keep their models loaded.",
)
@click.option("--executor", metavar="NAME", help="Where cases run: local, slurm, lsf, sge, ...")
@click.option(
    "--case", "cases", type=CASE_IDS, metavar="3,7-9", help="Run these cases, even if they are completed."
)
@click.option("--allow-stale", is_flag=True, help="Accept netlists that are older than their schematics.")
@force_options
@reuse_option
@inputs_options
@click.option("--now", is_flag=True, help="Do not wait for the sweep named in `after`.")
@click.option("--detach", is_flag=True, help="Start the run, print its id and return.")
@click.option(
    "--json", "json_form", is_flag=True, help="Print one JSON line per finished case, then a summary."
)
@selection_options
@scoped
def command(
    scope: Scope,
    targets: tuple[str, ...],
    everything: bool,
    now: bool,
    detach: bool,
    json_form: bool,
    **options: object,
) -> int:
    """Run a SWEEP, or resume the pending and failed cases of a RUN.

    Several sweeps, or a PLAN of sim_setup.yaml, run one after the other, with one spec sheet and one exit
    code at the end.

    Ctrl-C once stops it cleanly: unfinished cases stay pending. The run is a process of its own: it
    goes on when this terminal is closed.
    """
    asked = Asked(**options)  # type: ignore[arg-type]
    if everything or len(targets) != 1:
        return _run_several(scope, targets, everything, asked, now, detach, json_form)
    target = targets[0]
    refuse_reuse_with_force(asked.force, asked.reuse)
    existing = _existing(scope, target)
    if existing is not None:
        layout, cases = existing, _cases_of(existing, asked)
    else:
        project = scope.load(asked.overrides())
        if target in project.setup.plans and target not in project.sweeps:
            return _run_several(scope, targets, everything, asked, now, detach, json_form)
        layout = _build(scope, project, target, asked, now)
        cases = within_run(layout, asked.cases)
    dependency = None if now else dependency_of(layout)
    if dependency is not None and detach and not dependency.settled():
        wait_elsewhere(layout, dependency, asked.options())
        click.echo(layout.name)
        return 0
    if dependency is not None:
        wait_for(dependency)
    return _start(layout, cases, asked, detach, json_form)


def _start(layout: RunLayout, cases: list[int] | None, asked: Asked, detach: bool, json_form: bool) -> int:
    """Start the runner, and follow it unless `detach`; returns the exit code."""
    with waiting_runner(layout) as waiting, Follower(layout, cases) as follower:
        start_runner(
            layout,
            jobs=asked.jobs,
            timeout=asked.timeout,
            warm=asked.warm,
            cases=cases,
            executor=asked.executor,
            inputs=asked.inputs,
            begin=None if waiting is None else partial(_begin, waiting),
        )
        if detach:
            click.echo(layout.name)
            return 0
        if not json_form:
            note(f"run {plain(layout.name)}")
        return follower.follow(_progress(json_form))


def _begin(waiting: ForkedChild, _: RunLayout, options: Mapping[str, object]) -> ForkedChild:
    waiting.begin(json.dumps(options).encode())
    return waiting


def _run_several(
    scope: Scope,
    targets: tuple[str, ...],
    everything: bool,
    asked: Asked,
    now: bool,
    detach: bool,
    json_form: bool,
) -> int:
    """Build a run of each sweep first, so that all errors are reported before any starts; then run them."""
    if not targets and not everything:
        raise UsageError("no sweep or run given", remedy="simorc run SWEEP..., or --all")
    if detach or asked.cases or asked.inputs != REFUSE:
        raise UsageError("--detach, --case, --keep-inputs and --accept-changes need a single sweep or run")
    project = scope.load()
    steps = steps_of(project, targets, everything)
    if now:
        steps = [replace(step, after=None) for step in steps]
    refuse_unmet(project, steps)
    built = {}
    for step in steps:
        own = Scope(scope.root(), step.environment or scope.environment)
        built[step.sweep] = _build(own, own.load(asked.overrides()), step.sweep, asked, True)
    done = run_steps(steps, built, lambda layout: _start(layout, None, asked, False, json_form))
    return conclude(done, steps, json_form)


def _progress(json_form: bool) -> Progress:
    if json_form:
        return JsonProgress()
    return TerminalProgress() if sys.stderr.isatty() else LineProgress()


def _cases_of(existing: RunLayout, asked: Asked) -> list[int] | None:
    """The cases to run of an existing run; None: those that are pending or failed."""
    for option, given in (("--reuse", asked.reuse), ("--force", asked.force)):
        if given:
            raise UsageError(f"{option} needs a new run", remedy="name a sweep, not a run")
    cases = chosen_cases(existing, asked.cases, asked.corners, asked.where)
    return _unfinished_or_edited(existing) if cases is None else within_run(existing, cases)


def _unfinished_or_edited(layout: RunLayout) -> list[int] | None:
    """The cases to run of a run without a choice: None for the pending and failed ones, or these together
    with those set to pending by hand in metadata.csv.
    """
    edited = edited_statuses(layout)
    if edited.refused:
        note(f"note: {edited.refused}")
    if not edited.again:
        return None
    note(f"{named(edited.again)} set to pending by hand in metadata.csv: run again")
    with RunReader(layout) as view:
        done = {case for case, status, _ in view.verdicts() if status == "completed"}
        return sorted({*range(1, view.total + 1)} - done | {*edited.again})


def _existing(scope: Scope, target: str) -> RunLayout | None:
    """The run of that very id, path or ``last``; a sweep's name means a new run."""
    if RunLayout(Path(target).resolve()).exists():
        return scope.run(target)
    names = {layout.name for layout in find_runs(scope.root())}
    known = target == "last" or target in names or labelled(find_runs(scope.root()), target)
    return scope.run(target) if known else None


def _build(scope: Scope, project: Project, target: str, asked: Asked, now: bool) -> RunLayout:
    from simorc.cli.commands.running.build import build
    from simorc.config.validate.unnamed_sweeps import how_to_name, unnamed_sweeps

    if target not in project.sweeps:
        try:
            return scope.run(target)
        except RunNotFound as error:
            remedy = f"sweeps: {', '.join(project.sweeps) or 'none'}"
            if target in (unnamed := unnamed_sweeps(project.root, project.setup.sweeps)):
                remedy = how_to_name(project.root, target, unnamed[target])
            raise UsageError(f"no sweep or run {target!r}", remedy=remedy) from error
    after = project.sweeps[target].definition.after
    if after is not None and not now:
        dependency_on(project.root, after).settled()  # refused before anything is made
    sweep = project.sweeps[target]
    settings = project.settings(sweep=target)
    require_simulator(settings.simulator, settings.execution.executor)
    earlier = earlier_runs(project.root, target) if asked.force else []
    return start_afresh(
        earlier,
        lambda: build(project, sweep, asked.corners, asked.where, asked.allow_stale, asked.reuse),
        asked.yes,
    )
