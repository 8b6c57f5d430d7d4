"""Decides and counts which cases meet the specs; the only place that does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from simorc.results.case_counts import CaseCounts
from simorc.results.frame import Frame, Mask
from simorc.results.specs import Spec, judge_cases


@dataclass(frozen=True)
class CaseVerdicts:
    """What every case of a frame is under some specs, as masks that exclude each other."""

    meeting: Mask
    violating: Mask
    missing: Mask
    failed: Mask


def judge_all(frame: Frame, specs: Sequence[Spec]) -> CaseVerdicts:
    """Every case under all `specs` together; without specs a completed case meets them."""
    violating = np.zeros(len(frame), dtype=np.bool_)
    missing = np.zeros(len(frame), dtype=np.bool_)
    for spec in specs:
        status = judge_cases(frame, spec).status
        violating |= np.asarray(status == "fail", dtype=np.bool_)
        missing |= np.asarray(status == "missing", dtype=np.bool_)
    missing &= ~violating
    return CaseVerdicts(frame.completed & ~violating & ~missing, violating, missing, frame.failed)


def count_cases(frame: Frame, specs: Sequence[Spec], total: int) -> CaseCounts:
    """The counts over all `specs`; `total` is the number of cases, with those that have no row yet."""
    found = judge_all(frame, specs)
    meeting, violating, missing, failed = (
        int(np.count_nonzero(mask)) for mask in (found.meeting, found.violating, found.missing, found.failed)
    )
    pending = max(0, total - meeting - violating - missing - failed)
    return CaseCounts(meeting, violating, missing, failed, pending)
