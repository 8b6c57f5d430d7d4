"""simorc netlist: check that netlists match their schematics, and regenerate them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from simorc.cli.completion import NETLISTS
from simorc.cli.context import Scope, scoped
from simorc.cli.output.tables import note, table, write
from simorc.text import plain, plain_lines

if TYPE_CHECKING:
    from simorc.schematics.pairs import Pair
    from simorc.schematics.staleness import Condition


@click.command("netlist")
@click.argument("names", nargs=-1, metavar="[dut|TESTBENCH]...", shell_complete=NETLISTS)
@click.option("--update", is_flag=True, help="Regenerate netlists that are not up to date.")
@click.option("--force", is_flag=True, help="With --update: regenerate all netlists.")
@click.option("--diff", is_flag=True, help="Show what --update would change, without changing it.")
@click.option("--accept", is_flag=True, help="Record the current netlists as matching their schematics.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@scoped
def command(
    scope: Scope, names: tuple[str, ...], update: bool, force: bool, diff: bool, accept: bool, as_json: bool
) -> None:
    """Check that each netlist matches its schematic; --update regenerates it.

    Exit code 1: a netlist is stale, missing or invalid.
    """
    from simorc.schematics.staleness import conditions

    if accept and (update or diff):
        raise click.UsageError("--accept cannot be combined with --update or --diff")
    project = scope.load()
    found = conditions(project, names)
    if diff:
        failed = show_differences(found)
    else:
        failed = renew(found, force) if update else adopt_all(found) if accept else False
        found = conditions(project, names)
        show(found, as_json)
    if failed or not all(condition.usable for condition in found):
        raise click.exceptions.Exit(1)


def show(found: tuple[Condition, ...], as_json: bool) -> None:
    """The states as a table, or as a list of objects."""
    if as_json:
        click.echo(json.dumps([as_object(condition) for condition in found]))
        return
    rows = [
        (condition.pair.name, str(condition.state), relative(condition.pair), condition.reason)
        for condition in found
    ]
    if rows:
        write(table(("name", "state", "netlist", "reason"), [tuple(map(plain, row)) for row in rows]))
    else:
        note("no schematics in this project")
    for condition in found:
        for remark in condition.notes:
            note(f"{plain(condition.pair.name)}: {plain(remark)}")


def as_object(condition: Condition) -> dict[str, object]:
    """One state as JSON."""
    from simorc.schematics.lock_file import name_of

    pair = condition.pair
    return {
        "name": pair.name,
        "state": str(condition.state),
        "reason": condition.reason,
        "changed": list(condition.changed),
        "notes": list(condition.notes),
        "schematic": name_of(pair.schematic, pair.root),
        "netlist": relative(pair),
    }


def relative(pair: Pair) -> str:
    """The netlist's path as the project writes it."""
    from simorc.schematics.lock_file import name_of

    return name_of(pair.netlist, pair.root)


def renew(found: tuple[Condition, ...], force: bool) -> bool:
    """Netlist again what is not up to date; True when one failed (the others are done all the same)."""
    from simorc.errors import NetlistError
    from simorc.schematics.staleness import State
    from simorc.schematics.update import update

    failed = False
    for condition in found:
        if condition.state is State.UP_TO_DATE and not force:
            continue
        try:
            proposal = update(condition.pair)
        except NetlistError as error:
            failed = True
            complain(error)
        else:
            changed = "netlist regenerated" if proposal.differs else "netlist regenerated, no change"
            note(f"{plain(condition.pair.name)}: {changed}")
            for warning in proposal.warnings:
                note(f"{plain(condition.pair.name)}: warning: {plain(warning)}")
    return failed


def show_differences(found: tuple[Condition, ...]) -> bool:
    """Unified diffs of what netlisting again would change; True when one cannot be netlisted."""
    from simorc.errors import NetlistError
    from simorc.schematics.update import propose

    failed = False
    for condition in found:
        try:
            click.echo(plain_text(propose(condition.pair).diff()), nl=False)
        except NetlistError as error:
            failed = True
            complain(error)
    return failed


def adopt_all(found: tuple[Condition, ...]) -> bool:
    """Record every netlist that is there as its schematic's."""
    from simorc.schematics.staleness import State
    from simorc.schematics.update import adopt

    for condition in found:
        if condition.state not in (State.MISSING, State.BROKEN):
            adopt(condition.pair)
            note(f"{plain(condition.pair.name)}: recorded as matching")
    return False


def complain(error: Exception) -> None:
    """One failure, with its remedy, on stderr."""
    for line in plain_lines(str(error)):
        note(line)
    remedy = getattr(error, "remedy", None)
    if remedy:
        note(f"  {plain(remedy)}")


def plain_text(text: str) -> str:
    """A diff made safe for a terminal line by line."""
    return "".join(plain(line) + "\n" for line in text.splitlines())
