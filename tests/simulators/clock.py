"""A clock that a test puts forward: a timeout comes when a case is so far, not when the machine is slow."""

from __future__ import annotations

import time
from collections.abc import Callable

HOUR = 3600.0


class Clock:
    """The monotonic clock, and what a test has put it forward (s)."""

    def __init__(self) -> None:
        self._ahead = 0.0

    def monotonic(self) -> float:
        return time.monotonic() + self._ahead

    def forward(self, seconds: float) -> None:
        self._ahead += seconds

    def forward_past(self, fraction: float, below: float = 1.0) -> Callable[[float], None]:
        """Hears the progress of a case; an hour passes once it is beyond `fraction` and `below`."""
        passed: list[float] = []

        def hears(reached: float) -> None:
            if fraction < reached < below and not passed:
                passed.append(reached)
                self.forward(HOUR)

        return hears
