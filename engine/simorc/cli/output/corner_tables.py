"""Which corners decide the limits of some runs, and which of them are enough."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from simorc.cli.output.tables import table
from simorc.shown_values import parameters_text
from simorc.text import plain

if TYPE_CHECKING:
    from simorc.analysis.corners.check import CheckedSpec
    from simorc.results.deciding_corners import DecidedLimit, DecidingCorners
    from simorc.units import ShownAs

Shown = Mapping[tuple[str, str], "ShownAs"]
"""(run, measurement) -> how its values are shown."""


def deciding_lines(found: DecidingCorners, shown: Shown) -> Iterator[str]:
    """The worst corner of each limit, then the chosen corners with what they decide."""
    header = ("run", "limit", "worst corner", "margin", "status")
    yield from table(header, [_limit_row(found, each, shown) for each in found.limits], right=frozenset({3}))
    yield ""
    words = "the fewest that decide" if found.fewest else "which decide (perhaps fewer would)"
    yield f"{len(found.chosen)} of {len(found.points)} corners, {words} every limit:"
    rows = [
        (plain(point.name), parameters_text(point.parameters, " "), _decides(found, place))
        for place, point in ((place, found.points[place]) for place in found.chosen)
    ]
    yield from table(("corner", "parameters", "worst corner of"), rows)


def _limit_row(found: DecidingCorners, limit: DecidedLimit, shown: Shown) -> tuple[str, ...]:
    from simorc.results.corner_doubts import limit_name

    if limit.worst is None:
        return plain(limit.run), plain(limit_name(limit)), "", "", "missing"
    margin = shown[limit.run, limit.measurement].text(limit.margins[limit.worst].margin, 4)
    corner = plain(found.points[limit.worst].name)
    return plain(limit.run), plain(limit_name(limit)), corner, plain(margin), limit.status


def _decides(found: DecidingCorners, place: int) -> str:
    from simorc.results.corner_doubts import limit_name

    names = list(dict.fromkeys(limit_name(each) for each in found.limits_of(place)))
    more = f" and {len(names) - 4} more" if len(names) > 4 else ""
    return plain(", ".join(names[:4]) + more)


def checked_lines(checked: Sequence[CheckedSpec]) -> Iterator[str]:
    """What the simulations of the chosen corners say, beside the verdicts of the runs."""
    words = {True: "met", False: "violated", None: "no value"}
    for each in checked:
        if not each.same:
            was, is_now = words[each.stored], words[each.simulated]
            yield plain(
                f"{each.run}: {each.measurement} is {is_now} at the chosen corners, was {was} in the run"
            )


def deciding_json(found: DecidingCorners) -> dict[str, Any]:
    """Everything as plain data."""
    return {
        "corners": [_corner_json(found, place) for place in found.chosen],
        "corners_in_all": len(found.points),
        "fewest": found.fewest,
        "limits": [_limit_json(found, each) for each in found.limits],
    }


def _corner_json(found: DecidingCorners, place: int) -> dict[str, Any]:
    point = found.points[place]
    return {"name": point.name, "parameters": dict(point.parameters)}


def _limit_json(found: DecidingCorners, limit: DecidedLimit) -> dict[str, Any]:
    return {
        "run": limit.run,
        "measurement": limit.measurement,
        "side": "minimum" if limit.is_minimum else "maximum",
        "others": limit.others,
        "status": limit.status,
        "worst": None if limit.worst is None else found.points[limit.worst].name,
        "margins": {found.points[place].name: each.margin for place, each in limit.margins.items()},
        "missing": [found.points[place].name for place in sorted(limit.missing)],
    }
