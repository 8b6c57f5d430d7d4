"""A measurement of this project: the time until the output stays within a band of its final value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np


def settling(waves: Mapping[str, Any], parameters: Mapping[str, Any], band: float = 0.01) -> float:
    """Seconds from the step (at 1 us) until v(out) stays within `band` of its last value."""
    time, out = waves["time"], waves["v(out)"]
    outside = np.abs(out - out[-1]) > band * abs(out[-1])
    return float(time[outside][-1] - 1e-6)
