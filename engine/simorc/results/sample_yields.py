"""Yields of Monte Carlo: the fraction of good *samples*, not cases.

A sample is good if it meets the specs in every case it has: at every corner, temperature and other swept
value. A failed simulation and a missing value count against it. A sample counts once all its cases ran; until
then, and if the run was cancelled or stopped before, it is left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from simorc.measurements.yield_interval import Yield, yield_of
from simorc.results.case_verdicts import judge_all
from simorc.results.frame import Frame, Mask
from simorc.results.specs import Spec
from simorc.shown_values import parameter_text

MOST_COMBINATIONS = 40

_Samples = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Yields:
    """Over all specs, by spec, and by combination of everything else (``corner=ss, temp=125``); none of those
    where there is one combination or more than `MOST_COMBINATIONS`. `incomplete` samples are left out.
    """

    total: Yield
    by_spec: Mapping[str, Yield]
    by_combination: Mapping[str, Yield]
    incomplete: int = 0

    @property
    def text(self) -> str:
        """``44 of 60 samples meet every spec in all their cases: 73.3 % (61 … 82.9)``."""
        if not self.total.total:
            return "no sample is complete"
        counted = f"{self.total.passed} of {self.total.total} samples meet every spec in all their cases"
        left = f"; {self.incomplete} samples are incomplete" if self.incomplete else ""
        return f"{counted}: {yield_text(self.total)}{left}"


def yield_text(found: Yield) -> str:
    """``98.5 % (95.7 … 99.5)``."""
    if not found.total:
        return "–"
    return f"{100 * found.fraction:.3g} % ({100 * found.low:.3g} … {100 * found.high:.3g})"


def count_yields(
    frame: Frame,
    specs: Sequence[Spec],
    across: Mapping[str, Frame],
    planned: _Samples,
    confidence: float = 0.95,
) -> Yields:
    """The yields of a run whose frame has samples. `planned` is the sample of every case of its plan.

    A spec of a measurement across cases applies to a sample only if its frame contains the samples.
    """
    assert frame.samples is not None
    complete = _complete(frame, planned)
    good_by_spec = {spec.measurement: _good(frame, [spec], across, len(complete)) for spec in specs}
    good = complete.copy()
    for each in good_by_spec.values():
        good &= each
    return Yields(
        _share(good, complete, confidence),
        {name: _share(each & complete, complete, confidence) for name, each in good_by_spec.items()},
        _by_combination(frame, [spec for spec in specs if spec.measurement not in across], confidence),
        int(np.count_nonzero(np.bincount(planned)[1:])) - int(np.count_nonzero(complete)),
    )


def _share(good: Mask, counted: Mask, confidence: float) -> Yield:
    return yield_of(int(np.count_nonzero(good)), int(np.count_nonzero(counted)), confidence)


def _complete(frame: Frame, planned: _Samples) -> Mask:
    """By sample (place 0 is sample 1): whether every planned case of it ran."""
    size = int(planned.max()) + 1 if len(planned) else 1
    ran = frame.completed | frame.failed
    assert frame.samples is not None
    done = np.bincount(frame.samples[ran], minlength=size)
    wanted = np.bincount(planned, minlength=size)
    return np.asarray((done[:size] == wanted) & (wanted > 0), dtype=np.bool_)[1:]


def _good(frame: Frame, specs: Sequence[Spec], across: Mapping[str, Frame], count: int) -> Mask:
    """By sample: whether no case (or group of cases) of it that ran is against `specs`."""
    good = np.ones(count, dtype=np.bool_)
    for spec in specs:
        where = across.get(spec.measurement, frame)
        if where.samples is None:
            continue
        against = (where.completed | where.failed) & ~judge_all(where, [spec]).meeting
        good[where.samples[against] - 1] = False
    return good


def _by_combination(frame: Frame, specs: Sequence[Spec], confidence: float) -> dict[str, Yield]:
    """The share of good samples at each combination of what the samples share, in order of the cases."""
    labels = _combinations(frame)
    meeting = judge_all(frame, specs).meeting
    ran = frame.completed | frame.failed
    names = list(dict.fromkeys(labels))
    if not 2 <= len(names) <= MOST_COMBINATIONS:
        return {}
    every = np.array(labels, dtype=np.object_)
    return {
        name: _share(np.asarray(meeting & here), np.asarray(ran & here), confidence)
        for name in names
        if np.any(here := np.asarray(every == name, dtype=np.bool_))
    }


def _combinations(frame: Frame) -> list[str]:
    """``corner=ss, temp=125`` of every case: the parameters that vary within samples."""
    from simorc.results.aggregates import drawn_parameters

    drawn = drawn_parameters(frame)
    shared = {name: column for name, column in frame.parameters.items() if name not in drawn}
    varying = {name: column for name, column in shared.items() if len({*column.tolist()}) > 1}
    texts = [
        [f"{name}={parameter_text(value)}" for value in column.tolist()] for name, column in varying.items()
    ]
    return [", ".join(parts) for parts in zip(*texts, strict=True)] if texts else [""] * len(frame)
