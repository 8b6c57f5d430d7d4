"""The one judge of a value against a spec."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from simorc.config.definitions import Spec

SLACK = 1e-12
"""Relative rounding allowed on a limit: 3.3000000000000003 is 3.3."""


def corner_names(parameters: Mapping[str, object], bundle: str | None) -> tuple[str, ...]:
    """The names whose limits hold for a case, the more specific one last: the value of its parameter
    ``corner``, then the corner of the sweep that it belongs to.
    """
    return tuple(name for name in (parameters.get("corner"), bundle) if isinstance(name, str))


def limits_at(spec: Spec, corners: Sequence[str | None]) -> tuple[float, float]:
    """The least and greatest value that the last of `corners` with limits of its own allows."""
    own = [corner for corner in corners if corner in spec.corners]
    return spec.limits_in(own[-1] if own else None)


def meets(spec: Spec, value: float, corners: Sequence[str | None] = ()) -> bool:
    """Whether a value is within the limits of a spec in the last of `corners` that has limits of its own."""
    low, high = limits_at(spec, corners)
    return min(value - low, high - value) >= -SLACK * abs(value)
