"""A case under way: how far it is, and whether it goes beyond what it may take."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from simorc.netlist.deck import Deck
from simorc.simulators.job import Job
from simorc.simulators.log_scan import Complaint, last_progress
from simorc.simulators.outcome import FailureKind

_TAIL = 4096


@dataclass
class CaseWatch:
    """Looks at a running case a few times a second. `started` is a reading of the monotonic clock (s)."""

    job: Job
    deck: Deck
    on_progress: Callable[[float], None]
    started: float
    fraction: float | None = None
    _changed: float = 0.0
    _seen: tuple[float, ...] = ()
    _stop: float | None = field(init=False)

    def __post_init__(self) -> None:
        self._stop = next((analysis.stop for analysis in self.deck.wanted if analysis.kind == "tran"), None)
        self._changed = self.started

    def look(self, memory: int) -> Complaint | None:
        """Tell the progress; a reason to end the case, if any. `memory` is its resident size in bytes."""
        log, raw = _size(self.job.log), _size(self.job.raw)
        self._tell_progress(log)
        now = time.monotonic()
        seen = (log, raw, self.fraction or 0.0)
        if seen != self._seen:
            self._seen, self._changed = seen, now
        return self._over_size(log, raw, memory) or self._over_time(now)

    def _over_size(self, log: int, raw: int, memory: int) -> Complaint | None:
        limits = self.job.limits
        if log > limits.log:
            message = f"the simulator printed more than {_mib(limits.log)} — see simulator.log"
            return Complaint(FailureKind.LOG_LIMIT, message)
        if limits.raw is not None and raw > limits.raw:
            message = f"results.raw grew beyond {_mib(limits.raw)} (execution.raw_limit)"
            return Complaint(FailureKind.RAW_LIMIT, message)
        if limits.memory is not None and memory > limits.memory:
            message = f"the simulator took more than {_mib(limits.memory)} (execution.memory_limit)"
            return Complaint(FailureKind.OUT_OF_MEMORY, message)
        return None

    def _over_time(self, now: float) -> Complaint | None:
        limits = self.job.limits
        if limits.timeout is not None and now - self.started >= limits.timeout:
            message = f"no end after {limits.timeout:g} s (execution.timeout){self._how_far()}"
            return Complaint(FailureKind.TIMEOUT, message)
        if limits.stuck is not None and now - self._changed >= limits.stuck:
            return Complaint(FailureKind.STUCK, f"no progress for {limits.stuck:g} s{self._how_far()}")
        return None

    def _how_far(self) -> str:
        return "" if self.fraction is None else f", {100 * self.fraction:.1f} % done"

    def _tell_progress(self, log: int) -> None:
        reached = None if self._stop is None else last_progress(_tail(self.job.log, log))
        if reached is not None and self._stop:
            self.fraction = min(1.0, max(0.0, reached / self._stop))
            self.on_progress(self.fraction)


def _mib(size: int) -> str:
    return f"{size / 1048576:.4g} MiB"


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _tail(path: Path, size: int) -> bytes:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return b""
    try:
        return os.pread(descriptor, _TAIL, max(0, size - _TAIL))
    finally:
        os.close(descriptor)
