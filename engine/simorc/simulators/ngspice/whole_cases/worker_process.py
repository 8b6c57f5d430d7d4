"""The process of a session that also runs whole cases: it prepares, simulates, judges and measures them.

It obeys the same commands as ``library_worker.py``, so that a deck is verified in the very process that runs
its cases afterwards. A `RangeOrder` names cases to run one after the other, without a word of the runner in
between.
"""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path
from typing import NoReturn, Protocol

from simorc.deck_text import encoded
from simorc.errors import NetlistError, TemplateError
from simorc.netlist.deck.control_block import for_batch
from simorc.netlist.deck.deck import Deck
from simorc.simulators.defects import print_defect
from simorc.simulators.job import Job
from simorc.simulators.ngspice.library_worker import Worker
from simorc.simulators.ngspice.log.scan import last_progress
from simorc.simulators.ngspice.slot_session import NO_CIRCUIT, STAYS
from simorc.simulators.ngspice.verdict import Ending
from simorc.simulators.ngspice.verified_decks import WarmCase, as_warm_case
from simorc.simulators.ngspice.warm_cases import (
    commands_for,
    ending_for,
    judged_warm,
    session_survives,
    without_skipped_values,
)
from simorc.simulators.ngspice.whole_cases.messages import RANGE, CaseRecord, RangeEnd, RangeOrder, packed
from simorc.simulators.ngspice.whole_cases.page import CasePage
from simorc.simulators.outcome import Outcome

_SEND_EVERY = 0.02
"""Seconds for which records are collected before they are sent."""
_LOG_AFTER = 0.25
"""Seconds after which what a case prints is written to its log while it runs."""


class CaseSource(Protocol):
    """Prepares and measures the cases of a run."""

    def job(self, case_id: int) -> Job:
        """The job of a case, without touching the disk. Raises `TemplateError`."""
        ...

    def clear(self, job: Job) -> None:
        """Make the directory of a case, empty. Raises OSError."""
        ...

    def measured(self, case_id: int, outcome: Outcome) -> Outcome:
        """The outcome with the declared measurements."""
        ...


class CaseWorker(Worker):
    """The ngspice library in this process, and the cases it runs. `records` is the descriptor for records."""

    def __init__(
        self, library: str, interruptible: bool, source: CaseSource, page: CasePage, records: int
    ) -> None:
        self._source, self._page, self._records = source, page, records
        self._case: _Case | None = None
        self._interrupted = self._concluding = False
        self._strays = _Strays()
        self._unsent = bytearray()
        self._sent = 0.0
        super().__init__(library, interruptible)

    def flush(self) -> None:
        if self._case is None:
            super().flush()
            return
        self._flushed = time.monotonic()
        piece, self._output = bytes(self._output), bytearray()
        self._case.printed(piece, self._page)
        if len(self._case.output) > self._case.job.limits.log and not self._concluding:
            self._page.break_off(self._case.case_id, "log_limit")
            self.leave(1)

    def leave(self, code: int) -> None:
        if self._case is not None:
            try:
                if not self._struck:
                    self._conclude(self._case, self._ending_of(self._case, code))
                self._send()
            except Exception as error:  # noqa: BLE001 - the process ends here whatever happens
                print_defect(error)
            os._exit(code)
        super().leave(code)

    def _interrupt(self, number: int, frame: object) -> None:
        self._interrupted = True
        super()._interrupt(number, frame)

    def run_range(self, order: RangeOrder) -> None:
        """Run cases until one is not for this session, the session cannot be used, or the runner asks to
        hold.
        """
        left, other = list(order.case_ids), False
        usable: bool | None = True
        began = time.process_time()
        _empty_here()
        self._strays.catch()
        while left and usable and not self._page.hold:
            case_id = left[0]
            self._page.begin(case_id, time.monotonic())
            self._interrupted = False
            case = self._admitted(case_id, order)
            if case is None:
                other = True
                break
            usable = self._run(case)
            if usable is not None:
                left.pop(0)
        self._page.begin(0, 0.0)
        self._strays.release()
        self._post(RangeEnd(left, order.values, bool(usable), other, time.process_time() - began))
        self._send()

    def _admitted(self, case_id: int, order: RangeOrder) -> _Case | None:
        """The case, if it is one for this session and changes only what is proved."""
        started, began = time.time(), time.monotonic()
        try:
            job = self._source.job(case_id)
            case = as_warm_case(job, Deck.parse(job.deck))
        except (TemplateError, NetlistError):
            return None
        except Exception as error:  # noqa: BLE001 - the runner meets it again and reports it
            print_defect(error)
            return None
        if isinstance(case, str) or case.key != order.key or case.commands_form != order.commands:
            return None
        if not order.loaded.differs_in(case.form) | {case.commands_form} <= order.covered:
            return None
        return _Case(case_id, job, case, order, started, began)

    def _run(self, case: _Case) -> bool | None:
        """Run a case and report it; whether the session can be used afterwards. None: the case was struck,
        and is to be repeated in another session.
        """
        try:
            self._source.clear(case.job)
            case.job.netlist.write_bytes(encoded(for_batch(case.warm.deck)))
            self._case = case
            for line in commands_for(case.warm, case.order.values):
                self.obey(encoded(line))
            if self._struck:
                self._case = None
                return None
            return self._conclude(case, self._ending_of(case))
        except Exception as error:  # noqa: BLE001 - a defect met in one case must not stop the others
            self._case = None
            print_defect(error)
            outcome = Outcome.met(error, "run the case")._replace(warm=True)
            self._post(CaseRecord(case.case_id, case.started, outcome))
            self._send()
            return False

    @property
    def _struck(self) -> bool:
        """Whether an interrupt that was meant for an earlier case met this one: that is to be repeated."""
        return self._interrupted and not self._page.broken_off(self._page.case_id)

    def _ending_of(self, case: _Case, code: int | None = None) -> Ending:
        """How a case ended; `code` is the exit code of the library, if that ended."""
        reason = self._page.broken_off(case.case_id)
        return ending_for(reason, code) if reason else Ending(code or 0)

    def _conclude(self, case: _Case, ending: Ending) -> bool:
        """Judge, measure and report a case; whether the session can be used afterwards."""
        self._concluding = True
        self.flush()
        self._case, self._concluding = None, False
        output = bytes(case.output) + self._strays.read()
        if NO_CIRCUIT.search(output):
            output = case.order.loading + output  # it contains the reason
        case.job.log.write_bytes(output)
        _bring_home(case.job)
        outcome = judged_warm(case.job, case.warm.deck, output, ending, case.order.loading)
        outcome = without_skipped_values(outcome, output)
        usable = session_survives(outcome, output)
        outcome = outcome._replace(warm=True, seconds=time.monotonic() - case.began)
        outcome = self._source.measured(case.case_id, outcome)
        self._post(CaseRecord(case.case_id, case.started, outcome))
        if time.monotonic() - self._sent > _SEND_EVERY:
            self._send()
        return usable

    def _post(self, message: CaseRecord | RangeEnd) -> None:
        self._unsent += packed(message)

    def _send(self) -> None:
        text, self._unsent = self._unsent, bytearray()
        while text:
            del text[: os.write(self._records, text)]
        self._sent = time.monotonic()


