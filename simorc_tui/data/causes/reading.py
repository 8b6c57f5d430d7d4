"""Reads the causes of a run: its specs, its deciding corners and the stored analyses. Slow: for a thread."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from simorc.analysis.stored_analyses import StoredAnalysis, stored_analyses
from simorc.errors import SimorcError
from simorc.reports.causes import device_of, doubts_about, root_of
from simorc.reports.spec_sheet import spec_rows
from simorc.results.corner_doubts import limit_name
from simorc.results.deciding_corners import DecidedLimit, DecidingCorners, deciding_corners
from simorc.results.open_run import OpenRun
from simorc.shown_values import parameters_text
from simorc.units import format_si
from simorc_tui.data.causes.model import (
    Causes,
    Deciding,
    Distance,
    Share,
    Slope,
    Source,
    SpecCauses,
    Spread,
    Tornado,
    Yielded,
)

Parts = dict[str, dict[Any, Any]]
Found = Iterator[tuple[str, Any]]


def read_causes(run: OpenRun, names: Sequence[str] = ()) -> Causes:
    """The causes of a run. `names` are analyses from which new ones can be started."""
    root = root_of(run)
    stored, remarks = stored_analyses(root) if root is not None else ([], [])
    parts: dict[str, Parts] = {}
    sources: list[Source] = []
    for each in stored:
        if each.testbench != str(run.manifest.testbench):
            continue
        try:
            found = list(_FORMS[each.kind](run, each))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            remarks.append(f"{each.name}.{each.kind}.json: not a stored analysis: {error!r}")
            continue
        sources.append(Source(each.name, each.kind, each.created, tuple(doubts_about(run, each))))
        for measurement, part in found:
            _keep(parts.setdefault(measurement, {}), each.name, part)
    corners, words = _corners(run)
    specs = [
        replace(_spec(SpecCauses(row), parts.get(row.name, {})), corners=corners.get(row.name, ()))
        for row in spec_rows(run)
    ]
    return Causes(
        *(run.name, str(run.manifest.testbench), tuple(specs), tuple(sources), tuple(names)),
        *(tuple(remarks), words, frozenset(each.kind for each in sources)),
    )


def _keep(parts: Parts, analysis: str, part: Any) -> None:
    """Add a part. The distances of a limit are in two analyses of one name: those with an interval count."""
    if isinstance(part, Distance):
        key = analysis, part.condition, part.limit
        known = parts.setdefault("Distance", {}).get(key)
        if known is None or (known.low is None and known.high is None):
            parts["Distance"][key] = part
    else:
        own = parts.setdefault(type(part).__name__, {})
        own[len(own)] = part


def _spec(spec: SpecCauses, parts: Parts) -> SpecCauses:
    """A spec with its parts, the worst first."""
    return replace(
        spec,
        spreads=tuple(sorted(parts.get("Spread", {}).values(), key=lambda each: -each.sigma)),
        tornados=tuple(parts.get("Tornado", {}).values()),
        distances=tuple(sorted(parts.get("Distance", {}).values(), key=_order)),
        yields=tuple(sorted(parts.get("Yielded", {}).values(), key=lambda each: each.fraction)),
    )


def _order(distance: Distance) -> float:
    return math.inf if distance.sigma is None else distance.sigma


# Stored analyses ------------------------------------------------------------------------------------------


def _spreads(run: OpenRun, analysis: StoredAnalysis) -> Found:
    for row in analysis.found["contributions"]:
        name = row["measurement"]
        text = run.shown(name).text
        shares = [
            Share(
                *(each["variable"], device_of(each["variable"]) or "process", each["share"], each["slope"]),
                text(each["slope"], 4),
            )
            for each in row["variables"]
        ]
        sigma = text(row["sigma"], 4).removeprefix("-")
        yield name, Spread(row["condition"], row["sigma"], sigma, row["r_squared"], tuple(shares))


def _tornados(run: OpenRun, analysis: StoredAnalysis) -> Found:
    for row in analysis.found["sensitivities"]:
        name = row["measurement"]
        text = run.shown(name).text
        slopes = [
            Slope(
                parameter=each["parameter"],
                device=each["parameter"].rpartition(".")[0] if each["kind"] == "dimension" else "",
                change=each["change"],
                change_text=text(each["change"], 4),
                step="1 %" if each["value"] else format_si(each["step"]),
                relative=each["percent_per_percent"],
                is_linear=each["linear"],
            )
            for each in row["parameters"]
            if each["change"]
        ]
        yield name, Tornado(row["condition"], tuple(slopes))


def _distances(run: OpenRun, analysis: StoredAnalysis) -> Found:
    for row in analysis.found["limits"]:
        estimate = row["estimate"] or {}
        point = row["point"] if row["settled"] else {}
        sigma = estimate.get("sigma", row["distance"])
        yield (
            row["measurement"],
            Distance(
                *(row["condition"], _limit(run, row["limit"]), sigma),
                *(estimate.get("sigma_low"), estimate.get("sigma_high")),
                *(row["normal_distance"], row["normal"]),
                reason="" if sigma is not None else row["reason"] or "no sample violates it",
                point=tuple((name, device_of(name) or "process", value) for name, value in point.items()),
            ),
        )


def _limit(run: OpenRun, text: str) -> str:
    """``< 5 mV`` of ``offset < 0.005``; a negative display scale turns it round."""
    name, sign, value = text.rsplit(" ", 2)
    shown = run.shown(name)
    if shown.scale < 0:
        sign = {"<": ">", ">": "<"}[sign]
    return f"{sign} {shown.text(float(value))}"


def _yields(run: OpenRun, analysis: StoredAnalysis) -> Found:
    for row in analysis.found["rows"]:
        ends = row["yield_low"], row["yield_high"]
        counted = row["passed"], row["samples"], row["yield"]
        yield row["measurement"], Yielded(row["condition"], *counted, *ends)
    yield from _distances(run, analysis)


_FORMS: Mapping[str, Callable[[OpenRun, StoredAnalysis], Found]] = {
    "mismatch": _spreads,
    "sensitivity": _tornados,
    "wcd": _distances,
    "yield": _yields,
}


# The corners of the run ------------------------------------------------------------------------------------


def _corners(run: OpenRun) -> tuple[dict[str, list[Deciding]], str]:
    """The worst corner of each limit by measurement, and a summary or the reason why there is none."""
    try:
        found = deciding_corners([run])
    except SimorcError as error:
        return {}, error.message
    by_name: dict[str, list[Deciding]] = {}
    for limit in found.limits:
        if limit.worst is not None:
            by_name.setdefault(limit.measurement, []).append(_deciding(run, found, limit, limit.worst))
    if len(found.points) < 2:
        return by_name, "This run has one corner."
    more = "" if found.fewest else " (fewer may)"
    return by_name, f"{len(found.chosen)} of {len(found.points)} corners decide every limit{more}"


def _deciding(run: OpenRun, found: DecidingCorners, limit: DecidedLimit, place: int) -> Deciding:
    point, least = found.points[place], limit.margins[place]
    return Deciding(
        corner=point.name,
        parameters=parameters_text(point.parameters, " "),
        limit=limit_name(limit),
        margin=run.shown(limit.measurement).text(least.margin, 4),
        status=least.status,
        case=_case(run, found, limit, place),
        chosen=place in found.chosen,
    )


def _case(run: OpenRun, found: DecidingCorners, limit: DecidedLimit, place: int) -> int | None:
    """The case of a corner with the least margin to a limit; None where it has none."""
    values = run.frame.measurements.get(limit.measurement)
    if values is None:
        return None
    sign = 1 if limit.is_minimum else -1
    cases = [
        (sign * float(values[index]), int(run.frame.ids[index]))
        for index, corner in enumerate(found.by_run[run.name])
        if corner == place and math.isfinite(float(values[index]))
    ]
    return min(cases, default=(0.0, None))[1]
