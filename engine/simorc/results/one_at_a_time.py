"""Results of a one-at-a-time sweep (``sensitivity:``): how much each parameter changes a measurement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from simorc.results.frame import Floats, Frame, Mask, plain_value
from simorc.sweeps.axes import OneAtATime
from simorc.sweeps.plan import Plan


@dataclass(frozen=True)
class Effect:
    """A parameter's effect on a measurement, everything else at its default.

    ``least`` and ``most`` are the measurement's extremes with the parameter's values they come from. Where
    the run varies other axes as well (corners, samples), every number is a mean over those.
    """

    parameter: str
    nominal: float
    least: tuple[float, Any]
    most: tuple[float, Any]

    @property
    def swing(self) -> float:
        """How far the measurement moves, in its own unit."""
        return self.most[0] - self.least[0]

    @property
    def percent(self) -> float | None:
        """The swing in percent of the nominal value; None where that is 0."""
        return 100 * self.swing / abs(self.nominal) if self.nominal else None


def sensitivity_axis(plan: Plan | None) -> OneAtATime | None:
    """The axis of a run's plan that varies one parameter at a time."""
    axes = () if plan is None else plan.axes
    return next((axis for axis in axes if isinstance(axis, OneAtATime)), None)


def effects(frame: Frame, axis: OneAtATime, measurement: str) -> list[Effect]:
    """The effect of every parameter, largest first; one without a nominal or another value is left out."""
    values = frame.values_if_measured(measurement)
    at_default = {name: _is(frame, name, axis.defaults[name]) for name in axis.names}
    nominal = _mean(values, _all(at_default.values(), len(frame)))
    found = [_effect(frame, values, at_default, name, nominal) for name in axis.names]
    return sorted((each for each in found if each is not None), key=lambda each: -each.swing)


def _effect(
    frame: Frame, values: Floats, at_default: Mapping[str, Mask], name: str, nominal: float
) -> Effect | None:
    others = _all([mask for other, mask in at_default.items() if other != name], len(frame))
    column = frame.parameters[name]
    tried = list(dict.fromkeys(column[others].tolist()))
    means = [(_mean(values, others & _is(frame, name, value)), plain_value(value)) for value in tried]
    known = [pair for pair in means if np.isfinite(pair[0])]
    if len(known) < 2 or not np.isfinite(nominal):
        return None
    return Effect(name, nominal, min(known, key=lambda p: p[0]), max(known, key=lambda p: p[0]))


def _is(frame: Frame, name: str, value: Any) -> Mask:
    wanted = value if isinstance(value, str) else float(value)
    return np.asarray(frame.parameters[name] == wanted, dtype=np.bool_)


def _all(masks: Sequence[Mask] | Any, count: int) -> Mask:
    found = np.ones(count, dtype=np.bool_)
    for mask in masks:
        found &= mask
    return found


def _mean(values: Floats, mask: Mask) -> float:
    kept = values[mask & np.isfinite(values)]
    return float(kept.mean()) if kept.size else float("nan")
