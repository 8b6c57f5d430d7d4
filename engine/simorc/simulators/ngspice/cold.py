"""Cold runs of ngspice: one process per case."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path

from simorc.deck_text import encoded
from simorc.errors import NetlistError, ToolMissing
from simorc.netlist.checks.lint_literals import reads_resistor_codes
from simorc.netlist.deck.control_block import for_batch
from simorc.netlist.deck.deck import Deck
from simorc.simulators.case_watch import CaseWatch
from simorc.simulators.child_process import Child, attended
from simorc.simulators.job import Job
from simorc.simulators.large_logs import judged_aside
from simorc.simulators.ngspice.log.scan import Complaint
from simorc.simulators.ngspice.outputs import collect_raw, cut_to_limit
from simorc.simulators.ngspice.refused_decks import refusal
from simorc.simulators.ngspice.verdict import Ending, judge
from simorc.simulators.outcome import FailureKind, Outcome

_LOOK_EVERY = 0.25
CUT_DECK = ".cut.spice"
"""The deck in a case's directory while it runs in place of the case's own."""
SALVAGE_WITHIN = 5.0
"""Seconds an interrupted simulator has to write the waveforms it has."""
SALVAGED = "; results.raw holds the part simulated"
_VERSION = re.compile(r"ngspice-(\d+(?:\.\d+)*)")
_SCREEN = ("DISPLAY", "WAYLAND_DISPLAY")


def _nothing(_: object) -> None:
    """The default callbacks of `run_cold`."""


class Ngspice:
    """An ngspice program and how to start it.

    `args` come before the arguments that simorc adds. `spiceinit` is linked into each case's directory, where
    it replaces the one in HOME; without it ngspice reads the user's own file as usual. `run` is the run's
    directory, set in the simulator's environment so that a left-over process can be traced to its run.
    `library` names the ngspice library for warm sessions; without it, `warm_way` searches for the library.
    """

    def __init__(
        self,
        executable: str = "ngspice",
        args: Sequence[str] = (),
        spiceinit: Path | None = None,
        threads: int = 1,
        run: Path | None = None,
        library: str | None = None,
    ) -> None:
        self.executable = shutil.which(executable) or executable
        self.args = tuple(args)
        self.spiceinit = None if spiceinit is None else spiceinit.resolve()
        self.threads = threads
        self.run = run
        self.library = library

    def version(self) -> str:
        """The version, for example ``39`` or ``44.2``. Raises ToolMissing if the program is missing or is not
        ngspice.
        """
        try:
            process = subprocess.run(
                [self.executable, "--version"],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=20,
                text=True,
                errors="replace",
                env=self.environment,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise ToolMissing(f"{self.executable}: {error}", remedy="install ngspice") from None
        match = _VERSION.search(process.stdout + process.stderr)
        if match is None:
            raise ToolMissing(
                f"{self.executable} does not report its ngspice version", remedy="set simulator.executable"
            )
        return match[1]

    def refusal(self, deck: str, directory: Path) -> str:
        """Why this ngspice must not simulate a deck in `directory`: it would misread it. Empty if it may."""
        return refusal(
            deck, directory, self.run, lambda: self._version, resistor_codes=self._reads_resistor_codes
        )

    @cached_property
    def _version(self) -> tuple[int, ...]:
        return tuple(int(part) for part in self.version().split("."))

    @cached_property
    def _reads_resistor_codes(self) -> bool:
        return reads_resistor_codes(self.spiceinit, self.args)

    @cached_property
    def environment(self) -> dict[str, str]:
        """The environment of every ngspice process: this process's own, without a display, without spinning
        threads, and with a HOME, without which ngspice 39 crashes.
        """
        environment = {name: value for name, value in os.environ.items() if name not in _SCREEN}
        environment.setdefault("HOME", "/nonexistent")
        threads = str(self.threads)
        environment.update(
            OMP_THREAD_LIMIT=threads, OMP_NUM_THREADS=threads, OMP_WAIT_POLICY="passive", LC_ALL="C"
        )
        if self.run is not None:
            environment["SIMORC_RUN"] = str(self.run)
        return environment

    def command(self, *mode: str) -> list[str]:
        """The program with the user's arguments and ours."""
        return [self.executable, *self.args, *mode]

    def place_spiceinit(self, directory: Path) -> None:
        """Put the configured .spiceinit where ngspice, started in `directory`, searches for it."""
        if self.spiceinit is not None:
            (directory / ".spiceinit").symlink_to(os.path.relpath(self.spiceinit, directory.resolve()))

    async def run_cold(
        self,
        job: Job,
        *,
        on_spawn: Callable[[int], None] = _nothing,
        on_exit: Callable[[int], None] = _nothing,
        on_progress: Callable[[float], None] = _nothing,
        cut: Callable[[str], str | None] = lambda _: None,
    ) -> Outcome:
        """Simulate `job` in a new process and judge the result.

        `cut` takes the deck with everything that a batch run needs and returns the text that ngspice reads
        instead; None: ngspice reads the deck itself. The case's directory contains the whole deck either way.

        A case with a time limit runs as ``ngspice -p``: unlike ``-b`` it can be interrupted and then still
        writes its results so far. Never raises for a fault of the case; cancelling ends the simulator's whole
        group and leaves the files it has written. `on_progress` receives the progress of a transient, 0 … 1.
        """
        started = time.monotonic()
        deck = Deck.parse(job.deck)
        try:
            if reason := self.refusal(job.deck, job.directory):
                return Outcome.failed(FailureKind.BAD_NETLIST, reason)
            text = for_batch(deck)
            _write(job.netlist, text)
            given, shorter = job.netlist, cut(text)
            if shorter is not None:
                given = job.directory / CUT_DECK
                _write(given, shorter)
            self.place_spiceinit(job.directory)
            child = Child(
                self.command("-p" if job.limits.timed else "-b", given.name),
                job.directory,
                self.environment,
                job.log,
                job.limits,
            )
        except NetlistError as error:
            return Outcome.failed(FailureKind.BAD_NETLIST, error.message)
        except OSError as error:
            return Outcome.not_started(self.executable, error)
        watch = CaseWatch(job, deck, on_progress, started)
        on_spawn(child.pid)
        try:
            stopped, ended = await attended(child, partial(_attend, child, watch), on_exit)
        finally:
            (job.directory / CUT_DECK).unlink(missing_ok=True)
        ending = Ending(ended.exit_code, stopped)
        outcome = await judged_aside(job.log.stat().st_size, _judged, job, deck, ending)
        return outcome._replace(seconds=time.monotonic() - started, peak_memory=ended.peak_memory)


