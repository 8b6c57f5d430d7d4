"""Rules for requests to a run: pause, resume, cancel, skip cases, stop.

Pure: events come in as calls, what is to be done comes out as commands. There is no clock, no file and no
process in here. Both schedulers, of this machine and of a cluster, are steered by this.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

REUSING = "reusing completed cases"
"""Why a run waits with its first case; named by the events `started` and `reused`, not as a pause."""


@dataclass(frozen=True)
class SetMeta:
    """Write these facts about the run."""

    values: Mapping[str, object]


@dataclass(frozen=True)
class Record:
    """Record an event."""

    kind: str
    message: str
    case_id: int | None = None


@dataclass(frozen=True)
class Kill:
    """Stop these cases where they run; None: all."""

    case_ids: tuple[int, ...] | None = None


@dataclass(frozen=True)
class MakePending:
    """These cases are pending again."""

    case_ids: tuple[int, ...]


@dataclass(frozen=True)
class GiveBack:
    """The case is pending again as if the attempt in progress had not started; `attempts` came before it."""

    case_id: int
    attempts: int


@dataclass(frozen=True)
class WakeAt:
    """Send a tick at this time, in seconds of the clock that the caller's times are of."""

    time: float


Command = SetMeta | Record | Kill | MakePending | GiveBack | WakeAt


@dataclass
class Steering:
    """The control state of one run: cancelled, paused, cases left out.

    `cancelled` is the reason, empty while the run is active. `left_out` are cases that are no longer
    requested.
    """

    cancelled: str = ""
    pause_reasons: set[str] = field(default_factory=set)
    left_out: set[int] = field(default_factory=set)
    _commands: list[Command] = field(default_factory=list)

    def commands(self) -> list[Command]:
        """The commands to execute now, in order; each is returned once."""
        commands, self._commands = self._commands, []
        return commands

    def begin(self, jobs: int, now: float) -> None:
        """The run begins; `now` is of the wall clock."""
        self.add(SetMeta({"state": "running", "started": now, "jobs": jobs, "pause_reason": ""}))

    def report_start(self, waiting: int, total: int, what: str) -> None:
        """Record that `waiting` of `total` cases are to `what` (run, submit)."""
        reason = f", after {REUSING}" if REUSING in self.pause_reasons else ""
        self.add(Record("started", f"{waiting} of {total} cases to {what}{reason}"))

    def end(self, counts: Mapping[str, int], now: float, more: str = "") -> None:
        """The run is over; `counts` are its cases by status, `now` is of the wall clock."""
        ended = "cancelled" if self.cancelled else "finished"
        self.add(SetMeta({"state": ended, "ended": now}))
        by_status = ", ".join(f"{counts[status]} {status}" for status in ("completed", "failed", "pending"))
        reason = f" ({self.cancelled})" if self.cancelled else ""
        self.add(Record(ended, f"{by_status}{more}{reason}"))

    def pause(self, reason: str) -> bool:
        """Start nothing until this reason is withdrawn. False: that was so already."""
        if reason in self.pause_reasons:
            return False
        self.pause_reasons.add(reason)
        self._pause_changed(reason)
        return True

    def resume(self, reason: str) -> bool:
        """Take one reason to pause back. False: it was none."""
        if reason not in self.pause_reasons:
            return False
        self.pause_reasons.discard(reason)
        self._pause_changed(reason)
        return True

    def _pause_changed(self, changed: str) -> None:
        reasons = "; ".join(sorted(self.pause_reasons))
        if not self.cancelled:
            self.add(SetMeta({"state": "paused" if reasons else "running", "pause_reason": reasons}))
        if changed != REUSING:
            self.add(Record("paused" if reasons else "resumed", reasons or f"no longer: {changed}"))

    def cancel(self, reason: str) -> bool:
        """End the run; cases in progress become pending. False: it is cancelled already."""
        if self.cancelled:
            return False
        self.cancelled = reason
        self.add(SetMeta({"state": "cancelling"}), Kill())
        return True

    def leave_out(self, case_ids: Iterable[int]) -> None:
        """Stop or skip these; they stay pending."""
        cases = tuple(case_ids)
        self.left_out.update(cases)
        self.add(Kill(cases))

    def add(self, *commands: Command) -> None:
        """Have these done after what is to be done already."""
        self._commands.extend(commands)
