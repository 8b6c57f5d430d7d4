"""Copies the lines of chunk logs into the store of the run, each line exactly once."""

from __future__ import annotations

import json
import os
import re
from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field

from simorc.cluster.array_files import JobArray
from simorc.cluster.chunk_ledger import WARM_LOST
from simorc.cluster.chunk_log import Line, read_lines
from simorc.rundir.store.finished import Finished
from simorc.rundir.store.writer import Store

FINAL = frozenset({"completed", "failed"})
_LOG = re.compile(r"(\d+)\.(\d+)\.log")


@dataclass
class OpenChunk:
    """A chunk that was submitted and is not known to be over.

    `attempts` contains how far each attempt's log was read. `ended` is how its newest attempt ended, `done`
    or `left`, with the reason; `fruitful` that it finished a case; `missed` since when (by `time.monotonic`)
    the scheduler does not list it.
    """

    job_array: JobArray
    element: int
    pieces: list[array[int]]
    generation: int
    attempts: dict[int, int] = field(default_factory=dict)
    ended: str = ""
    why: str = ""
    fruitful: bool = False
    missed: float | None = None

    @property
    def cases(self) -> Iterable[int]:
        return (case for piece in self.pieces for case in piece)

    @property
    def name(self) -> str:
        return f"{self.job_array.name}/{self.element}"

    @property
    def newest(self) -> int:
        """The newest attempt, 0 if none has begun."""
        return max(self.attempts, default=0)


class Gathering:
    """Reads the logs of chunks into the store."""

    def __init__(self, store: Store, total: int) -> None:
        self._store = store
        self._total = total
        self._read = store.gathered_so_far()
        self._numbers = array("H", bytes(2 * (total + 1)))
        self._lost: set[str] = set()
        self.duplicates = 0

    def look(self, job_array: JobArray, chunks: dict[int, OpenChunk]) -> int:
        """Read what is new in a job array's logs; returns how many lines."""
        lines = 0
        for entry in os.scandir(job_array.directory):
            match = _LOG.fullmatch(entry.name)
            chunk = chunks.get(int(match[1])) if match else None
            if match and chunk is not None:
                lines += self.read(chunk, int(match[2]))
        return lines

    def read(self, chunk: OpenChunk, attempt: int) -> int:
        """Read what is new in the log of one attempt."""
        key = f"{chunk.job_array.name}/{chunk.element}.{attempt}"
        if attempt not in chunk.attempts:
            self._begin(chunk, attempt, self._read.pop(key, 0))
        begin = chunk.attempts[attempt]
        lines, end = read_lines(chunk.job_array.log(chunk.element, attempt), begin, self._total)
        for line in lines:
            self._take(chunk, attempt, line)
        if end != begin:
            chunk.attempts[attempt] = end
            self._store.gathered(key, end)
        return len(lines)

    def _begin(self, chunk: OpenChunk, attempt: int, offset: int) -> None:
        if attempt > max(1, chunk.newest) and not offset:
            self._store.event("warning", f"chunk {chunk.name} was started again (attempt {attempt})")
        if attempt > chunk.newest:
            chunk.ended = chunk.why = ""
        chunk.attempts[attempt] = offset

    def _take(self, chunk: OpenChunk, attempt: int, line: Line) -> None:
        if line.report is not None:
            self._finished(chunk, line)
        elif line.again:
            self._store.back_to_pending(line.again)
        elif line.event is not None:
            kind, message, case_id = line.event
            if kind == WARM_LOST:
                self._warm_lost(message)
            else:
                self._store.event(kind, message, case_id)
        elif line.end == "done" or attempt == chunk.newest:
            chunk.ended, chunk.why = line.end or "", line.why

    def _warm_lost(self, message: str) -> None:
        """A node has no warm sessions; thousands of chunks may report that, once is enough."""
        if message not in self._lost:
            self._lost.add(message)
            self._store.set_meta(warm_lost=message)
            self._store.event("warning", message)

    def _finished(self, chunk: OpenChunk, line: Line) -> None:
        report = line.report
        assert report is not None
        if self._store.statuses.of(report.case_id) in FINAL:
            self.duplicates += line.final
            return
        chunk.fruitful = chunk.fruitful or line.final
        number = self.next_number(report.case_id)
        outcome, started, place = report.outcome, report.started, report.place
        self._store.attempt_finished(
            Finished(report.case_id, number, outcome, line.action, line.final, started, place, line.rung)
        )

    def next_number(self, case_id: int) -> int:
        """The number of the case's next attempt, which is taken thereby."""
        number = (self._numbers[case_id] or self._store.attempts_of(case_id)) + 1
        self._numbers[case_id] = number
        return number

    # Signs of life --------------------------------------------------------------------------------

    def hear(self, chunk: OpenChunk) -> None:
        """Read the newest heartbeat of a chunk: which cases are in progress, and their progress."""
        for case_id, fraction in self.under_way(chunk).items():
            if self._store.statuses.of(case_id) == "pending":
                number = (self._numbers[case_id] or self._store.attempts_of(case_id)) + 1
                self._store.case_started(case_id, number)
            self._store.progressed(case_id, fraction)

    def under_way(self, chunk: OpenChunk) -> dict[int, float]:
        """The cases the newest attempt had in progress at its last heartbeat."""
        try:
            record = json.loads(chunk.job_array.beat(chunk.element, chunk.newest).read_bytes())
            fractions = {int(case_id): float(fraction) for case_id, fraction in record["under_way"].items()}
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return {}  # no sign of life yet, or none any more
        known = set(self.known(chunk, fractions))
        return {case_id: fraction for case_id, fraction in fractions.items() if case_id in known}

    def known(self, chunk: OpenChunk, case_ids: Iterable[int]) -> list[int]:
        """Those of these that are the chunk's and not finished."""
        wanted = set(case_ids)
        statuses = self._store.statuses
        return [case for case in chunk.cases if case in wanted and statuses.of(case) not in FINAL]
