"""The one way a measurement says that it has no value."""

from __future__ import annotations

from simorc.errors import SimorcError


class MeasurementMissing(SimorcError):
    """A measurement has no value in this case, and why. Never 0, never a pass."""
