"""One range of cases while the process of a session runs it: its records, its limits, its end."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Protocol

import anyio

from simorc.simulators.case_watch import Pace
from simorc.simulators.job import Limits
from simorc.simulators.ngspice.cold import SALVAGE_WITHIN
from simorc.simulators.ngspice.session import Session, SessionEnded
from simorc.simulators.ngspice.slot_session import written_in
from simorc.simulators.ngspice.verdict import killed_by
from simorc.simulators.ngspice.warm_cases import ending_for
from simorc.simulators.ngspice.whole_cases.loader import ForkedProcess
from simorc.simulators.ngspice.whole_cases.messages import CaseRecord, RangeEnd, RangeOrder, unpacked
from simorc.simulators.outcome import FailureKind, Outcome

_LOOK_EVERY = 0.25
_READ_AT_ONCE = 1 << 18


class RangeWatch(Protocol):
    """What hears of a range while it runs."""

    @property
    def holds(self) -> bool:
        """Whether no further case is to begin."""
        ...

    def directory(self, case_id: int) -> Path:
        """The directory of a case."""
        ...

    def begun(self, case_id: int) -> None: ...

    def progressed(self, case_id: int, fraction: float) -> None: ...

    def measured(self, case_id: int, started: float, outcome: Outcome) -> None:
        """A case has ended and is measured; `started` is a time of the wall clock (s)."""
        ...


class RangeUnderWay:
    """One range. `limits` are those of each of its cases."""

    def __init__(
        self,
        session: Session,
        process: ForkedProcess,
        case_ids: Sequence[int],
        limits: Limits,
        watch: RangeWatch,
    ) -> None:
        self.session, self.case_ids, self.left = session, case_ids, list(case_ids)
        self.end: RangeEnd | None = None
        """None: the process has ended before the range."""
        self.lost = 0
        """The case in progress when the process ended; 0 if none was."""
        self.lost_at = 0.0
        """When that case began (wall clock, s)."""
        self._process, self._limits, self._watch = process, limits, watch
        self._seen = 0
        self._pace = Pace(limits, time.monotonic())
        self._stopped: set[int] = set()
        self._broken_off = (0, "")
        """The case that was ended last, and why."""
        self._aimed_at = 0
        """The case that the last signal was for. The process may have been at the next one already."""
        self._kill_at: float | None = None
        self._exit_code: int | None = None

    async def run(self, order: RangeOrder, on_record: Callable[[CaseRecord], None]) -> None:
        """Send the order and read what comes back until the range or the process has ended."""
        self._process.page.hold = False
        try:
            await self.session.send(order.packed())
        except SessionEnded:
            self._lost()
        buffer, next_look = bytearray(), time.monotonic() + _LOOK_EVERY
        while self.end is None and self._exit_code is None:
            with anyio.move_on_after(_LOOK_EVERY):
                await anyio.wait_readable(self._process.records)
            self._read(buffer, on_record)
            if time.monotonic() >= next_look:
                next_look += _LOOK_EVERY
                self._look()

    def _read(self, buffer: bytearray, on_record: Callable[[CaseRecord], None]) -> None:
        try:
            piece = os.read(self._process.records, _READ_AT_ONCE)
        except BlockingIOError:
            return
        buffer += piece
        for message in unpacked(buffer):
            if isinstance(message, RangeEnd):
                self.end = message
            else:
                self.session.cases += 1
                on_record(message)
                self.left.remove(message.case_id)
        if not piece:
            self._lost()

    def _lost(self) -> None:
        """The process has ended."""
        page = self._process.page
        self._exit_code = self._process.wait()
        if page.case_id in self.left and self._aimed_at in {0, page.case_id}:
            self.lost = page.case_id
            self.lost_at = time.time() - (time.monotonic() - page.begun)

    def verdict(self) -> Outcome:
        """The outcome of the lost case."""
        if self.lost in self._stopped:
            return Outcome.cancelled()
        case_id, reason = self._broken_off
        if reason and case_id == self.lost:
            complaint = ending_for(reason).stopped
            assert complaint is not None
            return Outcome.failed(complaint.kind, complaint.message)
        code = self._exit_code or 0
        if code < 0:
            complaint = killed_by(-code)
            return Outcome.failed(complaint.kind, complaint.message, exit_code=code)
        message = "the warm session ended unexpectedly"
        return Outcome.failed(FailureKind.CRASHED, message, exit_code=code)

    def stop(self, case_ids: Collection[int] | None) -> None:
        """End those of these, or all, that are in progress or wait."""
        mine = set(self.left if case_ids is None else case_ids).intersection(self.left)
        self._stopped |= mine
        if mine:
            self._process.page.hold = True
        case_id = self._process.page.case_id
        if case_id in mine:
            self._signal(case_id, signal.SIGKILL)

    def _look(self) -> None:
        """Look at the case in progress, a few times a second."""
        now, page = time.monotonic(), self._process.page
        if self._watch.holds:
            page.hold = True
        case_id = page.case_id
        if not case_id or case_id not in self.left:
            return
        if case_id in self._stopped:
            self._signal(case_id, signal.SIGKILL)
            return
        self._follow(case_id, now)
        if self._kill_at is not None:
            if now >= self._kill_at:
                self._signal(case_id, signal.SIGKILL)
            return
        reason = self._overgrown() or self._pace.over(now)
        if reason is not None and page.case_id == case_id:
            self._break_off(case_id, reason, now)

    def _follow(self, case_id: int, now: float) -> None:
        """Report how far the case in progress is."""
        page = self._process.page
        if case_id != self._seen:
            self._seen, self._kill_at = case_id, None
            self._pace = Pace(self._limits, page.begun)
            self._watch.begun(case_id)
        fraction = page.fraction
        self._pace.sees(page.printed if fraction is None else fraction, now)
        if fraction is not None:
            self._watch.progressed(case_id, fraction)

    def _overgrown(self) -> str | None:
        limits = self._limits
        if limits.memory is not None and self.session.resident_bytes() > limits.memory:
            return "memory"
        if limits.raw is not None and written_in(self.session.directory) > limits.raw:
            return "raw_limit"
        return None

    def _break_off(self, case_id: int, reason: str, now: float) -> None:
        """End the case: after a time-out it has a while to write its waveforms so far."""
        self._broken_off = (case_id, reason)
        self._process.page.break_off(case_id, reason)
        if reason in {"timeout", "stuck"}:
            self._kill_at = now + SALVAGE_WITHIN
            self._signal(case_id, signal.SIGINT)
        else:
            self._signal(case_id, signal.SIGKILL)

    def _signal(self, case_id: int, number: signal.Signals) -> None:
        """Send a signal that is meant for this case, the last of the process: no other may follow it."""
        self._aimed_at = case_id
        self._process.signal(number)

    @property
    def signalled(self) -> bool:
        """Whether the process was sent a signal, so that no further case is to run in it."""
        return bool(self._aimed_at)
