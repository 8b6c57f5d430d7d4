"""Measurements across cases: a measurement reduced over one or several parameters for each value of the
others."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from simorc.config.definitions import AcrossDefinition, MeasurementDefinitions
from simorc.config.names import did_you_mean
from simorc.errors import UsageError
from simorc.results.frame import Floats, Frame, column_of, texts_of
from simorc.results.statistics import deviation


def _tempco(values: Floats, over: Floats) -> float:
    """The least-squares slope relative to the mean, per unit of the parameter (times 1e6: ppm per degree)."""
    centred = over - over.mean()
    spread = float(np.dot(centred, centred))
    mean = float(values.mean())
    return float(np.dot(centred, values)) / spread / mean if spread > 0 and mean != 0 else np.nan


def _spread(values: Floats, over: Floats) -> float:
    """Largest minus smallest; one value has none."""
    return float(np.ptp(values)) if len(values) > 1 else np.nan


REDUCTIONS: Mapping[str, Callable[[Floats, Floats], float]] = {
    "max": lambda values, over: float(values.max()),
    "min": lambda values, over: float(values.min()),
    "mean": lambda values, over: float(values.mean()),
    "median": lambda values, over: float(np.median(values)),
    "sigma": lambda values, over: deviation(values) if len(values) > 1 else np.nan,
    "spread": _spread,
    "tempco": _tempco,
}


def across_frame(frame: Frame, name: str, across: AcrossDefinition, unit: str = "") -> Frame:
    """One row per combination of the held parameters, with the reduced value as measurement ``name``.

    A row is numbered by the case with the extreme value (the first case for the other reductions). It is
    failed if a simulation in it failed, pending while one is to come; a missing value in it makes it missing,
    and so is the spread, sigma or tempco of a single case. Monte Carlo samples are held unless ``over`` names
    ``sample``.
    """
    over = across.over
    by_sample = frame.samples is not None
    for parameter in over:
        if parameter not in frame.parameters and not (by_sample and parameter == "sample"):
            raise UsageError(
                f"{name}: {parameter} is not swept in this run{did_you_mean(parameter, frame.parameters)}"
            )
    axis = frame.parameters.get(over[0], frame.samples)
    assert axis is not None
    if across.reduce == "tempco" and axis.dtype == np.object_:
        raise UsageError(f"{name}: tempco needs a numeric parameter, and the values of {over[0]} are text")
    held = [parameter for parameter in frame.parameters if parameter not in over]
    if by_sample and "sample" in over:
        # What a sample draws varies with it.
        held = [parameter for parameter in held if parameter not in drawn_parameters(frame)]
    holds_samples = by_sample and "sample" not in over
    groups = _groups(frame, held, frame.samples if holds_samples else None)
    values = frame.values_if_measured(across.of)
    rows = [_reduced(frame, members, values[members], across.reduce, axis) for members in groups]
    firsts = [int(members[0]) for members in groups]
    return Frame(
        ids=np.array([row[0] for row in rows], dtype=np.int64),
        status=texts_of([row[1] for row in rows]),
        parameters={p: column_of([frame.parameters[p][i] for i in firsts]) for p in held},
        measurements={name: np.array([row[2] for row in rows], dtype=np.float64)},
        units={name: unit},
        samples=frame.samples[firsts] if holds_samples and frame.samples is not None else None,
    )


def drawn_parameters(frame: Frame) -> set[str]:
    """The parameters that have one value per sample and differ between samples."""
    assert frame.samples is not None
    order = np.argsort(frame.samples, kind="stable")
    same = np.diff(frame.samples[order]) == 0
    found = set()
    for name, column in frame.parameters.items():
        keys = np.asarray(column.astype(str) if column.dtype == np.object_ else column)[order]
        changes = keys[1:] != keys[:-1]
        if np.any(changes) and not np.any(changes & same):
            found.add(name)
    return found


def _groups(frame: Frame, held: Sequence[str], samples: Any = None) -> list[Any]:
    """The positions of each group's cases, groups in order of their first case."""
    if not len(frame):
        return []
    codes = np.zeros(len(frame), dtype=np.int64) if samples is None else np.asarray(samples, dtype=np.int64)
    for parameter in held:
        column = frame.parameters[parameter]
        keys = column.astype(str) if column.dtype == np.object_ else column
        _, inverse = np.unique(keys, return_inverse=True)
        _, codes = np.unique(codes * (int(inverse.max()) + 1) + inverse, return_inverse=True)
    order = np.argsort(codes, kind="stable")
    edges = np.flatnonzero(np.diff(codes[order])) + 1
    return sorted(np.split(order, edges), key=lambda members: int(members[0]))


def _reduced(frame: Frame, members: Any, values: Floats, reduce: str, over: Any) -> tuple[int, str, float]:
    status = frame.status[members]
    first = int(frame.ids[members[0]])
    if np.any(status == "failed"):
        return int(frame.ids[members[np.argmax(status == "failed")]]), "failed", np.nan
    if np.any(status != "completed"):
        return first, "pending", np.nan
    if not np.all(np.isfinite(values)):
        return int(frame.ids[members[np.argmax(~np.isfinite(values))]]), "completed", np.nan
    axis = over[members]
    numeric = axis if axis.dtype != np.object_ else np.zeros(len(values))
    found = REDUCTIONS[reduce](values, np.asarray(numeric, dtype=np.float64))
    chosen = {"max": np.argmax, "min": np.argmin}.get(reduce)
    return int(frame.ids[members[chosen(values)]]) if chosen else first, "completed", found


def across_frames(frame: Frame, definitions: MeasurementDefinitions) -> dict[str, Frame]:
    """The frame of every measurement that is declared across cases."""
    return {
        name: across_frame(frame, name, definition.across, definition.unit)
        for name, definition in definitions.items()
        if definition.across is not None
    }
