"""Finds the failure in the log of a simulator.

ngspice's exit code is no verdict and its words are many; this is where they are read. A `Complaint` becomes
a failure only if the evidence in the raw file agrees (`verdict`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from simorc.machine_faults import errno_in
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
    lacked, what was ignored (`changed`: and changed what was simulated), why each failed ``.meas`` failed,
    which file a code model did not find (`missing`), without which it computes something else.
    """

    refused: Complaint | None = None
    aborted: Complaint | None = None
    lack: Complaint | None = None
    changed: Complaint | None = None
    missing: Complaint | None = None
    warnings: tuple[CaseWarning, ...] = ()
    measures: Mapping[str, str] = field(default_factory=dict)


def scan_log(log: bytes, deck: Deck) -> LogScan:
    """Search `log` for every known complaint and warning."""
    lines = LogLines(log)
    changed = _impossible_temperature(log)
    if not lines.notable:
        return LogScan(changed=changed, measures=meas_reasons(lines, deck))
    warned = warned_in(lines, deck)
    if warned.changed:
        message = f"not simulated as written: {warned.changed}"
        changed = Complaint(FailureKind.BAD_NETLIST, message)
    return LogScan(
        first_cause(lines, deck),
        aborted_in(lines, deck),
        _lack(lines),
        changed,
        _missing_data(lines),
        warned.warnings,
        meas_reasons(lines, deck),
    )


_IMPOSSIBLE = re.compile(
    rb"Doing analysis at TEMP = "
    rb"((?:-?\d{4,}|-27[4-9]|-2[89]\d|-[3-9]\d\d|-273(?=\.(?:1[6-9]|[2-9])))[.\d]*)"
)
"""An analysis at 1000 °C or more, or below absolute zero."""


def _impossible_temperature(log: bytes) -> Complaint | None:
    """The complaint for a circuit that was simulated at a temperature that no circuit has."""
    match = _IMPOSSIBLE.search(log)
    if match is None:
        return None
    message = f"simulated at {float(match[1]):g} °C: write temperatures in °C (ngspice reads 300K as 300000)"
    return Complaint(FailureKind.BAD_NETLIST, message)


_CANNOT_OPEN = re.compile(
    r"^instance:\s*(?P<instance>\S+)\s+message:.*\b(?:cannot|can't|could not|unable to|failed to) "
    r"(?:open|find|read)\b.*?\bfile\b[:\s]*(?P<name>.*)",
    _I,
)
_NOT_READ = re.compile(
    r"^(?P<model>[A-Z]\w+): (?P<what>failed to open .*file.*|.*file was not read successfully.*)", _I
)
"""The words of a model of digital signals, in a line of their own."""


_NOT_USED = re.compile(
    r"^instance:\s*(?P<instance>\S+)\s+message:\s*"
    r"(?P<what>.*\b(?:not enough|unable to|failure|illegal|is too big|invalid|incorrect|differ)\b.*)",
    _I,
)
"""A code model that could not use the data of its file, and goes on without them."""


def _missing_data(lines: LogLines) -> Complaint | None:
    """The complaint for a file of data that a code model could not open, or not use."""
    return next((found for line in lines.notable if (found := _data_fault(line.text.strip()))), None)


def _data_fault(line: str) -> Complaint | None:
    if (match := _CANNOT_OPEN.search(line)) is not None:
        name = match["name"].strip(" .\"'") or "?"
        return Complaint(FailureKind.MISSING_FILE, f"data file '{name}' of {match['instance']} not found")
    if (match := _NOT_READ.search(line)) is not None:
        what = f"{match['model'].lower()}: {match['what'].rstrip(' .')}"
        return Complaint(FailureKind.MISSING_FILE, what)
    if (match := _NOT_USED.search(line)) is not None:
        what = match["what"].rpartition("/")[2].strip(" .")
        return Complaint(FailureKind.BAD_NETLIST, f"code model of {match['instance']}: {what}")
    return None


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
        if (number := errno_in(line.text)) is not None:
            return Complaint(FailureKind.OUTPUT_MISSING, f"the machine failed: {line.text}", number)
    return None
