"""How fast the cases of a run end, for those who watch it."""

from __future__ import annotations

from collections import deque

RATE_OVER = 10.0
"""Seconds over which a rate is taken."""


class CaseRate:
    """Cases ended per second over the last ten seconds."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque()

    def add(self, now: float, ended: int) -> None:
        self._seen.append((now, ended))
        while len(self._seen) > 2 and now - self._seen[1][0] >= RATE_OVER:
            self._seen.popleft()

    @property
    def per_second(self) -> float:
        """0 until two moments are known."""
        if len(self._seen) < 2:
            return 0.0
        (first, before), (last, after) = self._seen[0], self._seen[-1]
        return max(0.0, (after - before) / (last - first)) if last > first else 0.0
