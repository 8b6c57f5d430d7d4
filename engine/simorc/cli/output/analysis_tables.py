"""Tables of contributions, sensitivities, worst-case distances and yields."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from simorc.cli.output.tables import table
from simorc.text import plain

if TYPE_CHECKING:
    from simorc.analysis.failure_probability.importance import Estimate
    from simorc.analysis.mismatch import Contributions
    from simorc.analysis.sensitivity import Effect, Sensitivities
    from simorc.analysis.worst_case import LimitDistance, RangeDistance
    from simorc.analysis.yields import YieldRow
    from simorc.netlist.random_variables.variables import HoistedDeck

_BAR = 24
_MOST_ROWS = 20
_POINT = 4


def remarks_of(deck: HoistedDeck) -> Iterator[str]:
    """What is remarkable about the random variables of a deck, a line each."""
    if deck.drawn_at_each_use:
        names = _some(deck.drawn_at_each_use)
        yield f"warning: ngspice draws {names} anew at each use; here each has one value for a device or die"
    if deck.left_random:
        yield f"warning: still random in each simulation: {_some(deck.left_random)}"
    if deck.dead:
        yield f"note: {len(deck.dead)} random calls of the deck vary nothing: {_some(deck.dead)}"


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - 4} more" if len(names) > 4 else ""
    return plain(", ".join(names[:4]) + more)


def contribution_lines(found: Contributions, unit: str) -> Iterator[str]:
    """The contributions to one measurement: a headline, and a bar for each variable."""
    terms = "linear and quadratic terms" if found.quadratic else "linear terms"
    yield (
        f"{plain(found.measurement)} at {plain(found.condition)}: sigma {_value(found.sigma, unit)} around "
        f"{_value(found.nominal, unit)}; R² of the linear model {found.r_squared:.6g}, {terms}; "
        f"{found.simulations} simulations"
    )
    rows = [
        (
            plain(each.variable),
            f"{100 * each.share:.1f}%",
            _value(each.slope, unit),
            "█" * round(_BAR * each.share),
        )
        for each in found.parts[:_MOST_ROWS]
    ]
    yield from table(("variable", "share", "per sigma", ""), rows, right=frozenset({1, 2}))
    if (rest := len(found.parts) - len(rows)) > 0:
        share = sum(each.share for each in found.parts[_MOST_ROWS:])
        yield f"and {rest} more variables: {100 * share:.1f}% together"


def sensitivity_lines(found: Sensitivities, unit: str) -> Iterator[str]:
    """The sensitivities of one measurement: a headline, a bar for each parameter to the side of its sign,
    and what has to be said about them.
    """
    nominal = "no value" if found.nominal is None else _value(found.nominal, unit)
    where = f"{plain(found.measurement)} at {plain(found.condition)}"
    yield f"{where}: {nominal}; {found.simulations} simulations"
    acting = [each for each in found.effects if each.change]
    if acting:
        largest = abs(acting[0].change)
        header = ("parameter", "value", "sensitivity", "change for 1 %", "")
        rows = [_effect_row(each, unit, largest) for each in acting[:_MOST_ROWS]]
        yield from table(header, rows, right=frozenset({1, 2, 3}))
    if rest := acting[_MOST_ROWS:]:
        yield f"and {len(rest)} more parameters: at most {_value(abs(rest[0].change), unit)} each"
    if still := [each.step.parameter for each in found.effects if not each.change]:
        yield plain(f"no effect: {', '.join(still)}")
    yield from _effect_remarks(found.effects)
    for gap in found.gaps:
        yield plain(f"no sensitivity to {gap.parameter}: {gap.reason}")


def _effect_row(each: Effect, unit: str, largest: float) -> tuple[str, ...]:
    if each.normalised is None:
        sensitivity = f"{_value(each.slope, unit)} per 1"
    else:
        sensitivity = f"{each.normalised:+.3g} %/%"
    change = _value(each.change, unit) + ("" if each.step.value else f" for {_value(each.step.size, '')}")
    return (
        plain(each.step.parameter),
        plain(each.step.shown_value),
        sensitivity,
        change,
        _side(each, largest),
    )


def _side(each: Effect, largest: float) -> str:
    """A bar left (negative) or right of a line."""
    half = _BAR // 2
    bar = "█" * round(half * abs(each.change) / largest)
    return f"{bar:>{half}}│" if each.change < 0 else f"{'':{half}}│{bar}"


def _effect_remarks(effects: Sequence[Effect]) -> Iterator[str]:
    for each in effects:
        name = plain(each.step.parameter)
        if each.step.is_whole:
            only = ", only upwards" if each.step.low is None else ""
            yield f"note: {name} is a whole number: stepped by 1{only}"
        elif each.step.dimension is not None and each.step.low is None:
            side = "upwards" if each.step.size > 0 else "downwards"
            yield f"note: {name}: stepped only {side}: the other simulation failed"
        if each.is_bent:
            yield f"warning: {name}: a step up and a step down do not change it oppositely: not linear here"


def distance_lines(found: Sequence[LimitDistance], both: Sequence[RangeDistance]) -> Iterator[str]:
    """The worst-case distance of each limit, and the points in terms of devices."""
    rows = [_distance_row(each) for each in found]
    header = ("condition", "limit", "sigma", "interval", "normal fit", "simulations", "worst-case point")
    yield from table(header, rows, right=frozenset({2, 4, 5}))
    for each in both:
        yield (
            f"{plain(each.measurement)} at {plain(each.condition)}: both sides together "
            f"{_probability(each.probability)}, {_sigma(each.sigma)} sigma"
        )
    for one in found:
        yield from _distance_remarks(one)


def _distance_row(each: LimitDistance) -> tuple[str, ...]:
    sigma = _sigma(each.sigma) if each.sigma is not None else "not settled"
    return (
        plain(each.condition.name),
        plain(each.limit.name),
        sigma,
        "" if each.estimate is None else _interval(each.estimate),
        _sigma(each.normal),
        str(each.simulations),
        _point(each) if each.worst.settled else "",
    )


def _point(each: LimitDistance) -> str:
    largest = list(each.variables.items())[:_POINT]
    text = ", ".join(f"{name} {value:+.2f}" for name, value in largest)
    more = len(each.variables) - len(largest)
    return plain(f"{text} and {more} more" if more > 0 else text)


def _distance_remarks(each: LimitDistance) -> Iterator[str]:
    where = f"{plain(each.limit.name)} at {plain(each.condition.name)}"
    if not each.worst.settled:
        yield f"warning: {where}: the search did not settle: {plain(each.worst.reason)}"
    for region in each.further:
        point = ", ".join(f"{name} {value:+.2f}" for name, value in [*each.point_of(region).items()][:_POINT])
        yield plain(f"{where}: another failure region at {_sigma(region.distance)} sigma: {point}")
    if each.is_normal is False and each.sigma is not None:
        yield (
            f"warning: {where}: not normal: a normal fit says {_sigma(each.normal)} sigma, "
            f"it is {_sigma(each.sigma)}"
        )
    if (estimate := each.estimate) is not None:
        yield (
            f"{where}: probability {_probability(estimate.probability)}, 99 % between "
            f"{_probability(estimate.low)} and {_probability(estimate.high)} "
            f"({estimate.method}, {estimate.samples} samples, {estimate.failures} violate, "
            f"variation {_percent(estimate.variation)})"
        )
        if estimate.unknown:
            yield f"warning: {where}: {estimate.unknown} simulations failed; the interval has both outcomes"


def _interval(estimate: Estimate) -> str:
    low, high = estimate.sigma_interval
    return f"{_sigma(low)} … {_sigma(high)}"


def yield_lines(rows: Iterable[YieldRow]) -> Iterator[str]:
    """A line for each spec and condition, and the totals."""
    header = ("condition", "spec", "yield", "95 %", "samples", "violations", "sigma", "interval")
    cells = [
        (
            plain(row.condition),
            plain(row.measurement),
            f"{100 * row.sampled.fraction:.4g}%",
            f"{100 * row.sampled.low:.4g} … {100 * row.sampled.high:.4g}%",
            f"{row.sampled.passed}/{row.sampled.total}",
            "unknown" if row.violations is None else _probability(row.violations),
            "" if row.sigma is None else _sigma(row.sigma),
            ""
            if row.low is None or row.high is None
            else f"{_probability(row.low)} … {_probability(row.high)}",
        )
        for row in rows
    ]
    return table(header, cells, right=frozenset({2, 3, 4, 5, 6}))


def _value(value: float, unit: str) -> str:
    from simorc.units import format_si

    return format_si(value, unit)


def _sigma(value: float) -> str:
    return f"{value:.3f}" if math.isfinite(value) else "∞" if value > 0 else "-∞"


def _probability(value: float) -> str:
    return f"{value:.3g}"


def _percent(value: float) -> str:
    return f"{100 * value:.1f} %" if math.isfinite(value) else "unknown"
