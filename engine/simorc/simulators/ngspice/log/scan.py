"""Finds the failure in the log of a simulator.

ngspice's exit code is no verdict and its words are many; this is where they are read. A `Complaint` becomes
a failure only if the evidence in the raw file agrees (`verdict`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from simorc.netlist.deck.deck import Deck
from simorc.simulators.case_warnings import CaseWarning
from simorc.simulators.ngspice.log.aborts import aborted_in
from simorc.simulators.ngspice.log.first_cause import Complaint, first_cause
from simorc.simulators.ngspice.log.lines import LogLines
from simorc.simulators.ngspice.log.meas_reasons import meas_reasons
from simorc.simulators.ngspice.log.warnings import warned_in
from simorc.simulators.outcome import FailureKind

__all__ = ["Complaint", "LogScan", "last_progress", "scan_log"]

_PROGRESS = re.compile(rb"Reference value :\s+([-+.\de]+)")
_I = re.IGNORECASE


@dataclass(frozen=True, slots=True)
class LogScan:
    """What a log reports: why the deck was refused, why an analysis was aborted, which resource the machine
    lacked, what was ignored (`changed`: and changed what was simulated), why each failed ``.meas`` failed.
    """

    refused: Complaint | None = None
    aborted: Complaint | None = None
    lack: Complaint | None = None
    changed: Complaint | None = None
    warnings: tuple[CaseWarning, ...] = ()
    measures: Mapping[str, str] = field(default_factory=dict)


def scan_log(log: bytes, deck: Deck) -> LogScan:
    """Search `log` for every known complaint and warning."""
    lines = LogLines(log)
    if not lines.notable:
        return LogScan(measures=meas_reasons(lines, deck))
    warned = warned_in(lines, deck)
    changed = None
    if warned.changed:
        message = f"not simulated as written: {warned.changed}"
        changed = Complaint(FailureKind.BAD_NETLIST, message)
    return LogScan(
        first_cause(lines, deck),
        aborted_in(lines, deck),
        _lack(lines),
        changed,
        warned.warnings,
        meas_reasons(lines, deck),
    )


def last_progress(tail: bytes) -> float | None:
    """The last time or frequency that a running simulator has printed."""
    values = _PROGRESS.findall(tail)
    try:
        return float(values[-1]) if values else None
    except ValueError:
        return None


# Lack of machine resources --------------------------------------------------------------------------------

_MEMORY = re.compile(
    r"can't allocate|cannot allocate|out of memory|insufficient memory|not enough memory|bad_alloc", _I
)
_DISK = re.compile(r"no space left on device|disk quota exceeded", _I)


def _lack(lines: LogLines) -> Complaint | None:
    for line in lines.notable:
        if _MEMORY.search(line.text):
            return Complaint(FailureKind.OUT_OF_MEMORY, f"out of memory: {line.text}")
        if _DISK.search(line.text):
            return Complaint(FailureKind.OUT_OF_DISK, f"out of disk: {line.text}")
    return None
