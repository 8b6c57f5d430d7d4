"""Cases of lost chunks: they are tried again within a budget, then fail with a reason."""

from __future__ import annotations

import time
from collections.abc import Iterable

from simorc.cluster.log_collector import Gathering, OpenChunk
from simorc.rundir.store.finished import Finished
from simorc.rundir.store.writer import Store
from simorc.runner.retry_policy import Budgets
from simorc.simulators.outcome import FailureKind, Outcome

FRUITLESS = 3
"""How often cases may be submitted in chunks that end without finishing one."""


class LostChunks:
    """Two limits: how often a case may be in progress when its worker dies, and how often a chunk may end
    without any finished case.
    """

    def __init__(self, store: Store, gathering: Gathering, budgets: Budgets) -> None:
        self._store, self._gathering = store, gathering
        self._retries = budgets.retries_after(FailureKind.LOST_WORKER)
        self._recorded: set[str] = set()

    def record_loss(self, chunk: OpenChunk) -> None:
        """Record the loss of the cases that were in progress when a chunk ended without its last line."""
        if chunk.ended:
            return
        for case_id in self._gathering.under_way(chunk):
            self._recorded.add(chunk.name)
            final = self._store.losses_of(case_id) >= self._retries
            self._lost(case_id, chunk, "the job ended while this case was running", final)

    def generation_after(self, chunk: OpenChunk, left: Iterable[int]) -> int | None:
        """How often the rest of a chunk has come to nothing now; None: too often, and its cases failed."""
        if chunk.fruitful or chunk.name in self._recorded or chunk.why == "paused":
            return 0
        generation = chunk.generation + 1
        if generation <= FRUITLESS:
            return generation
        why = chunk.why or last_line(chunk)
        for case_id in left:
            self._lost(case_id, chunk, f"submitted {generation} times without a result: {why}", final=True)
        return None

    def _lost(self, case_id: int, chunk: OpenChunk, message: str, final: bool) -> None:
        number = self._gathering.next_number(case_id)
        outcome = Outcome.failed(FailureKind.LOST_WORKER, message)
        action = "give_up" if final else "retry"
        place = f"{chunk.job_array.scheduler} {chunk.job_array.job or ''}_{chunk.element}"
        self._store.attempt_finished(Finished(case_id, number, outcome, action, final, time.time(), place))


def last_line(chunk: OpenChunk) -> str:
    """The last line a chunk's job printed."""
    try:
        text = chunk.job_array.out(chunk.element).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return "its job printed nothing"
    lines = text.strip().splitlines()
    return lines[-1][-500:] if lines else "its job printed nothing"