class _Case:
    """A case in progress."""

    def __init__(
        self, case_id: int, job: Job, warm: WarmCase, order: RangeOrder, started: float, began: float
    ) -> None:
        self.case_id, self.job, self.warm, self.order = case_id, job, warm, order
        self.started, self.began = started, began
        self.output = bytearray()
        self._stop = next((each.stop for each in warm.deck.wanted if each.kind == "tran"), None)
        self._logged = 0

    def printed(self, piece: bytes, page: CasePage) -> None:
        """The simulator has printed `piece`. What a long case prints is in its log at once."""
        self.output += piece
        reached = last_progress(piece) if self._stop and piece else None
        page.moved(len(self.output), min(1.0, reached / self._stop) if reached and self._stop else None)
        if time.monotonic() - self.began > _LOG_AFTER and len(self.output) > self._logged:
            with self.job.log.open("ab") as log:
                log.write(self.output[self._logged :])
            self._logged = len(self.output)


class _Strays:
    """What the library prints past its callbacks, straight to the standard streams, while cases run."""

    def __init__(self) -> None:
        self._file = os.memfd_create("simorc-strays")
        self._streams: list[tuple[int, int]] = []

    def catch(self) -> None:
        self._streams = [(stream, os.dup(stream)) for stream in (1, 2)]
        for stream, _ in self._streams:
            os.dup2(self._file, stream)

    def release(self) -> None:
        for stream, kept in self._streams:
            os.dup2(kept, stream)
            os.close(kept)
        self._streams = []

    def read(self) -> bytes:
        """Take what was printed since the last time."""
        size = os.fstat(self._file).st_size
        if not size:
            return b""
        text = os.pread(self._file, size, 0)
        os.ftruncate(self._file, 0)
        os.lseek(self._file, 0, os.SEEK_SET)
        return text


def _empty_here() -> None:
    """Remove what an earlier case has left in the directory of the session, which is the current one."""
    with os.scandir() as entries:
        for entry in entries:
            if entry.name not in STAYS:
                directory = entry.is_dir(follow_symlinks=False)
                shutil.rmtree(entry.path) if directory else Path(entry.path).unlink()


def _bring_home(job: Job) -> None:
    """Move what the case wrote into its own directory."""
    with os.scandir() as entries:
        for entry in entries:
            if entry.name not in STAYS:
                Path(entry.path).rename(job.directory / entry.name)


def serve(worker: CaseWorker, commands: int) -> NoReturn:
    """Obey what is read from the descriptor `commands` until its end, and leave."""
    pending = bytearray()
    while True:
        worker.flush()
        piece = os.read(commands, 1 << 16)
        if not piece:
            break
        pending += piece
        while b"\n" in pending:
            line, _, rest = pending.partition(b"\n")
            pending = bytearray(rest)
            if line.startswith(RANGE + b" "):
                length = int(line[len(RANGE) :])
                while len(pending) < length and (piece := os.read(commands, 1 << 16)):
                    pending += piece
                order, pending = bytes(pending[:length]), pending[length:]
                worker.run_range(RangeOrder.unpacked(order))
            else:
                worker.obey(bytes(line))
    worker.flush()
    os._exit(0)
