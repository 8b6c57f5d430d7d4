"""Why ngspice aborted an analysis: no convergence, or a reference to something that does not exist."""

from __future__ import annotations

import re

from simorc.netlist.deck.deck import Deck
from simorc.simulators.ngspice.log.first_cause import Complaint, placed
from simorc.simulators.ngspice.log.lines import LogLine, LogLines
from simorc.simulators.outcome import FailureKind

_I = re.IGNORECASE
_ABORTED = re.compile(r"doAnalyses:\s*(?:(?P<what>[A-Za-z]+):\s)?\s*(?P<why>.*)$|simulation\(s\) aborted")
_TROUBLE = re.compile(r"trouble with (?P<what>node|.*?instance|.*?device)\s*\"?(?P<name>[^\s\"]+)\"?", _I)
_DOMAIN = re.compile(r"\S+ out of range for \w+", _I)
_PAUSED = "pause requested"
"""A `stop` or `step` of the deck, or an interrupt: how far the analysis came shows what it is."""
_AT = re.compile(r"time\s*=\s*(?P<time>[-+.\de]+)", _I)
_SINGULAR = re.compile(r"singular matrix:\s*check nodes?\s+(?P<name>[^\n]+)", _I)
_CURABLE = re.compile(r"timestep|iteration|singular|converge|trouble|stepping|\border\b", _I)
"""Reasons that other options or another attempt may change."""
_MEMORY = re.compile(r"memory|allocate", re.I)
_CODE = re.compile(r"^(?:no such|not found|already exists|impossible|parameter value|unsupported)", re.I)
"""Reasons that say nothing without what was printed before, however far above."""
_NEAR = 8
"""Lines above an abort in which a cause belongs to any reason."""
_SPOKEN = re.compile(r"^(?:fatal error|error|warning)\b\s*[:,-]+\s*(?P<what>.*)", _I)
_NOT_THERE = re.compile(
    r"resistor named \"(?P<a>[^\"]+)\" is not in the circuit|source (?P<b>\S+) not in circuit", _I
)
_OF_DEVICE = re.compile(r"^(?P<name>[^\s:]+):\s")
_IN_ANALYSIS = re.compile(
    r"gmin|source stepping|singular|transient op|operating point|non-convergence|graphics interface"
    r"|open (?:viewport|display)|initialization file|has no value|value used for|write'",
    _I,
)
"""Lines that name no cause of an abort."""
_ERROR = re.compile(r"^(?:fatal )?error\b", _I)


def aborted_in(lines: LogLines, deck: Deck) -> Complaint | None:
    """Why an analysis was aborted; None if none was."""
    for line in lines.notable:
        if (match := _ABORTED.search(line.text)) and (match["why"] or "").strip() != _PAUSED:
            return _complaint(match["why"] or "", line, lines, deck)
    return None


def _complaint(why: str, line: LogLine, lines: LogLines, deck: Deck) -> Complaint:
    why = why.strip()
    if _MEMORY.search(why):
        return Complaint(FailureKind.OUT_OF_MEMORY, f"out of memory: {why}")
    if not _CURABLE.search(why) and (why or _spoken(why, line, lines)):
        return _asked_in_vain(why, line, lines, deck)
    singular = _singular(lines)
    if singular and "trouble" not in why:
        message = f"singular matrix: check node {singular} (a loop of sources or a floating node)"
        return Complaint(FailureKind.SINGULAR_MATRIX, message)
    if "timestep too small" in why.lower():
        message = f"no convergence: timestep too small{_where(why)}"
        return Complaint(FailureKind.TIMESTEP_TOO_SMALL, f"{message}{_out_of_range(lines)}")
    message = f"no convergence: {why or 'simulation aborted'}"
    return Complaint(FailureKind.NO_CONVERGENCE, f"{message}{_out_of_range(lines)}")


def _out_of_range(lines: LogLines) -> str:
    """The first function that was evaluated outside its domain, which no step makes smaller."""
    for line in lines.notable:
        if match := _DOMAIN.search(line.text):
            return f" ({' '.join([match[0], *lines.after(line, 1)])})"
    return ""


def _singular(lines: LogLines) -> str:
    for line in lines.notable:
        if match := _SINGULAR.search(line.text):
            return " ".join(match["name"].split())
    return ""


def _where(why: str) -> str:
    at, trouble = _AT.search(why), _TROUBLE.search(why)
    when = f" at t={at['time']}s" if at else " at the first time point" if "initial timepoint" in why else ""
    return when + (f", trouble with node '{trouble['name']}'" if trouble else "")


def _asked_in_vain(why: str, line: LogLine, lines: LogLines, deck: Deck) -> Complaint:
    """What ngspice printed before it aborted is the cause; its stated reason alone is a code."""
    spoken = _spoken(why, line, lines)
    if not spoken:
        return Complaint(FailureKind.BAD_NETLIST, why)
    cause = spoken[-1]
    missing, device = _NOT_THERE.search(cause), _OF_DEVICE.search(cause)
    if missing:
        name = missing["a"] or missing["b"]
        return placed(FailureKind.BAD_NETLIST, f"source {name} is not in the circuit", deck, name)
    if device:
        return placed(FailureKind.BAD_NETLIST, cause, deck, device["name"], True)
    return Complaint(FailureKind.BAD_NETLIST, cause)


def _spoken(why: str, line: LogLine, lines: LogLines) -> list[str]:
    """What ngspice printed before `line` that may be the cause of an abort for the reason `why`; errors only
    if it states no reason.
    """
    first = 0 if not why or _CODE.search(why) else line.place - _NEAR
    return [
        match["what"].strip()
        for before in lines.notable
        if first <= before.place < line.place and (match := _SPOKEN.search(before.text))
        if not _IN_ANALYSIS.search(before.text) and (why or _ERROR.search(before.text))
    ]
