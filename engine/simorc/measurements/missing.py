"""The exception of a measurement that has no value."""

from __future__ import annotations

from simorc.errors import SimorcError


class MeasurementMissing(SimorcError):
    """A measurement has no value in this case, and why. Never 0, never a pass."""
