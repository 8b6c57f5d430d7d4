"""The worker of one slot for other simulators: one process per case, evaluated by its adapter."""

from __future__ import annotations

import math
import os
import re
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from simorc.errors import NetlistError, WaveformError
from simorc.netlist.deck.deck import Deck
from simorc.simulators.case_watch import CaseWatch
from simorc.simulators.child_process import Child, attended
from simorc.simulators.job import Callbacks, Job
from simorc.simulators.ngspice.log.scan import Complaint
from simorc.simulators.others.adapter import Adapter, Found
from simorc.simulators.outcome import FailureKind, Outcome

_LOOK_EVERY = 0.25
_PLACE = re.compile(rb"at or near line \d+\s*$")
UNHEARD = Callbacks(lambda _: None, lambda _: None, lambda _: None, lambda *_: None)
"""Callbacks for callers that need the outcome only."""


@dataclass(frozen=True)
class ProgramWorker:
    """Runs cases on `adapter`. `run` is the run's directory, set in the simulator's environment."""

    adapter: Adapter
    executable: str
    args: Sequence[str] = ()
    threads: int = 1
    run_directory: Path | None = None

    async def run(self, job: Job, callbacks: Callbacks) -> Outcome:
        """Simulate and judge one case; never raises for what a case does wrong."""
        started = time.monotonic()
        try:
            job.directory.joinpath(self.adapter.deck_name).write_text(
                self.adapter.deck(job.deck), encoding="utf-8", errors="surrogateescape"
            )
            program = shutil.which(self.executable) or self.executable
            command = self.adapter.command(program, self.args)
            child = Child(command, job.directory, self._environment(), job.log, job.limits)
        except NetlistError as error:
            return Outcome.failed(FailureKind.BAD_NETLIST, error.message)
        except OSError as error:
            return Outcome.not_started(self.executable, error)
        watch = CaseWatch(job, Deck.parse(job.deck), callbacks.on_progress, started)
        callbacks.on_spawn(child.pid)
        stopped, ended = await attended(child, partial(_attend, child, watch), callbacks.on_exit)
        outcome = judge_program(self.adapter, job, ended.exit_code, stopped)
        reason = f"{self.adapter.name} has no warm sessions"
        seconds = time.monotonic() - started
        return outcome._replace(seconds=seconds, cold_reason=reason, peak_memory=ended.peak_memory)

    async def close(self) -> None:
        """Nothing is kept between cases."""

    def _environment(self) -> dict[str, str]:
        variables = {"SIMORC_RUN": str(self.run_directory)} if self.run_directory is not None else {}
        return {
            **os.environ,
            "OMP_NUM_THREADS": str(self.threads),
            "LC_ALL": "C",
            **self.adapter.environment,
            **variables,
        }


async def _attend(child: Child, watch: CaseWatch) -> Complaint | None:
    """Wait for the end of a case, or bring it about; why, if so."""
    while not await child.ends_within(_LOOK_EVERY):
        complaint = watch.look(child.memory())
        if complaint is not None:
            await child.stop()
            return complaint
    return None


def judge_program(adapter: Adapter, job: Job, exit_code: int, stopped: Complaint | None) -> Outcome:
    """The verdict on one case, from what the simulator left in its directory."""
    log = adapter.log(job.directory, job.log.read_bytes()[: job.limits.log])
    found = adapter.measurements(job.directory, log)
    values = {name: value for name, value in found.values.items() if math.isfinite(value)}
    complaint = (
        stopped
        or _complaint_in(adapter, log)
        or _ending(adapter, log, exit_code)
        or _waveforms(adapter, job)
        or _measured(job, values, found)
    )
    if complaint is None:
        return Outcome("completed", measurements=values, exit_code=exit_code)
    return Outcome("failed", complaint.kind, complaint.message, values, exit_code=exit_code)


def _complaint_in(adapter: Adapter, log: bytes) -> Complaint | None:
    finished = bool(adapter.finished.pattern) and adapter.finished.search(log) is not None
    for pattern, kind in (*adapter.complaints, *(() if finished else adapter.causes)):
        if match := pattern.search(log):
            return Complaint(kind, f"{_matched_lines(log, match)} — see simulator.log")
    return None


def _matched_lines(log: bytes, match: re.Match[bytes]) -> str:
    """The lines that were matched, and the next where the last one ends in the place of the mistake."""
    start, end = log.rfind(b"\n", 0, match.start()) + 1, log.find(b"\n", match.end())
    words = log[start : end if end >= 0 else len(log)]
    if _PLACE.search(words) and end >= 0:
        words += b" " + log[end + 1 :].split(b"\n", 1)[0]
    return " ".join(words.decode("utf-8", "replace").split())[:300]


def _ending(adapter: Adapter, log: bytes, exit_code: int) -> Complaint | None:
    if exit_code < 0:
        return Complaint(FailureKind.CRASHED, f"{adapter.name} was killed by signal {-exit_code}")
    if adapter.finished.pattern and not adapter.finished.search(log):
        message = (
            f"{adapter.name} ended with exit code {exit_code} before it was finished — see simulator.log"
        )
        return Complaint(FailureKind.PARTIAL, message)
    return None


def _waveforms(adapter: Adapter, job: Job) -> Complaint | None:
    if not adapter.waveforms:
        return None
    try:
        adapter.collect(job.directory)
    except (WaveformError, OSError) as error:
        return Complaint(FailureKind.OUTPUT_MISSING, f"{error} — see simulator.log")
    return None if job.raw.is_file() else Complaint(FailureKind.OUTPUT_MISSING, "no waveforms written")


def _measured(job: Job, values: dict[str, float], found: Found) -> Complaint | None:
    wanted = [*(card.name.lower() for card in Deck.parse(job.deck).measures), *map(str.lower, job.requested)]
    spared = {name.lower() for name in job.optional}
    missing = [name for name in dict.fromkeys(wanted) if name not in values and name not in spared]
    if not missing:
        return None
    names = ", ".join(f"{name} (its .meas failed)" if name in found.failed else name for name in missing[:4])
    return Complaint(FailureKind.MEASUREMENT_MISSING, f"no value for {names} — see simulator.log")
