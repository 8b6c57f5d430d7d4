"""The one judge of a value against a spec."""

from __future__ import annotations

from collections.abc import Sequence

from simorc.config.definitions import Spec

SLACK = 1e-12
"""Relative rounding allowed on a limit: 3.3000000000000003 is 3.3."""


def meets(spec: Spec, value: float, corners: Sequence[str | None] = ()) -> bool:
    """Whether a value is within the limits of a spec in the last of `corners` that has limits of its own."""
    own = [corner for corner in corners if corner in spec.corners]
    low, high = spec.limits_in(own[-1] if own else None)
    return min(value - low, high - value) >= -SLACK * abs(value)
