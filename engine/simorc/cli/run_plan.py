"""Several sweeps run one after the other, with one spec sheet and one exit code at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from simorc.cli.dependency import Dependency, dependency_on, wait_for
from simorc.cli.errors import ExitCode
from simorc.cli.output.case_rows import dumps
from simorc.cli.output.spec_table import sheet, sheet_rows
from simorc.cli.output.tables import note, write
from simorc.config.names import did_you_mean, listed
from simorc.errors import UsageError
from simorc.rundir.layout import RunLayout
from simorc.text import plain

if TYPE_CHECKING:
    from simorc.config.project import Project

_WORST_FIRST = (ExitCode.CANCELLED, ExitCode.CASES_FAILED, ExitCode.SPEC_VIOLATED, ExitCode.GOOD)


@dataclass(frozen=True)
class Step:
    """One sweep of a plan: what it waits for (``pvt_dc passed``), and an environment of its own."""

    sweep: str
    after: str | None = None
    environment: str | None = None

    @property
    def waits_for(self) -> str:
        """The sweep named in `after`; empty without one."""
        return (self.after or "").partition(" ")[0]


@dataclass(frozen=True)
class Done:
    """A step that was run, or why it was not."""

    step: Step
    layout: RunLayout
    code: int
    skipped: str = ""


def steps_of(project: Project, targets: Sequence[str], everything: bool) -> list[Step]:
    """The steps of a command line: sweeps by name, a plan by its name, or all sweeps, each once and in an
    order that `after` allows. Raises UsageError.
    """
    if everything and targets:
        raise UsageError("name sweeps or use --all, not both")
    names = list(project.sweeps) if everything else list(targets)
    steps = [step for name in names for step in _named(project, name)]
    if not steps:
        raise UsageError("the project has no sweeps")
    return ordered(list({step.sweep: step for step in reversed(steps)}.values())[::-1])


def _named(project: Project, name: str) -> Iterator[Step]:
    if name in project.sweeps:
        yield Step(name, project.sweeps[name].definition.after)
    elif name in project.setup.plans:
        for each in project.setup.plans[name]:
            yield Step(each.sweep, each.after or project.sweeps[each.sweep].definition.after, each.env)
    else:
        known = [*project.sweeps, *project.setup.plans]
        message = f"no sweep or plan '{name}'{did_you_mean(name, known)}; known: {listed(known)}"
        raise UsageError(message, remedy="several runs that exist already: name them one by one")


def ordered(steps: Sequence[Step]) -> list[Step]:
    """The steps as given, but each behind the one that it waits for. Raises UsageError for a circle."""
    left, found = list(steps), list[Step]()
    while left:
        waiting = {step.sweep for step in left}
        step = next((each for each in left if each.waits_for not in waiting), None)
        if step is None:
            names = ", ".join(f"{each.sweep} after {each.waits_for}" for each in left)
            raise UsageError(f"these sweeps wait for each other: {names}")
        left.remove(step)
        found.append(step)
    return found


def run_steps(
    steps: Sequence[Step],
    built: Mapping[str, RunLayout],
    follow: Callable[[RunLayout], int],
) -> list[Done]:
    """Run the steps one after the other; one whose `after` is not met is skipped, with the reason. A
    cancelled run ends the plan.
    """
    done: list[Done] = []
    for step in steps:
        layout = built[step.sweep]
        reason = _reason_against(step, built)
        if reason:
            note(f"skipped {plain(step.sweep)}: {plain(reason)}")
            done.append(Done(step, layout, ExitCode.CASES_FAILED, reason))
            continue
        done.append(Done(step, layout, follow(layout)))
        if done[-1].code == ExitCode.CANCELLED:
            break
    return done


def refuse_unmet(project: Project, steps: Sequence[Step]) -> None:
    """Raise UsageError where a step waits for a sweep outside the plan that has no run, or did not pass."""
    names = {step.sweep for step in steps}
    for step in steps:
        if step.after and step.waits_for not in names:
            dependency_on(project.root, step.after).settled()


def _reason_against(step: Step, built: Mapping[str, RunLayout]) -> str:
    """Why a step cannot run now; empty if it can. Waits for a run outside the plan that is under way."""
    if not step.after:
        return ""
    first = built.get(step.waits_for)
    passed = step.after.partition(" ")[2].strip() == "passed"
    own = built[step.sweep]
    try:
        wait_for(Dependency(first, passed) if first is not None else dependency_on(own.root, step.after))
    except UsageError as error:
        return error.message
    return ""


def conclude(done: Sequence[Done], steps: Sequence[Step], as_json: bool) -> int:
    """Print the spec sheet over all runs; returns the one exit code."""
    code = next((each for each in _WORST_FIRST if each in {step.code for step in done}), ExitCode.GOOD)
    ran = [each.layout for each in done if not each.skipped]
    if as_json:
        runs = [{"run": e.layout.name, "exit_code": int(e.code), "skipped": e.skipped or None} for e in done]
        click.echo(dumps({"plan": {"runs": runs, "specs": sheet_rows(ran), "exit_code": int(code)}}))
        return code
    write(sheet(ran))
    left = [step.sweep for step in steps[len(done) :]]
    if left:
        note(f"not run: {', '.join(map(plain, left))}")
    names = " ".join(plain(layout.name) for layout in ran)
    note(f"one report of all: simorc report {names}")
    return code
