"""Whether two results of a case are the same: vectors bit for bit, measurements in all printed digits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from tests.conformance.engine import CaseResult
from tests.conformance.plain import Evidence
from tests.conformance.raw_plots import Column, RawPlot


def against_plain(evidence: Evidence, result: CaseResult) -> Iterator[str]:
    """Where simorc's result of a case is not what plain ngspice gives."""
    status = "completed" if evidence.completed else "failed"
    if result.status != status:
        why = evidence.trouble or ", ".join(sorted(evidence.failed))
        yield f"status: {result.status} ({result.kind} {result.message}), plain {status} {why}".rstrip()
    if evidence.completed or result.plots is not None:
        yield from plots_differ(evidence.plots, result.plots or [], "plain")
    yield from _measurements(evidence, result.measurements)


def warm_against_cold(cold: CaseResult, warm: CaseResult) -> Iterator[str]:
    """Where a case of a warm run is not that of a cold one."""
    if (cold.status, cold.kind) != (warm.status, warm.kind):
        shown = (f"{one.status} {one.kind} {one.message}".rstrip() for one in (warm, cold))
        yield "status: warm {}, cold {}".format(*shown)
    if dict(cold.measurements) != dict(warm.measurements):
        names = sorted(set(cold.measurements) | set(warm.measurements))
        pairs = ((name, warm.measurements.get(name), cold.measurements.get(name)) for name in names)
        yield from (f"{name}: warm {one!r}, cold {other!r}" for name, one, other in pairs if one != other)
    if (cold.plots is None) != (warm.plots is None):
        yield "waveforms: there in one of warm and cold alone"
    else:
        yield from plots_differ(cold.plots or [], warm.plots or [], "cold")


def plots_differ(wanted: Sequence[RawPlot], got: Sequence[RawPlot], against: str) -> Iterator[str]:
    """What of `wanted` has no equal in `got`; each plot is taken once, equal ones count as one."""
    left = list(got)
    for place, plot in enumerate(wanted):
        if any(plot.name == earlier.name and difference(plot, earlier) is None for earlier in wanted[:place]):
            continue  # plain ``-b`` runs the cards again behind a control block that ran them
        alike = [other for other in left if other.name == plot.name]
        equal = next((other for other in alike if difference(plot, other) is None), None)
        if equal is not None:
            left.remove(equal)
        elif alike:
            yield f"{plot.name}: {difference(plot, alike[0])} (against {against})"
            left.remove(alike[0])
        else:
            names = ", ".join(other.name for other in got) or "none"
            yield f"{plot.name}: no such plot, only {names} (against {against})"


def difference(one: RawPlot, other: RawPlot) -> str | None:
    """The first vector and point at which two plots of a name differ; None where all bits are equal.

    Vectors are found by their names, in whatever order and case they are written. The imaginary part of a
    complex plot's axis is left out: ngspice does not initialise it.
    """
    mine, others = _by_name(one), _by_name(other)
    if mine.keys() != others.keys():
        lacking, surplus = " ".join(mine.keys() - others.keys()), " ".join(others.keys() - mine.keys())
        return f"vectors missing: {lacking or 'none'}, surplus: {surplus or 'none'}"
    if one.columns.shape != other.columns.shape or one.columns.dtype != other.columns.dtype:
        return f"{len(one.columns)} and {len(other.columns)} points"
    for name, left in mine.items():
        right = others[name]
        if one.has_axis and name == one.vectors[0].lower():
            left, right = left.real, right.real
        differs = _bits(left) != _bits(right)
        if differs.any():
            point = int(np.flatnonzero(differs)[0]) // (2 if np.iscomplexobj(left) else 1)
            return f"{name} at point {point}: {left[point]} and {right[point]}"
    return None


def _by_name(plot: RawPlot) -> dict[str, Column]:
    return {name.lower(): plot.columns[:, place] for place, name in enumerate(plot.vectors)}


def _bits(column: Column) -> NDArray[np.uint64]:
    return np.ascontiguousarray(column).view(np.uint64)


def _measurements(evidence: Evidence, values: Mapping[str, float]) -> Iterator[str]:
    lowered = {name.lower(): value for name, value in values.items()}
    for name, text in evidence.printed.items():
        if name not in lowered:
            yield f"{name}: missing, plain {text}"
        elif not agrees(text, lowered[name]):
            yield f"{name}: {lowered[name]!r}, plain {text}"
    for name in sorted(evidence.failed & lowered.keys()):
        yield f"{name}: {lowered[name]!r}, plain has no value"


def agrees(printed: str, value: float) -> bool:
    """Whether `value` is printed as `printed`, to half a unit of its last digit."""
    mantissa, _, exponent = printed.lower().partition("e")
    decimals = len(mantissa.partition(".")[2])
    unit = 10.0 ** (int(exponent or 0) - decimals)
    return abs(value - float(printed)) <= 0.5000001 * unit
