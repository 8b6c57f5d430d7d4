"""Watches a running case: its progress and its limits."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from simorc.netlist.deck.deck import Deck
from simorc.simulators.job import Job, Limits
from simorc.simulators.ngspice.log.scan import Complaint, last_progress
from simorc.simulators.outcome import FailureKind

_TAIL = 4096
_LATELY = 5.0
"""Seconds within which a case must have progressed to be given its grace."""


@dataclass
class Pace:
    """Whether a case takes too long. Times are readings of the monotonic clock (s).

    A case has `timeout`, and up to `grace` more while it progresses; one that has not progressed for `stuck`
    is over at once.
    """

    limits: Limits
    started: float
    _moved: float = field(init=False)
    _seen: object = None

    def __post_init__(self) -> None:
        self._moved = self.started

    def sees(self, where: object, now: float) -> None:
        """Where the case is: anything that differs while it progresses."""
        if where != self._seen:
            self._seen, self._moved = where, now

    def over(self, now: float) -> str | None:
        """``timeout``, ``stuck`` or None."""
        limits, still = self.limits, now - self._moved
        if limits.stuck is not None and still >= limits.stuck:
            return "stuck"
        if limits.timeout is None or now - self.started < limits.timeout:
            return None
        in_grace = now - self.started < limits.timeout + (limits.grace or 0.0)
        return None if in_grace and still < _LATELY else "timeout"

    def complaint(self, reason: str, how_far: str = "") -> Complaint:
        """The complaint for a case that `over` ended for `reason`."""
        limits = self.limits
        if reason == "stuck":
            return Complaint(FailureKind.STUCK, f"no progress for {limits.stuck:g} s{how_far}")
        took = time.monotonic() - self.started
        name = "timeout and timeout_grace" if took > (limits.timeout or 0.0) + 1 else "timeout"
        return Complaint(FailureKind.TIMEOUT, f"no end after {took:.3g} s (execution.{name}){how_far}")


@dataclass
class CaseWatch:
    """Checks a running case a few times a second. `started` is a reading of the monotonic clock (s)."""

    job: Job
    deck: Deck
    on_progress: Callable[[float], None]
    started: float
    fraction: float | None = None
    pace: Pace = field(init=False)
    _stop: float | None = field(init=False)

    def __post_init__(self) -> None:
        self._stop = next((analysis.stop for analysis in self.deck.wanted if analysis.kind == "tran"), None)
        self.pace = Pace(self.job.limits, self.started)

    def look(self, memory: int) -> Complaint | None:
        """Report the progress; returns the reason to end the case, or None. `memory` is the case's resident
        size in bytes.
        """
        log, raw = _size(self.job.log), _size(self.job.raw)
        self._report_progress(log)
        now = time.monotonic()
        # In a transient the simulated time is what counts: a simulator that only talks is not progressing.
        under_way = self.fraction is not None and self.fraction < 1.0
        self.pace.sees(self.fraction if under_way else (log, raw), now)
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
            message = f"the simulator used more than {_mib(limits.memory)} (execution.memory_limit)"
            return Complaint(FailureKind.OUT_OF_MEMORY, message)
        return None

    def _over_time(self, now: float) -> Complaint | None:
        reason = self.pace.over(now)
        return None if reason is None else self.pace.complaint(reason, self._how_far())

    def _how_far(self) -> str:
        return "" if self.fraction is None else f", {100 * self.fraction:.1f} % done"

    def _report_progress(self, log: int) -> None:
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
