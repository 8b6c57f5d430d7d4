"""Specs over the cases of a run: verdict of each case, and the worst case.

A measurement on its limit passes. A case that completed without the measurement is *missing*, one whose
simulation failed is *error*; both count against the spec. Cases not run yet count neither way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from simorc.config.definitions import Spec, margin_of
from simorc.measurements.spec_limits import SLACK
from simorc.results.frame import Floats, Frame, Texts

__all__ = [
    "STATUSES",
    "Judged",
    "Spec",
    "SpecResult",
    "WorstCase",
    "evaluate_spec",
    "evaluate_specs",
    "judge_cases",
    "margin_of",
    "worst_case",
]
STATUSES = ("pass", "near", "fail", "missing", "error", "pending")


@dataclass(frozen=True)
class Judged:
    """A spec case by case. ``margin`` is the distance to the nearer limit, negative outside, NaN without
    value; ``codes`` are places in ``STATUSES``.
    """

    values: Floats
    low: Floats
    high: Floats
    margin: Floats
    codes: npt.NDArray[np.uint8]

    @property
    def status(self) -> Texts:
        """The status of every case, in words."""
        return np.array(STATUSES, dtype=np.object_)[self.codes]


def judge_cases(frame: Frame, spec: Spec) -> Judged:
    """The status of every case of the frame under one spec."""
    values = frame.values_if_measured(spec.measurement)
    low, high = _limits(frame, spec)
    margin = np.minimum(values - low, high - values)
    slack = SLACK * np.where(np.isfinite(values), np.abs(values), 0)
    near = np.minimum(_near_above(values, low, high, spec), _near_below(values, low, high, spec))
    codes = np.full(len(frame), STATUSES.index("pass"), dtype=np.uint8)
    codes[(near < 0) & (spec.near is not None)] = STATUSES.index("near")
    codes[margin < -slack] = STATUSES.index("fail")
    codes[~np.isfinite(values)] = STATUSES.index("missing")
    codes[frame.failed] = STATUSES.index("error")
    codes[~frame.completed & ~frame.failed] = STATUSES.index("pending")
    return Judged(values, low, high, margin, codes)


def _limits(frame: Frame, spec: Spec) -> tuple[Floats, Floats]:
    low, high = (np.full(len(frame), each) for each in spec.limits_in(None))
    # A bundle is more specific than the parameter it sets, so its limits come last.
    for corner in (frame.parameters.get("corner"), frame.bundles):
        for name in spec.corners if corner is not None else ():
            here = np.asarray(corner == name, dtype=np.bool_)
            low[here], high[here] = spec.limits_in(name)
    return low, high


def _near_above(values: Floats, low: Floats, high: Floats, spec: Spec) -> Floats:
    return values - low - _near_margin(low, high, low, spec)


def _near_below(values: Floats, low: Floats, high: Floats, spec: Spec) -> Floats:
    return high - values - _near_margin(low, high, high, spec)


def _near_margin(low: Floats, high: Floats, limit: Floats, spec: Spec) -> Floats:
    """How close to ``limit`` is near; a share of a limit of 0 is taken of the span between the limits."""
    if spec.near is None:
        return np.zeros(len(limit))
    span = np.where(np.isfinite(low) & np.isfinite(high), high - low, 0.0)
    of = np.where(limit == 0, span, np.where(np.isfinite(limit), np.abs(limit), 0.0))
    share = margin_of(spec.near, 1.0)
    return of * share if isinstance(spec.near, str) and "%" in spec.near else np.full(len(limit), share)


@dataclass(frozen=True)
class WorstCase:
    """The case closest to its limit or furthest beyond; ``percent`` is of that limit (None if it is 0)."""

    case_id: int
    value: float
    parameters: Mapping[str, Any]
    limit: float | None
    margin: float | None
    percent: float | None


@dataclass(frozen=True)
class SpecResult:
    """One spec over a run. ``status``: fail (a value violates it), missing (a value or simulation is not
    there), near, pass, or empty (nothing has run yet).
    """

    spec: Spec
    status: str
    counts: Mapping[str, int]
    least: float | None = None
    mean: float | None = None
    most: float | None = None
    worst: WorstCase | None = None

    @property
    def passed(self) -> bool:
        """Whether every case that was run meets it; an empty run passes nothing."""
        return self.status in ("pass", "near")

    @property
    def judged(self) -> int:
        """How many cases count: all that were run, failed simulations with them."""
        return sum(n for status, n in self.counts.items() if status != "pending")


def evaluate_spec(frame: Frame, spec: Spec) -> SpecResult:
    """One spec over the cases of a frame."""
    judged = judge_cases(frame, spec)
    numbers = np.bincount(judged.codes, minlength=len(STATUSES)).tolist()
    counts = dict(zip(STATUSES, numbers, strict=True))
    there = np.isfinite(judged.values)
    if not np.any(there):
        return SpecResult(spec, _overall(counts), counts)
    values = judged.values[there]
    return SpecResult(
        *(spec, _overall(counts), counts),
        *(float(values.min()), float(values.mean()), float(values.max())),
        worst_case(frame, spec, judged),
    )


def evaluate_specs(
    frame: Frame, specs: Sequence[Spec], others: Mapping[str, Frame] | None = None
) -> list[SpecResult]:
    """Every spec; ``others`` are the frames of measurements across cases, by the measurement's name."""
    across = others or {}
    return [evaluate_spec(across.get(spec.measurement, frame), spec) for spec in specs]


def _overall(counts: Mapping[str, int]) -> str:
    if counts["fail"]:
        return "fail"
    if counts["missing"] or counts["error"]:
        return "missing"
    if counts["near"]:
        return "near"
    return "pass" if counts["pass"] else "empty"


def worst_case(frame: Frame, spec: Spec, judged: Judged) -> WorstCase:
    """The case with the smallest margin; without limits, the one furthest from ``typ``."""
    there = np.isfinite(judged.values)
    limited = np.isfinite(judged.margin)
    if np.any(there & limited):
        index = int(np.nanargmin(np.where(there & limited, judged.margin, np.nan)))
        return _limited_worst(frame, judged, index)
    middle = np.nanmean(judged.values) if spec.typ is None else spec.typ
    index = int(np.nanargmax(np.abs(judged.values - middle)))
    return WorstCase(
        int(frame.ids[index]), float(judged.values[index]), frame.parameters_of(index), None, None, None
    )


def _limited_worst(frame: Frame, judged: Judged, index: int) -> WorstCase:
    value, low, high = (float(column[index]) for column in (judged.values, judged.low, judged.high))
    limit = low if value - low <= high - value else high
    margin = float(judged.margin[index])
    percent = 100 * margin / abs(limit) if limit else None
    return WorstCase(int(frame.ids[index]), value, frame.parameters_of(index), limit, margin, percent)
