"""Which corners decide which limits of specs in some runs, and the fewest that decide all of them.

A corner decides a limit if no other is nearer to it, or farther beyond it. A value that is missing decides
as well: a spec without it is neither met nor violated.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from simorc.config.definitions import Spec
from simorc.results.corner_points import CornerCases, CornerPoint, check_names
from simorc.results.open_run import OpenRun
from simorc.results.set_cover import smallest_cover
from simorc.results.specs import STATUSES, Judged, evaluate_spec, judge_cases

WITHIN = 0.0
"""How much farther from a limit than the worst corner another may be to decide it too, as a share of the
spread over the corners.
"""


@dataclass(frozen=True)
class CornerMargin:
    """The least margin to a limit at a corner, in the unit of the measurement, and its status."""

    margin: float
    status: str


@dataclass(frozen=True)
class DecidedLimit:
    """One limit of a run: a minimum or a maximum, at the values `others` of what makes no corner.

    `margins` are those of the corners with a value, `missing` the corners without one; both are by the place
    of the corner. `status` is that of the worst corner, or ``missing`` where no corner has a value.
    """

    run: str
    measurement: str
    is_minimum: bool
    others: str
    margins: Mapping[int, CornerMargin]
    missing: Collection[int] = ()

    @property
    def worst(self) -> int | None:
        """The corner with the least margin; of equal ones the first."""
        return min(self.margins, key=lambda place: (self.margins[place].margin, place), default=None)

    @property
    def status(self) -> str:
        return "missing" if self.worst is None else self.margins[self.worst].status

    def decided_by(self, within: float = WITHIN, *, verdict_only: bool = False) -> list[frozenset[int]]:
        """The corners that decide the limit: one of each set is needed. With `verdict_only` every corner that
        violates a violated limit decides it.
        """
        demands = [frozenset(self.missing)] if self.missing else []
        if self.worst is None:
            return demands
        least = self.margins[self.worst]
        same = {place: each.margin for place, each in self.margins.items() if each.status == least.status}
        if verdict_only and least.status == "fail":
            return [*demands, frozenset(same)]
        most = least.margin + within * self.spread
        return [*demands, frozenset(place for place, margin in same.items() if margin <= most)]

    @property
    def spread(self) -> float:
        """The difference between the largest and the least margin over the corners."""
        margins = [each.margin for each in self.margins.values()]
        return max(margins) - min(margins) if margins else 0.0

    def lead(self, chosen: Collection[int]) -> tuple[int, float] | None:
        """The worst corner that is not chosen, and how much farther from the limit it is than the worst one
        that is, as a share of the spread; None where all are chosen or nothing differs.
        """
        others = [place for place in self.margins if place not in chosen]
        own = [self.margins[place].margin for place in self.margins if place in chosen]
        if not others or not own or self.spread == 0:
            return None
        next_one = min(others, key=lambda place: (self.margins[place].margin, place))
        return next_one, (self.margins[next_one].margin - min(own)) / self.spread


@dataclass(frozen=True)
class DecidingCorners:
    """The corners of some runs, the limits that they decide, and the chosen ones: places in `points`.

    `fewest`: no smaller set decides all limits.
    """

    points: Sequence[CornerPoint]
    limits: Sequence[DecidedLimit]
    chosen: Sequence[int]
    fewest: bool
    by_run: Mapping[str, Sequence[int]] = field(default_factory=dict)

    def limits_of(self, place: int) -> list[DecidedLimit]:
        """The limits of which a corner is the worst."""
        return [each for each in self.limits if each.worst == place]

    def corners_of(self, run: str) -> list[int]:
        """The chosen corners that a run has."""
        own = set(self.by_run[run])
        return [place for place in self.chosen if place in own]


def deciding_corners(
    runs: Sequence[OpenRun],
    names: Collection[str] = (),
    within: float = WITHIN,
    *,
    verdict_only: bool = False,
) -> DecidingCorners:
    """The fewest corners that decide every limit of these runs. `names` are the parameters that make a
    corner; empty: all that are swept and not random.

    Raises UsageError for a run whose cases are not known and for a parameter that no run sweeps.
    """
    check_names(runs, names)
    known = CornerCases()
    limits: list[DecidedLimit] = []
    by_run: dict[str, Sequence[int]] = {}
    for run in runs:
        places = known.of_run(run, names)
        by_run[run.name] = [place for place, _ in places]
        limits += _limits_of(run, places)
    demands = [
        demand for each in limits for demand in each.decided_by(within, verdict_only=verdict_only) if demand
    ]
    chosen, fewest = smallest_cover(demands)
    return DecidingCorners(known.points, limits, chosen, fewest, by_run)


def undecided(run: OpenRun, kept: Collection[int], places: Sequence[int]) -> Iterator[str]:
    """The specs whose status over the corners `kept` differs from that over all of them: nothing, if they
    decide the run. `places` are the corners of its cases.
    """
    frame = run.frame.select(np.isin(np.array(places, dtype=np.int64), sorted(kept)))
    for spec in run.own_specs:
        whole, part = evaluate_spec(run.frame, spec).status, evaluate_spec(frame, spec).status
        if whole != part:
            yield f"{spec.measurement}: {part} instead of {whole}"


def places_in(run: OpenRun, points: Sequence[CornerPoint], names: Collection[str]) -> list[int]:
    """The corner of each case of another run: its place in `points`, -1 for a corner that is not there."""
    own = CornerCases()
    at = [place for place, _ in own.of_run(run, names)]
    known = {point.key: place for place, point in enumerate(points)}
    return [known.get(own.points[place].key, -1) for place in at]


def _limits_of(run: OpenRun, places: Sequence[tuple[int, str]]) -> Iterator[DecidedLimit]:
    groups: dict[str, list[int]] = {}
    for index, (_, others) in enumerate(places):
        groups.setdefault(others, []).append(index)
    for spec in run.own_specs:
        judged = judge_cases(run.frame, spec)
        for is_minimum in (True, False):
            for others, cases in groups.items():
                limit = _limit(run.name, spec, is_minimum, judged, (others, cases), places)
                if limit is not None:
                    yield limit


def _limit(
    run: str,
    spec: Spec,
    is_minimum: bool,
    judged: Judged,
    group: tuple[str, Sequence[int]],
    places: Sequence[tuple[int, str]],
) -> DecidedLimit | None:
    """One side of a spec in a group of cases; None where no case has that limit."""
    bound = judged.low if is_minimum else judged.high
    others, cases = group
    limited = [case for case in cases if math.isfinite(float(bound[case]))]
    margins: dict[int, CornerMargin] = {}
    missing: set[int] = set()
    for case in limited:
        place, status = places[case][0], STATUSES[int(judged.codes[case])]
        if status in ("missing", "error"):
            missing.add(place)
        elif status != "pending":
            value = float(judged.values[case] - bound[case]) * (1 if is_minimum else -1)
            near = status if status != "fail" or value < 0 else "pass"
            if place not in margins or value < margins[place].margin:
                margins[place] = CornerMargin(value, near)
    return DecidedLimit(run, spec.measurement, is_minimum, others, margins, missing) if limited else None
