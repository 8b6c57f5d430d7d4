"""Why a set of deciding corners may not decide the next run: what its verdicts do not show."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from simorc.results.deciding_corners import DecidedLimit, DecidingCorners, places_in, undecided
from simorc.results.open_run import OpenRun
from simorc.rundir.circuit.input_changes import changes_of
from simorc.units import Value

NEAR = 0.05
"""Where the limit is this near the worst corner, as a share of the spread over the corners, one that is left
out and only as much better may violate it after a small change.
"""


def doubts_about(found: DecidingCorners, runs: Collection[OpenRun]) -> Iterator[str]:
    """Sentences, each about a run or one of its limits."""
    for run in runs:
        yield from _about_run(run)
    for limit in found.limits:
        yield from _about_limit(found, limit)


def _about_run(run: OpenRun) -> Iterator[str]:
    if run.case_counts.pending:
        yield f"{run.name}: {run.case_counts.pending} cases have not run"
    if run.manifest.inputs_if_known is None or run.manifest.project_root_if_known is None:
        yield f"{run.name}: its inputs are not recorded, so the project may have changed since"
    elif changes := changes_of(run.layout, run.manifest):
        more = f" and {len(changes) - 1} more" if len(changes) > 1 else ""
        yield f"{run.name}: the project has changed since: {changes[0]}{more}"
    yield from run.mixture_lines
    for name in run.across:
        if any(spec.measurement == name for spec in run.specs):
            yield f"{run.name}: {name} is measured across cases, which a part of the corners does not show"


def _about_limit(found: DecidingCorners, limit: DecidedLimit) -> Iterator[str]:
    name = limit_name(limit)
    if limit.missing:
        lost = ", ".join(found.points[place].name for place in sorted(limit.missing)[:4])
        yield f"{name}: no value at {lost}, which may be worse"
    for parameter in _inside(found, limit):
        yield f"{name}: the worst {parameter} is between others, so values between them may be worse"
    lead = limit.lead(found.chosen)
    if lead is not None and lead[1] < NEAR and _is_close(limit):
        other, share = found.points[lead[0]].name, 100 * lead[1]
        yield f"{name}: {other}, which is left out, is only {share:.1f} % of the spread better"


def _is_close(limit: DecidedLimit) -> bool:
    worst = limit.worst
    return worst is not None and abs(limit.margins[worst].margin) < NEAR * limit.spread


def limit_name(limit: DecidedLimit) -> str:
    """Such as ``gain (minimum)`` or ``gain (minimum) at cl=1p``."""
    where = f" at {limit.others}" if limit.others else ""
    return f"{limit.measurement} ({'minimum' if limit.is_minimum else 'maximum'}){where}"


def _inside(found: DecidingCorners, limit: DecidedLimit) -> Iterator[str]:
    """The numeric parameters whose value at the worst corner is neither the least nor the greatest."""
    if limit.worst is None:
        return
    for name, value in found.points[limit.worst].parameters.items():
        number = _number(value)
        values = [_number(found.points[place].parameters.get(name)) for place in limit.margins]
        numbers = [each for each in values if each is not None]
        if number is None or len(numbers) < len(values):
            continue
        if min(numbers) < number < max(numbers):
            yield f"{name} ({value})"


def _number(value: Value | None) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def earlier_verdicts(
    found: DecidingCorners, earlier: Collection[OpenRun], names: Collection[str]
) -> dict[str, list[str]]:
    """What the chosen corners would have missed in earlier runs: run -> specs with another status. Runs that
    lack one of the corners they need are left out.
    """
    verdicts = {}
    for run in earlier:
        if run.plan is None or run.case_counts.pending:
            continue
        places = places_in(run, found.points, names)
        kept = set(found.chosen) & set(places)
        if kept:
            verdicts[run.name] = list(undecided(run, kept, places))
    return verdicts
