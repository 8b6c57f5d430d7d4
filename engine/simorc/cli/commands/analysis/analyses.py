"""simorc analyses: what each analysis costs, and what is stored."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from simorc.cli.completion import ANALYSES_AND_SWEEPS
from simorc.cli.context import Scope, scoped
from simorc.cli.output.tables import note, table, write
from simorc.errors import UsageError
from simorc.text import plain

if TYPE_CHECKING:
    from simorc.analysis.costs import Cost
    from simorc.analysis.stored_analyses import StoredAnalysis


@click.command("analyses")
@click.argument("names", nargs=-1, shell_complete=ANALYSES_AND_SWEEPS)
@click.option("--json", "json_form", is_flag=True, help="Print JSON.")
@scoped
def command(scope: Scope, names: Sequence[str], json_form: bool) -> None:
    """Show how many simulations each analysis of NAMES takes (analyses, sweeps or testbenches; default: every
    analysis of the project), and when its stored result was made. Nothing is simulated.
    """
    from simorc.analysis.costs import costs_of
    from simorc.analysis.stored_analyses import stored_analyses

    project = scope.load()
    asked = list(dict.fromkeys(names)) or list(project.analyses)
    if not asked:
        raise UsageError("the project has no analyses", remedy="name a sweep or a testbench")
    found = [cost for name in asked for cost in costs_of(project, name)]
    kept, lost = stored_analyses(project.root)
    stored = {(each.name, each.kind): each for each in kept}
    if json_form:
        rows = [_row(each, stored.get((each.name, each.kind))) for each in found]
        click.echo(json.dumps(rows, ensure_ascii=False))
    else:
        cells = [_cells(each, stored.get((each.name, each.kind))) for each in found]
        write(table(("name", "command", "costs", "of", "stored"), cells, right=frozenset()))
    for sentence in lost:
        note(f"warning: {plain(sentence)}")


def _row(cost: Cost, stored: StoredAnalysis | None) -> dict[str, Any]:
    return {**cost.to_json(), "stored_utc": None if stored is None else stored.created}


def _cells(cost: Cost, stored: StoredAnalysis | None) -> tuple[str, ...]:
    when = "" if stored is None else stored.created[:16].replace("T", " ") + " UTC"
    first, last = ("", plain(cost.problem)) if cost.problem else (cost.text, plain(cost.about))
    return plain(cost.name), cost.kind, first or "not possible", last, when
