"""The periodic duties of a runner: several times per second it writes events, reads requests and checks its
environment.

Each duty has its own interval; none may take longer than one cycle, except two, which happen in threads: the
writing of events, with a sync of the files of finished cases, which pauses as long as it took, and the
rewriting of metadata.csv, which pauses twenty times as long.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from subprocess import CalledProcessError

import anyio
from anyio import to_thread

from simorc.errors import StoreError
from simorc.files import free_bytes, is_network
from simorc.rundir.attempts.attempt_log import Trace
from simorc.rundir.attempts.status_files import forget, gather_reports
from simorc.rundir.circuit.input_changes import HeldFiles, listed
from simorc.rundir.layout import RunLayout
from simorc.rundir.lock import HEARTBEAT_EVERY, RunnerLock
from simorc.rundir.metadata_csv import write_metadata
from simorc.rundir.requests import Request, collect
from simorc.rundir.run_settings import RunSettings
from simorc.rundir.store.finished import REUSED, Finished
from simorc.rundir.store.reader import STATUSES
from simorc.rundir.store.writer import Store
from simorc.runner.machine.presence import Presence
from simorc.runner.machine.watch import pause_reason
from simorc.runner.run_record import TROUBLE, RunRecord
from simorc.runner.run_scheduler import RunScheduler
from simorc.threads import in_thread

LOCAL_BEAT, NETWORK_BEAT = 0.1, 0.5
METADATA_EVERY = 1.0
LOOK_AROUND_EVERY = 1.0
ROWS_PER_BEAT = 2_000
LAST_WAIT = 20.0
"""Seconds that the last words of a runner wait for a disk that cannot be written."""
IN_PROCESS_ROWS = 50_000
# A runner may end before it has read these; they must not meet the next one.
_FOR_THIS_RUNNER = frozenset({"cancel", "pause", "resume", "jobs"})


class Housekeeping:
    """The periodic duties of one runner."""

    def __init__(
        self,
        layout: RunLayout,
        lock: RunnerLock,
        store: Store,
        trace: Trace,
        scheduler: RunScheduler,
        settings: RunSettings,
        held: HeldFiles | None = None,
        presence: Presence | None = None,
    ) -> None:
        """`held` are the files outside of the run that its circuit is made of, looked at meanwhile;
        `presence` watches the run's directory.
        """
        self._layout, self._lock, self._store = layout, lock, store
        self._trace, self._scheduler, self._settings = trace, scheduler, settings
        self._every = NETWORK_BEAT if is_network(layout.path) else LOCAL_BEAT
        self._due: dict[str, float] = {}
        self._troubled: set[str] = set()
        self._record = RunRecord(layout, store, trace, scheduler, self._have_written)
        self._held = held
        self._presence = presence
        self._moved = ""
        self.removed = False
        """Whether the run was removed: nothing is written any more."""
        self._finished_here = store.statuses.snapshot()
        self._unproved: set[int] = set()
        self._writing = self._writing_metadata = False
        self._metadata_stale = True
        self._stopped = False
        self._without_disk = False
        self._began = time.monotonic()
        self._attempt("heartbeat", self._lock.announce)
        self._record.complete_trace()

    async def beat(self) -> None:
        """Run the duties in cycles until `stop`."""
        async with anyio.create_task_group() as tasks:
            while not self._stopped:
                self._duties()
                if not self._writing and time.monotonic() >= self._due.get("write", 0.0):
                    self._writing = True
                    tasks.start_soon(self._write_in_background)
                if self._metadata_due():
                    self._writing_metadata = True
                    tasks.start_soon(self._write_metadata)
                await anyio.sleep(self._every)

    def stop(self) -> None:
        self._stopped = True

    def end_without_disk(self) -> None:
        """Do not wait at the end for a disk that cannot be written."""
        self._without_disk = True

    async def written(self) -> None:
        """Wait until everything that happened is written; the heartbeat continues meanwhile."""
        while not (self.removed or self._without_disk or await self._record.write_everything()):
            await anyio.sleep(self._every)

    async def close(self) -> None:
        """The last words: everything written, metadata.csv as it is now."""
        if self.removed:
            return
        await self._flushed()
        self._look_at_inputs()
        if not await self._flushed():
            raise StoreError(
                f"cannot write the last results of {self._layout.name}",
                remedy="free disk space, then run simorc run RUN to repeat those cases",
            )
        self._record.complete_trace()
        await self._write_metadata()
        self.flush()  # what could not be written is an event

    async def _flushed(self) -> bool:
        """As `flush`, but a disk that cannot be written for a moment is waited for."""
        until = anyio.current_time() + LAST_WAIT
        while not self.flush():
            if self._without_disk or anyio.current_time() > until:
                return False
            await anyio.sleep(self._every)
        return True

    def _duties(self) -> None:
        """Work that a full disk or a lost file system prevents is tried again in the next cycle. If the run's
        directory is missing, nothing is written.
        """
        if self._is_elsewhere():
            return
        self._attempt("requests", self._obey_requests)
        self._if_due("heartbeat", HEARTBEAT_EVERY, self._lock.announce)
        self._if_due("look around", LOOK_AROUND_EVERY, self._look_around)

    def _is_elsewhere(self) -> bool:
        """Whether the run directory was moved, which pauses the run, or removed, which ends it."""
        try:
            place = "here" if self._presence is None else self._presence.look()
        except OSError:
            return True  # a file system that does not respond: check again in the next cycle
        if place == "removed" and not self.removed:
            self.removed = True
            self._scheduler.cancel("the run directory was removed")
        elif place == "moved" and not self._moved and self._presence is not None:
            self._moved = pause_reason(self._presence.complaint())
            self._scheduler.pause(self._moved)
        elif place == "here" and self._moved:
            self._scheduler.resume(self._moved)
            self._moved = ""
        if place == "here":
            self._finished_here = self._store.statuses.snapshot()
        return place != "here"

    def unfinished_before_removal(self, case_id: int) -> bool:
        """Whether a case had no result yet when the run was last seen in its place."""
        finished = {STATUSES.index("completed"), STATUSES.index("failed")}
        return case_id >= len(self._finished_here) or self._finished_here[case_id] not in finished

    def _attempt(self, name: str, duty: Callable[[], object]) -> None:
        try:
            duty()
        except TROUBLE as error:
            self._troubled_by(name, str(error))
        else:
            self._troubled.discard(name)

    def _troubled_by(self, name: str, why: str) -> None:
        """Warn once of a duty that cannot be done, until it succeeds."""
        if name not in self._troubled:
            self._troubled.add(name)
            self._store.event("warning", f"{name}: {why}")

    def _if_due(self, name: str, every: float, duty: Callable[[], object]) -> None:
        now = time.monotonic()
        if now >= self._due.get(name, 0.0):
            self._due[name] = now + every
            self._attempt(name, duty)

    def flush(self) -> bool:
        """Write what happened; False: it cannot be written now."""
        return self.removed or self._record.flush()

    async def _write_in_background(self) -> None:
        began = time.monotonic()
        if self.removed or await self._record.write():
            await self._fill()
        now = time.monotonic()
        self._due["write"] = now + (now - began)
        self._writing = False

    async def _fill(self) -> None:
        if self._store.filled < len(self._store.statuses) and not self.removed:
            try:
                await in_thread(partial(self._store.fill, ROWS_PER_BEAT))
            except TROUBLE as error:
                self._troubled_by("rows", str(error))

    def _have_written(self, written: Sequence[Finished]) -> None:
        self._metadata_stale = True
        self._unproved.update(_simulated(written))

    def _look_at_inputs(self) -> None:
        """A changed file ends the run: what ended since it was last seen unchanged is simulated again."""
        self._unproved.update(_simulated(self._store.unwritten()))
        changed = self._held.look() if self._held is not None else []
        if changed:
            self._store.back_to_pending(sorted(self._unproved))
            message = f"{listed(changed)} during the run; {len(self._unproved)} cases pending again"
            self._store.event("warning", message)
            self._scheduler.cancel(message)
            self._held = None
        self._unproved.clear()

    def _look_around(self) -> None:
        self._look_at_inputs()
        self._gather_reports()
        floor = self._settings.disk_floor
        low = bool(floor) and free_bytes(self._layout.path) < floor
        reason = f"less than {floor / 1e6:.0f} MB of free disk space"
        if low:
            self._scheduler.pause(reason)
        else:
            self._scheduler.resume(reason)
        limit = self._settings.sweep_timeout
        if limit is not None and time.monotonic() - self._began > limit:
            self._scheduler.cancel(f"sweep timeout of {limit:g} s")

    def _gather_reports(self) -> None:
        gathered = gather_reports(self._layout, len(self._store.statuses))
        for found in gathered:
            if found.report is None:
                self._store.event("warning", found.problem)
            else:
                self._scheduler.reported(found.report)
        if gathered and self.flush():
            forget(gathered)

    # Requests -------------------------------------------------------------------------------------

    def _obey_requests(self) -> None:
        for asked in collect(self._layout):
            answer = self._obey(asked)
            self._store.event("request", f"{asked.kind}: {answer}")
            self._store.answer(asked.id, asked.kind, json.dumps(dict(asked.data)), answer)

    def _obey(self, asked: Request) -> str:
        if asked.kind in _FOR_THIS_RUNNER and asked.time < self._lock.since:
            return "too late: the runner had ended"
        scheduler, cases = self._scheduler, self._known(asked.cases)
        if asked.kind == "cancel" and "cases" not in asked.data:
            scheduler.cancel("on request")
        elif asked.kind == "cancel":
            scheduler.cancel_cases(cases)
        elif asked.kind == "pause":
            scheduler.pause("on request")
        elif asked.kind == "resume":
            scheduler.resume("on request")
        elif asked.kind == "retry":
            return f"{scheduler.retry(cases or self._store.statuses.ids('failed'))} cases"
        elif asked.kind == "priority":
            scheduler.move_to_front(cases)
        elif asked.kind == "jobs":
            return self._change_jobs(asked)
        else:
            return "invalid request"
        return "done"

    def _change_jobs(self, asked: Request) -> str:
        number, delta = asked.whole("n"), asked.whole("delta")
        jobs = number if number is not None else self._scheduler.jobs + (delta or 0)
        self._scheduler.set_jobs(max(1, min(jobs, 100_000)))
        return f"{self._scheduler.jobs} jobs"

    def _known(self, case_ids: list[int]) -> list[int]:
        return [case_id for case_id in case_ids if 1 <= case_id <= len(self._store.statuses)]

    # metadata.csv ---------------------------------------------------------------------------------

    def _metadata_due(self) -> bool:
        due = time.monotonic() >= self._due.get("metadata", 0.0)
        return self._metadata_stale and not self._writing_metadata and due

    async def _write_metadata(self) -> None:
        began = time.monotonic()
        self._metadata_stale = False
        try:
            if len(self._scheduler.plan) > IN_PROCESS_ROWS:
                await self._write_metadata_outside()
            else:
                codes, messages = self._store.statuses.snapshot(), self._store.failure_messages()
                await to_thread.run_sync(write_metadata, self._layout, self._scheduler.plan, codes, messages)
        except (
            *TROUBLE,
            RuntimeError,
            CalledProcessError,
        ) as error:  # RuntimeError: no thread can be started
            self._metadata_stale = True
            self._troubled_by("cannot write metadata.csv", str(error))
        else:
            self._troubled.discard("cannot write metadata.csv")
        took = time.monotonic() - began
        self._due["metadata"] = time.monotonic() + max(METADATA_EVERY, 20 * took)
        self._writing_metadata = False

    async def _write_metadata_outside(self) -> None:
        """Rows by the hundred thousand are written by another process, at low priority."""
        command = [sys.executable, "-m", "simorc.rundir.metadata_csv", str(self._layout.path)]
        await anyio.run_process(
            ["nice", "-n", "15", *command] if shutil.which("nice") else command,
            env={**os.environ},
            stderr=None,
        )


def _simulated(finished: Sequence[Finished]) -> Iterator[int]:
    """The cases among these whose results rest on the files that the circuit is made of."""
    return (done.case_id for done in finished if done.final and done.action != REUSED)
