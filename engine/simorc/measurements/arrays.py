"""Array types of measurements: float64 and complex128, and the pair (axis, values)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]
Samples: TypeAlias = npt.NDArray[np.float64] | npt.NDArray[np.complex128]
Array: TypeAlias = npt.NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """A waveform: ``y`` (real or complex) over ``x`` (s, Hz or the swept source's unit), equally long."""

    x: Floats
    y: Samples