async def _attend(child: Child, watch: CaseWatch) -> Complaint | None:
    """Wait for the end of a case, or bring it about; why, if so."""
    limit = watch.job.limits.timeout
    while True:
        left = _LOOK_EVERY if limit is None else watch.started + limit - time.monotonic()
        if await child.ends_within(min(_LOOK_EVERY, left) if left > 0 else _LOOK_EVERY):
            return None
        complaint = watch.look(child.memory())
        if complaint is None:
            continue
        if complaint.kind in {FailureKind.TIMEOUT, FailureKind.STUCK}:
            await child.interrupt(SALVAGE_WITHIN)
            if watch.job.raw.exists():
                return Complaint(complaint.kind, f"{complaint.message}{SALVAGED}")
        else:
            await child.stop()
        return complaint


def _judged(job: Job, deck: Deck, ending: Ending) -> Outcome:
    log = _limited(job.log, job.limits.log)
    try:
        cut = cut_to_limit(job, deck)
        ending = replace(ending, stopped=ending.stopped or cut)
        raw, raw_error = collect_raw(job, deck, log)
    except OSError as error:
        raw, raw_error = None, f"results.raw: {error}"
    return judge(deck, log, raw, ending, requested=job.requested, optional=job.optional, raw_error=raw_error)


def _limited(path: Path, limit: int) -> bytes:
    """A log cut at its limit: what a case printed too much is neither kept nor read."""
    descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        size = os.fstat(descriptor).st_size
        if size > limit:
            os.ftruncate(descriptor, limit)
        return os.read(descriptor, min(size, limit))
    finally:
        os.close(descriptor)


def _write(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o666)
    with os.fdopen(descriptor, "wb") as file:
        file.write(encoded(text))
