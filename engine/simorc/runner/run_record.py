"""Writes what happens in a run: to its store first, then to the attempt log.

The store is written in a thread, because it may wait for the disk: the files of finished cases are put on it
before the rows that report them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from simorc.errors import SimorcError, StoreError
from simorc.rundir.attempts.attempt_log import Trace
from simorc.rundir.attempts.history import Key, key_of, stored_attempts
from simorc.rundir.layout import RunLayout
from simorc.rundir.store.connection import DatabaseError
from simorc.rundir.store.finished import Finished
from simorc.rundir.store.writer import NotSynced, Store
from simorc.runner.run_scheduler import RunScheduler
from simorc.threads import in_thread

TROUBLE = (OSError, DatabaseError, MemoryError, SimorcError)
"""What a machine without disk, descriptors or memory raises; what it prevented is tried again."""
_NO_SPACE = "cannot write the state of the run"


class RunRecord:
    """The store and the attempt log of a run, as its runner writes them."""

    def __init__(
        self,
        layout: RunLayout,
        store: Store,
        trace: Trace,
        scheduler: RunScheduler,
        written: Callable[[Sequence[Finished]], None],
    ) -> None:
        """`written` is called with attempts that are in the store; the scheduler pauses while it cannot be
        written.
        """
        self._layout, self._store, self._trace = layout, store, trace
        self._scheduler, self._when_written = scheduler, written
        self._trace_trouble = False

    def flush(self) -> bool:
        """Write what happened. False: the store cannot be written now."""
        if not self._store.dirty:
            return True
        try:
            written = self._store.flush()
        except StoreError as error:
            self._not_written(error)
            return False
        self._written(written)
        return True

    async def write(self) -> bool:
        """As `flush`, in a thread. What happens meanwhile, or while another call is under way, may be left
        to the next call.
        """
        if not self._store.dirty:
            return True
        self._store.take()
        try:
            await in_thread(self._store.write)
        except StoreError as error:
            self._not_written(error)
            return False
        self._written(self._store.collect())
        return True

    async def write_everything(self) -> bool:
        """Write the batch that may be under way, then what happened since."""
        return await self.write() and await self.write()

    def complete_trace(self) -> None:
        """Append every attempt of the store that the attempt log does not have."""
        self._append({})

    def _not_written(self, error: StoreError) -> None:
        """Results that did not reach the disk run again."""
        self._scheduler.pause(_NO_SPACE)
        lost = self._store.withdraw_unsynced() if isinstance(error, NotSynced) else []
        if lost:
            self._store.event("warning", f"{error.message}; they run again")
            self._scheduler.retry(lost)

    def _written(self, written: list[Finished]) -> None:
        self._scheduler.resume(_NO_SPACE)
        if written:
            self._when_written(written)
            self._append({key_of(done): done.outcome.measurements for done in written})

    def _append(self, metrics: Mapping[Key, Mapping[str, float]]) -> None:
        try:
            self._append_rows(metrics)
        except TROUBLE as error:
            if not self._trace_trouble:
                self._store.event("warning", f"cannot write trace.jsonl: {error}")
            self._trace_trouble = True
        else:
            self._trace_trouble = False

    def _append_rows(self, metrics: Mapping[Key, Mapping[str, float]]) -> None:
        after = self._trace.last_seq
        rows = self._store.attempts_after(after)
        if not all((row[1], row[2]) in metrics for row in rows):
            # A runner that was killed, or a full disk, left attempts in the store alone.
            stored = stored_attempts(self._layout.database, len(self._store.statuses))
            metrics = {**{key_of(each): each.outcome.measurements for each in stored}, **metrics}
        self._trace.append(rows, metrics, self._store.circuits_after(after))
