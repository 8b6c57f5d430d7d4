"""Records the events of a scheduler: in the store of the run, or on a cluster node in the log of a chunk."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from simorc.rundir.statuses import Statuses
from simorc.rundir.store.finished import Finished
from simorc.runner.steering import Command, GiveBack, Kill, MakePending, Record, SetMeta, WakeAt


class Ledger(Protocol):
    """Where a scheduler keeps everything durable."""

    statuses: Statuses

    def case_started(self, case_id: int, attempt: int) -> None: ...

    def attempt_finished(self, finished: Finished) -> None: ...

    def progressed(self, case_id: int, fraction: float) -> None: ...

    def back_to_pending(self, case_ids: Iterable[int]) -> None: ...

    def given_back(self, case_id: int, attempts: int) -> None: ...

    def set_meta(self, **values: object) -> None: ...

    def event(self, kind: str, message: str, case_id: int | None = None) -> None: ...

    def attempts_of(self, case_id: int) -> int: ...


def write_down(commands: Iterable[Command], ledger: Ledger) -> list[Kill | WakeAt]:
    """Write what is to be written; returns the commands that are left for the scheduler, in order."""
    left: list[Kill | WakeAt] = []
    for command in commands:
        match command:
            case SetMeta(values):
                ledger.set_meta(**values)
            case Record(kind, message, case_id):
                ledger.event(kind, message, case_id)
            case MakePending(case_ids):
                ledger.back_to_pending(case_ids)
            case GiveBack(case_id, attempts):
                ledger.given_back(case_id, attempts)
            case Kill() | WakeAt():
                left.append(command)
    return left
