"""Finds swept parameters without effect: all waveforms and measurements along the axis are identical.

A few cases show that an axis changes something, which is how it nearly always is; only where they are all
alike is every case looked at. Nothing is claimed while that is not certain: a case that is pending, a value
that failed where others did not, waveforms that are not known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from simorc.rundir.layout import RunLayout
from simorc.rundir.store.connection import Row
from simorc.rundir.store.reader import RunReader
from simorc.sweeps.axes import Corners, Listed, OneAtATime, Samples
from simorc.sweeps.plan import Plan

_TRIED = 16
"""Cases whose neighbours are looked at first."""
_PLACES = 8
"""Places of an axis looked at first."""
_ROWS = 500

Outcomes = Mapping[int, tuple[str, object]]
"""By case: its status, and what distinguishes its result from others (None: not known)."""


@dataclass(frozen=True)
class Unvaried:
    """An axis, or one parameter of one, that changed nothing."""

    names: tuple[str, ...]
    values: int
    monte_carlo: bool = False
    corners: bool = False

    def __str__(self) -> str:
        if self.monte_carlo:
            return (
                "Monte Carlo varied nothing: all samples have the same waveforms and measurements; "
                "no yield is claimed; use models with mismatch or variation, or give distributions"
            )
        what = "the corners" if self.corners else ", ".join(self.names)
        return (
            f"sweeping {what} changed nothing: all waveforms and measurements are the same to the bit for "
            f"its {self.values} values; check that the deck uses {'them' if self.corners else 'it'} and that "
            "no file it includes sets it again"
        )


@dataclass(frozen=True)
class _Line:
    """Places of one axis that should differ from each other."""

    axis: int
    places: Sequence[int]
    found: Unvaried


def unvaried(view: RunReader, plan: Plan) -> tuple[Unvaried, ...]:
    """Everything that a finished run swept in vain."""
    counts = view.counts()
    over = not counts["pending"] and not counts["in_progress"]
    return tuple(
        line.found for line in _lines(plan) if (over or line.found.monte_carlo) and _is_dead(view, plan, line)
    )


def monte_carlo_varies_nothing(layout: RunLayout, plan: Plan) -> bool:
    """Whether all samples of a run are identical, so that they give no information about yield."""
    with RunReader(layout) as view:
        return any(line.found.monte_carlo and _is_dead(view, plan, line) for line in _lines(plan))


def _lines(plan: Plan) -> Iterator[_Line]:
    for place, axis in enumerate(plan.axes):
        size = len(axis)
        if isinstance(axis, OneAtATime):
            offset = 1
            for name, column in axis.columns.items():
                places = [0, *range(offset, offset + len(column))]
                offset += len(column)
                yield _Line(place, places, Unvaried((name,), len(places)))
        elif size > 1:
            samples, corners = isinstance(axis, Samples), isinstance(axis, Corners)
            names = axis.names if isinstance(axis, Listed | Samples) else ()
            yield _Line(place, range(size), Unvaried(tuple(names), size, samples, corners))


def _is_dead(view: RunReader, plan: Plan, line: _Line) -> bool:
    if len(line.places) < 2 or not len(plan):
        return False
    step = max(1, len(plan) // _TRIED)
    spread = line.places[:: max(1, len(line.places) // _PLACES)]
    groups = [plan.along(case_id, line.axis, spread) for case_id in range(1, len(plan) + 1, step)]
    tried = _outcomes(view, sorted({case_id for group in groups for case_id in group}))
    if any(_differ(group, tried, line) for group in groups):
        return False
    everything = _outcomes(view)
    alike = 0
    for group in _groups(plan, line):
        if _differ(group, everything, line):
            return False
        alike += _completed(group, everything) > 1
    return alike > 0


def _differ(group: Sequence[int], outcomes: Outcomes, line: _Line) -> bool:
    """Whether the cases of a group came out differently, or it is not known whether they did."""
    found = [outcomes[case_id] for case_id in group if case_id in outcomes]
    if line.found.monte_carlo:
        found = [outcome for outcome in found if outcome[0] == "completed"]
    if any(status == "completed" and what is None for status, what in found):
        return True
    return len(set(found)) > 1


def _completed(group: Sequence[int], outcomes: Outcomes) -> int:
    return sum(1 for case_id in group if outcomes.get(case_id, ("",))[0] == "completed")


def _groups(plan: Plan, line: _Line) -> list[Sequence[int]]:
    """The cases grouped so that those of one group differ along the line only; positions outside the line
    form their own groups.
    """
    inside = set(line.places)
    codes: list[Sequence[int]] = [range(size) for size in plan.axis_sizes]
    codes[line.axis] = [0 if place in inside else place for place in range(plan.axis_sizes[line.axis])]
    return plan.grouped(codes)


def _outcomes(view: RunReader, case_ids: Sequence[int] | None = None) -> dict[int, tuple[str, object]]:
    """The outcome of these cases, of all that are over without `case_ids`."""
    measured = [column.name for column in view.columns() if column.role == "measurement"]
    found: dict[int, tuple[str, object]] = {}
    for where, args in _pieces(case_ids):
        for row in view.columns_of(["status", "kind", "fingerprint", *measured], where, args):
            found[row["id"]] = _outcome(row, measured)
    return found


def _pieces(case_ids: Sequence[int] | None) -> Iterator[tuple[str, Sequence[int]]]:
    if case_ids is None:
        yield "status IN ('completed', 'failed')", ()
        return
    for start in range(0, len(case_ids), _ROWS):
        piece = case_ids[start : start + _ROWS]
        yield f"id IN ({', '.join('?' * len(piece))})", piece


def _outcome(row: Row, measured: Sequence[str]) -> tuple[str, object]:
    """A failed case is identified by its kind, a completed one by all its numbers."""
    if row["status"] != "completed":
        return row["status"], row["kind"]
    if row["fingerprint"] is None:
        return "completed", None
    return "completed", hash((row["fingerprint"], *(row[name] for name in measured)))
