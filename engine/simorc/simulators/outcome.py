"""The outcome of one attempt of a case."""

from __future__ import annotations

import errno
import signal
from collections.abc import Mapping
from enum import StrEnum
from typing import Literal, NamedTuple

from simorc.machine_faults import machine_errno, words_of
from simorc.simulators.case_warnings import CaseWarning

Status = Literal["completed", "failed", "cancelled"]


class FailureKind(StrEnum):
    """Why a case failed. Stored, filtered by and shown as is."""

    BAD_NETLIST = "bad_netlist"
    """The deck has no analysis, or ngspice does not understand it."""
    MISSING_MODEL = "missing_model"
    """A device model or subcircuit is not defined."""
    MISSING_FILE = "missing_file"
    """An included file, a library or a section of one is missing."""
    NO_CONVERGENCE = "no_convergence"
    TIMESTEP_TOO_SMALL = "timestep_too_small"
    SINGULAR_MATRIX = "singular_matrix"
    PARTIAL = "partial"
    """An analysis ended before its requested end."""
    TIMEOUT = "timeout"
    STUCK = "stuck"
    """No progress for longer than allowed."""
    CRASHED = "crashed"
    """The simulator was killed by a signal."""
    OUT_OF_MEMORY = "out_of_memory"
    RAW_LIMIT = "raw_limit"
    LOG_LIMIT = "log_limit"
    OUT_OF_DISK = "out_of_disk"
    MEASUREMENT_MISSING = "measurement_missing"
    OUTPUT_MISSING = "output_missing"
    """No raw file, an incomplete one, or one without a plot of each analysis."""
    SPAWN_FAILED = "spawn_failed"
    TEMPLATE_ERROR = "template_error"
    LOST_WORKER = "lost_worker"
    CANCELLED = "cancelled"
    INTERNAL = "internal"


_NO_VALUES: Mapping[str, float] = {}


class Outcome(NamedTuple):
    """The verdict on one attempt.

    `message` is one line a person can act on; empty if there is none. `seconds` is wall-clock time,
    `peak_memory` the largest resident size of the simulator in bytes (None: not sampled, the case ended too
    soon). `cold_reason` says why a case did not run in a warm session. `exit_code` is the simulator's,
    negative for a signal. `warnings` lists what the simulator ignored or replaced, one per kind.
    `fingerprint` is equal for equal waveforms, whatever their title and date (None: no waveforms). `errno` is
    the number of the operating system's error in the attempt, if there was one. `deck_run` names what was
    removed from the deck that ngspice read, or why nothing was (None: cutting was not requested).
    """

    status: Status
    kind: FailureKind | None = None
    message: str = ""
    measurements: Mapping[str, float] = _NO_VALUES
    seconds: float = 0.0
    warm: bool = False
    cold_reason: str | None = None
    exit_code: int | None = None
    peak_memory: int | None = None
    warnings: tuple[CaseWarning, ...] = ()
    fingerprint: int | None = None
    errno: int | None = None
    deck_run: str | None = None

    @property
    def was_ended(self) -> bool:
        """Whether somebody else ended the simulator: a person, the scheduler of a cluster, the system."""
        return self.kind == FailureKind.CRASHED and self.exit_code in _ENDING

    @classmethod
    def completed(
        cls, measurements: Mapping[str, float] | None = None, *, message: str = "", seconds: float = 0.0
    ) -> Outcome:
        return cls("completed", None, message, dict(measurements or {}), seconds)

    @classmethod
    def failed(
        cls,
        kind: FailureKind,
        message: str,
        *,
        measurements: Mapping[str, float] | None = None,
        seconds: float = 0.0,
        exit_code: int | None = None,
    ) -> Outcome:
        return cls("failed", kind, message, dict(measurements or {}), seconds, exit_code=exit_code)

    @classmethod
    def met(cls, error: BaseException, doing: str) -> Outcome:
        """The failure of an attempt that an exception ended while simorc was `doing` something."""
        number = machine_errno(error)
        if number is not None:
            kind = _KINDS.get(number, FailureKind.INTERNAL)
            return cls("failed", kind, f"cannot {doing}: {words_of(number)}", errno=number)
        if isinstance(error, OSError):
            return cls("failed", FailureKind.INTERNAL, f"cannot {doing}: {error}", errno=error.errno)
        message = f"internal error in simorc: {type(error).__name__}: {error} (see runner.log)"
        return cls("failed", FailureKind.INTERNAL, message)

    @classmethod
    def not_started(cls, executable: str, error: OSError) -> Outcome:
        """The failure of an attempt whose simulator could not be started."""
        message = f"cannot start {executable}: {error}"
        return cls("failed", FailureKind.SPAWN_FAILED, message, errno=error.errno)

    @classmethod
    def cancelled(cls, message: str = "cancelled", *, seconds: float = 0.0) -> Outcome:
        return cls("cancelled", FailureKind.CANCELLED, message, {}, seconds)


_ENDING = {-signal.SIGKILL, -signal.SIGTERM, -signal.SIGINT, -signal.SIGHUP}
"""Exit codes that no simulator has by itself."""
_KINDS = {
    errno.ENOSPC: FailureKind.OUT_OF_DISK,
    errno.EDQUOT: FailureKind.OUT_OF_DISK,
    errno.ENOMEM: FailureKind.OUT_OF_MEMORY,
}
