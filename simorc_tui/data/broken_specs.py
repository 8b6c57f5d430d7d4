"""Measured values that violate a spec, to be marked in the table."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING

from simorc.errors import SimorcError
from simorc_tui.data.as_written import CASES_KEPT

if TYPE_CHECKING:
    from simorc.results.open_run import OpenRun
    from simorc.rundir.manifest import Manifest

BreaksSpec = Callable[[int, str, object], bool]
"""(case, measurement, its value) -> whether the value is outside the limits that apply to the case."""


def no_specs(_case_id: int, _measurement: str, _value: object) -> bool:
    """Nothing is known of limits."""
    return False


def read_breaks_spec(run: OpenRun) -> BreaksSpec:
    """A function that checks values against the specs of a run; `no_specs` if they cannot be read. Slow: call
    it in a thread.

    Without a readable plan the corners are unknown, and specs with limits per corner are not checked.
    """
    from simorc.measurements.spec_limits import meets

    try:
        manifest = run.manifest
        specs = manifest.specs_if_known or {}
    except (SimorcError, TypeError, ValueError):
        return no_specs  # the specs pane shows the error
    corners_of = _corners_of(manifest)
    if corners_of is None:
        specs = {name: spec for name, spec in specs.items() if not spec.corners}

    def breaks(case_id: int, measurement: str, value: object) -> bool:
        spec = specs.get(measurement)
        if spec is None or not isinstance(value, float | int):
            return False
        corners = corners_of(case_id) if spec.corners and corners_of is not None else ()
        return not meets(spec, float(value), corners)

    return breaks


def _corners_of(manifest: Manifest) -> Callable[[int], tuple[str | None, ...]] | None:
    """A function case -> its value of ``corner``, its bundle of parameters; None where there is no plan."""
    try:
        plan = manifest.plan_if_known
    except (SimorcError, KeyError, TypeError):
        return None
    if plan is None:
        return None

    @lru_cache(maxsize=CASES_KEPT)
    def corners(case_id: int) -> tuple[str | None, ...]:
        if not 1 <= case_id <= len(plan):
            return ()
        case = plan.case(case_id)
        own = case.parameters.get("corner")
        return None if own is None else str(own), case.corner

    return corners
