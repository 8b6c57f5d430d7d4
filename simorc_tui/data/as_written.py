"""The parameters of a case as the user wrote them, from the plan: ``100p``, where the store has ``1e-10``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from simorc.errors import SimorcError
from simorc.units import Number, brief

if TYPE_CHECKING:
    from simorc.results.open_run import OpenRun

CASES_KEPT = 2048


def read_written(run: OpenRun) -> Callable[[int], Mapping[str, str]] | None:
    """A function case -> label -> text, None where the run has no readable plan. Slow: for a thread."""
    try:
        plan = run.manifest.plan
    except (SimorcError, KeyError, TypeError):
        # A run of another version: its numbers are in the store all the same.
        return None

    @lru_cache(maxsize=CASES_KEPT)
    def written(case_id: int) -> Mapping[str, str]:
        if not 1 <= case_id <= len(plan):
            return {}
        return {
            name: brief(str(value))
            for name, value in plan.case(case_id).parameters.items()
            if _is_written(value)
        }

    return written


def _is_written(value: object) -> bool:
    """Computed and drawn numbers have no spelling of their own: ``2.7000000000000002`` is not readable."""
    return isinstance(value, str | int | Number)
