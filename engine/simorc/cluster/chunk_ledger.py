"""Records the finished cases of a chunk: moves each case into the run, then appends a line to the chunk log.

Two attempts at one chunk may run at once (if a node was thought lost). Each simulates in its own directory
and moves finished cases into place by renaming, so that a result is never a mixture of the two.
"""

from __future__ import annotations

import os
import shutil
import socket
import time
from collections.abc import Iterable
from pathlib import Path

from simorc.cluster.array_files import JobArray
from simorc.cluster.chunk_log import ChunkLog
from simorc.durability import sync_file_system
from simorc.files import write_json
from simorc.rundir.layout import RunLayout
from simorc.rundir.statuses import Statuses
from simorc.rundir.store.finished import Finished

WARM_LOST = "warm_lost"
"""The kind of event by which a chunk reports that it has no warm sessions."""
_RECORDED_EVENTS = frozenset({"retry", "warm", "warning", WARM_LOST})
_TRIES = 5


class ChunkLayout(RunLayout):
    """A run's paths for one attempt at a chunk: its cases are in a separate directory."""

    __slots__ = ("_results", "home")

    def __init__(self, home: RunLayout, results: Path) -> None:
        super().__init__(home.path)
        self.home = home
        self._results = results

    @property
    def results(self) -> Path:
        return self._results


class ChunkLedger:
    """What a scheduler on a node records."""

    def __init__(
        self, layout: ChunkLayout, job_array: JobArray, element: int, log: ChunkLog, total: int
    ) -> None:
        self._layout, self._log = layout, log
        self._element = element
        self._beat = job_array.beat(element, log.attempt)
        self._all = job_array.site.bring_home == "all"
        self._under_way: dict[int, float] = {}
        self.statuses = Statuses(total)
        self.finished_cases = 0

    def case_started(self, case_id: int, attempt: int) -> None:
        self._under_way[case_id] = 0.0
        self.statuses.set(case_id, "in_progress")

    def attempt_finished(self, finished: Finished) -> None:
        """Move the case into the run, then log it as finished; a cancelled one is neither moved nor
        logged.
        """
        case_id, outcome = finished.case_id, finished.outcome
        self._under_way.pop(case_id, None)
        if outcome.status == "cancelled":
            self.statuses.set(case_id, "pending")
            return
        if finished.final:
            self.statuses.set(case_id, outcome.status)
            self.finished_cases += 1
            self._bring_home(case_id, self._all or outcome.status != "completed")
        self._log.finished(finished)

    def progressed(self, case_id: int, fraction: float) -> None:
        if case_id in self._under_way:
            self._under_way[case_id] = fraction

    def back_to_pending(self, case_ids: Iterable[int]) -> None:
        """Cases logged as finished whose result is withdrawn."""
        ids = list(case_ids)
        recorded = [case_id for case_id in ids if self.statuses.of(case_id) in {"completed", "failed"}]
        for case_id in ids:
            self.statuses.set(case_id, "pending")
        if recorded:
            self._log.again(recorded)
            self._log.sync()

    def given_back(self, case_id: int, attempts: int) -> None:
        """The attempt met a fault of this node and does not count."""
        self._under_way.pop(case_id, None)
        self.statuses.set(case_id, "pending")

    def set_meta(self, **values: object) -> None:
        """A chunk has no state beside its log."""

    def event(self, kind: str, message: str, case_id: int | None = None) -> None:
        if kind in _RECORDED_EVENTS:
            self._log.event(kind, message, case_id)

    def attempts_of(self, case_id: int) -> int:
        """Attempts are numbered by the runner, which has those of other chunks."""
        return 0

    # Signs of life --------------------------------------------------------------------------------

    def beat(self) -> None:
        """Write the progress of the attempt for other processes."""
        record = {
            "host": socket.gethostname(),
            "pid": os.getpid(),
            "time": time.time(),
            "finished": self.finished_cases,
            "under_way": {str(case_id): fraction for case_id, fraction in self._under_way.items()},
        }
        write_json(self._beat, record, durable=False)

    def still(self) -> None:
        """No sign of life is to be expected any more."""
        self._beat.unlink(missing_ok=True)

    # Results --------------------------------------------------------------------------------------

    def _bring_home(self, case_id: int, everything: bool) -> None:
        made = self._layout.case_dir(case_id)
        if not everything or not made.is_dir():
            shutil.rmtree(made, ignore_errors=True)
            return
        home = self._layout.home.case_dir(case_id)
        if not made.is_relative_to(self._layout.path):
            made = self._carried(made, home)
        if home.exists():  # the run may have it as completed until it reads the log
            sync_file_system(home)
        _replace(made, home)

    def _carried(self, made: Path, home: Path) -> Path:
        """A case simulated on the node's own disk, copied beside its place."""
        beside = home.with_name(f".{home.name}.{self._element}.{os.getpid()}")
        shutil.copytree(made, beside, symlinks=True)
        shutil.rmtree(made, ignore_errors=True)
        return beside


def _replace(made: Path, home: Path) -> None:
    """Put `made` in place of `home`, which another attempt may be doing at the same moment."""
    for attempt in range(_TRIES):
        try:
            made.rename(home)
            return
        except FileNotFoundError:
            home.parent.mkdir(exist_ok=True)
        except OSError:
            if attempt == _TRIES - 1:
                raise
            _set_aside(home, made.with_name(f".old-{home.name}-{os.getpid()}-{attempt}"))


def _set_aside(home: Path, aside: Path) -> None:
    try:
        home.rename(aside)
    except FileNotFoundError:
        return
    shutil.rmtree(aside, ignore_errors=True)
