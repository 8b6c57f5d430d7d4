"""Functions of random variables whose sign says whether a limit is met.

A margin is positive where the limit is met and negative where it is violated. Random variables are
independent and standard normal: a sample is a row of an array, `nan` is the margin of a simulation that
failed.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

Margin = Callable[[Array], Array]
"""The margins of samples: an array of shape (samples, variables) -> an array of shape (samples,)."""
