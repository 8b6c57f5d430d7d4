"""simorc compare: compare two runs."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import click

from simorc.cli.completion import RUNS
from simorc.cli.context import Scope, scoped
from simorc.cli.errors import ExitCode
from simorc.cli.number_options import NumberOption
from simorc.cli.output.tables import note, table, write
from simorc.shown_values import parameters_text
from simorc.text import plain

if TYPE_CHECKING:
    from simorc.results.compare import Comparison, Moved
    from simorc.units import ShownAs

SHOWN = 20
_DIGEST = re.compile("[0-9a-f]{64}")


@click.command("compare")
@click.argument("old", shell_complete=RUNS)
@click.argument("new", shell_complete=RUNS)
@click.option(
    "--rel",
    type=NumberOption(),
    default=1e-6,
    show_default=True,
    help="Smallest relative change that is reported.",
)
@click.option(
    "--abs", "absolute", type=NumberOption(), default=0.0, help="Smallest absolute change that is reported."
)
@click.option("--json", "json_form", is_flag=True, help="Print JSON, with every case.")
@scoped
def command(scope: Scope, old: str, new: str, rel: float, absolute: float, json_form: bool) -> None:
    """Compare run NEW with run OLD. Cases are matched by their parameters. Exit code 1: results differ."""
    from simorc.results.compare import Tolerance, changed_inputs, changed_specs, compare_frames
    from simorc.results.open_run import OpenRun

    first, second = OpenRun(scope.run(old)), OpenRun(scope.run(new))
    found = compare_frames(first.frame, second.frame, tolerance=Tolerance(rel, absolute))
    found.spec_changes.extend(changed_specs(first.spec_results, second.spec_results))
    found.inputs.extend(changed_inputs(first.manifest, second.manifest))
    for run in (first, second):
        for line in run.mixture_lines:
            note(f"warning: {plain(run.name)}: {plain(line)}")
    if json_form:
        click.echo(json.dumps(as_json(found), ensure_ascii=False))
    else:
        write(lines_of(found, second.shown))
    if not found.same:
        click.get_current_context().exit(ExitCode.CASES_FAILED)


def lines_of(
    found: Comparison, shown_as: Callable[[str], ShownAs], width: int | None = None
) -> Iterator[str]:
    """The comparison as text: the largest change of each measurement, then the cases, specs and inputs.

    `shown_as` says how the values of a measurement are shown, old ones as well. If the table is wider than
    `width` cells each measurement has two lines instead.
    """
    yield f"{found.matched} matching cases, {len(found.moved)} values changed"
    if found.largest:
        yield ""
        rows = list(_largest(found, shown_as))
        lines = list(table(("measurement", "moved", "largest change from", "to", "change", "at"), rows))
        yield from lines if width is None or max(map(len, lines)) <= width else _stacked(rows)
    yield from _section("status", [f"{_parameters(p)}: {a} → {b}" for p, a, b in found.status_changes])
    yield from _section("measurements removed", [plain(name) for name in found.gone])
    yield from _section("measurements added", [plain(name) for name in found.added])
    yield from _section("specs", [f"{plain(name)}: {a} → {b}" for name, a, b in found.spec_changes])
    yield from _section("only in OLD", [_parameters(p) for p in found.only_old])
    yield from _section("only in NEW", [_parameters(p) for p in found.only_new])
    yield from _section("inputs", [f"{plain(key)}: {_brief(a)} → {_brief(b)}" for key, a, b in found.inputs])


def _largest(found: Comparison, shown_as: Callable[[str], ShownAs]) -> Iterator[tuple[str, ...]]:
    for name, moved in found.largest.items():
        shown = shown_as(name)
        count = sum(each.measurement == name for each in found.moved)
        yield (
            plain(name),
            str(count),
            _number(moved.old, shown),
            _number(moved.new, shown),
            _change(moved, shown),
            _parameters(moved.parameters),
        )


def _stacked(rows: list[tuple[str, ...]]) -> Iterator[str]:
    for name, count, old, new, change, place in rows:
        yield f"{name}  {count} changed, largest change {change}"
        yield f"    {old} → {new}  at {place}"


def _number(value: float | None, shown: ShownAs) -> str:
    return "missing" if value is None else plain(shown.text(value, 7))


def _change(moved: Moved, shown: ShownAs) -> str:
    if moved.percent is not None:
        return f"{moved.percent:+.3g} %"
    if moved.difference is None:
        return ""
    change = plain(shown.text(moved.difference, 3))
    return change if change.startswith("-") else f"+{change}"


def _parameters(parameters: Any) -> str:
    return parameters_text(parameters)


def _brief(value: str) -> str:
    """The first digits of a file's digest: enough to distinguish two files."""
    return value[:12] if _DIGEST.fullmatch(value) else plain(value)


def _section(title: str, lines: list[str]) -> Iterator[str]:
    if lines:
        yield ""
        yield f"{title}:"
        yield from (f"  {line}" for line in lines[:SHOWN])
        if len(lines) > SHOWN:
            yield f"  ... and {len(lines) - SHOWN} more"


def as_json(found: Comparison) -> dict[str, Any]:
    """The whole comparison as plain data."""
    return {
        "same": found.same,
        "matched": found.matched,
        "moved": [
            {
                "measurement": each.measurement,
                "parameters": dict(each.parameters),
                "old_case": each.old_case,
                "new_case": each.new_case,
                "old": each.old,
                "new": each.new,
                "percent": each.percent,
            }
            for each in found.moved
        ],
        "status": [{"parameters": dict(p), "old": a, "new": b} for p, a, b in found.status_changes],
        "gone": list(found.gone),
        "added": list(found.added),
        "specs": [{"spec": name, "old": a, "new": b} for name, a, b in found.spec_changes],
        "only_old": [dict(parameters) for parameters in found.only_old],
        "only_new": [dict(parameters) for parameters in found.only_new],
        "inputs": [{"key": key, "old": a, "new": b} for key, a, b in found.inputs],
    }
