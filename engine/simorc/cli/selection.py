"""Selects cases of a sweep or run with ``--corner``, ``--where`` and ``--case``."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from simorc.cli.number_options import CountOption
from simorc.errors import UsageError
from simorc.rundir.layout import RunLayout, find_run, find_runs

Command = TypeVar("Command", bound=Callable[..., Any])


def _names(_: click.Context, __: click.Parameter, value: str | None) -> list[str] | None:
    return None if value is None else [name.strip() for name in value.split(",") if name.strip()]


def selection_options(function: Command) -> Command:
    """``--corner ss,ff``, ``--where EXPRESSION`` and ``--sample N`` for a command, which is given `corners`
    and `where`.
    """

    @functools.wraps(function)
    def with_sample(*args: Any, sample: int | None, where: str | None, **options: Any) -> Any:
        if sample is not None:
            where = f"sample == {sample}" if where is None else f"({where}) and sample == {sample}"
        return function(*args, where=where, **options)

    where = click.option(
        "--where", metavar="EXPR", help="Cases that meet this condition: 'temp==125 and vdda<3.2'."
    )
    corner = click.option(
        "--corner", "corners", metavar="ss,ff", callback=_names, help="Only the cases of these corners."
    )
    one = click.option(
        "--sample", type=CountOption(min=1), metavar="N", help="Only this Monte Carlo sample, by number."
    )
    return corner(where(one(with_sample)))  # type: ignore[return-value]


def inputs_options(function: Command) -> Command:
    """``--keep-inputs`` and ``--accept-changes`` for a command that starts an existing run."""
    keep = click.option(
        "--keep-inputs",
        is_flag=True,
        help="If project files have changed since RUN was built: simulate the copies stored in RUN.",
    )
    accept = click.option(
        "--accept-changes",
        is_flag=True,
        help="If project files have changed: simulate them. RUN then mixes circuits; these cases are marked.",
    )
    return keep(accept(function))


def answer_of(keep_inputs: bool, accept_changes: bool) -> str:
    """What these options select for a run whose inputs have changed. Raises UsageError for both."""
    from simorc.rundir.circuit.record import ACCEPT, KEEP, REFUSE

    if keep_inputs and accept_changes:
        raise UsageError("--keep-inputs cannot be combined with --accept-changes")
    return KEEP if keep_inputs else ACCEPT if accept_changes else REFUSE


def reuse_option(function: Command) -> Command:
    """``--reuse RUN`` for a command that makes a run, which is given the names as `reuse`."""
    option = click.option(
        *("--reuse", "reuse"),
        multiple=True,
        metavar="RUN",
        help="Reuse completed cases of RUN (or last: the newest run) with the same deck and inputs.",
    )
    return option(function)


def force_options(function: Command) -> Command:
    """``--force`` and ``--yes`` for a command that makes a run."""
    force = click.option(
        "--force",
        is_flag=True,
        help="Start the sweep afresh: remove its earlier runs, except locked ones.",
    )
    yes = click.option("--yes", "-y", is_flag=True, help="With --force: do not ask for confirmation.")
    return force(yes(function))


def refuse_reuse_with_force(force: bool, reuse: Sequence[str]) -> None:
    """Raise UsageError where results are to be both removed and reused."""
    if force and reuse:
        raise UsageError("--reuse cannot be combined with --force, which removes the earlier runs")


def reused_runs(root: Path, sweep: str, names: Sequence[str]) -> list[RunLayout]:
    """The runs that ``--reuse`` names. ``last`` is the newest run of the sweep, and none if there is none."""
    found = []
    for name in dict.fromkeys(names):
        if name == "last":
            found += [run for run in find_runs(root) if run.sweep == sweep][:1]
        else:
            found.append(find_run(root, name))
    return found


def chosen_cases(
    layout: RunLayout, cases: Sequence[int] | None, corners: Sequence[str] | None, where: str | None
) -> list[int] | None:
    """The cases of an existing run that the options leave, None for all of them."""
    if corners is None and where is None:
        return None if cases is None else list(cases)
    from simorc.rundir.manifest import load_manifest

    plan = load_manifest(layout).plan
    kept = plan.matching(corners=corners or (), where=where)
    if cases is not None:
        kept = sorted(set(kept).intersection(cases))
    if not kept:
        raise UsageError(f"no case of {layout.name} matches --case, --corner and --where")
    return kept


def within_run(layout: RunLayout, cases: list[int] | None) -> list[int] | None:
    """The cases as they are; raises UsageError if one is beyond the run's last."""
    if not cases:
        return cases
    from simorc.rundir.manifest import load_manifest

    total = load_manifest(layout).total
    if cases[-1] > total:
        raise UsageError(f"no case {cases[-1]} in {layout.name}: its cases are 1 to {total}")
    return cases
