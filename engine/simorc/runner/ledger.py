"""What a campaign writes down as it goes: into the run's store, or on a cluster node into a chunk's log."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from simorc.rundir.statuses import Statuses
from simorc.rundir.store.writer import Finished


class Ledger(Protocol):
    """Where a campaign keeps everything durable."""

    statuses: Statuses

    def case_started(self, case_id: int, attempt: int) -> None: ...

    def attempt_finished(self, finished: Finished) -> None: ...

    def progressed(self, case_id: int, fraction: float) -> None: ...

    def back_to_pending(self, case_ids: Iterable[int]) -> None: ...

    def set_meta(self, **values: object) -> None: ...

    def event(self, kind: str, message: str, case_id: int | None = None) -> None: ...

    def attempts_of(self, case_id: int) -> int: ...
