"""What a simulator's log says went wrong.

ngspice's exit code is no verdict and its words are many; this is the one list of them. Each `Complaint`
becomes a failure only if the evidence in the raw file agrees (`verdict`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from simorc.netlist.deck import Deck
from simorc.simulators.outcome import FailureKind

_PROGRESS = re.compile(rb"Reference value :\s+([-+.\de]+)")
_I = re.IGNORECASE
_CARD = r"[ \t]*(?P<card>\S.*?)[ \t]*$"


@dataclass(frozen=True, slots=True)
class Complaint:
    """A reason to fail: its kind and a line for a person."""

    kind: FailureKind
    message: str


@dataclass(frozen=True, slots=True)
class LogScan:
    """What stands in a log: why the deck was refused, why an analysis was given up."""

    refused: Complaint | None = None
    aborted: Complaint | None = None
    lack: Complaint | None = None


def scan_log(log: bytes, deck: Deck) -> LogScan:
    """Look for every known complaint in `log`."""
    text = log.decode("utf-8", "replace").replace("\r\n", "\n")
    return LogScan(_refused(text, deck), _aborted(text), _lack(text))


def last_progress(tail: bytes) -> float | None:
    """The last time or frequency that a running simulator has told."""
    values = _PROGRESS.findall(tail)
    try:
        return float(values[-1]) if values else None
    except ValueError:
        return None


# The deck was refused -------------------------------------------------------------------------------------


def _missing_model(match: re.Match[str], deck: Deck) -> Complaint:
    return _card_complaint(
        FailureKind.MISSING_MODEL, f"model '{match['name']}' not found", match["card"], deck
    )


def _missing_subcircuit(match: re.Match[str], deck: Deck) -> Complaint:
    words = [word for word in match["card"].split() if "=" not in word]
    what = f"subcircuit '{words[-1]}' not defined"
    return _card_complaint(FailureKind.MISSING_MODEL, what, match["card"], deck)


def _missing_file(match: re.Match[str], deck: Deck) -> Complaint:
    name = match["name"].strip().strip("\"'")
    lines = [str(include.line) for include in deck.includes if include.path == name]
    where = f" (deck line {lines[0]})" if lines else ""
    return Complaint(FailureKind.MISSING_FILE, f"{match['what']} file '{name}' not found{where}")


def _missing_section(match: re.Match[str], deck: Deck) -> Complaint:
    wanted = match["section"].lower()
    lines = [str(include.line) for include in deck.includes if (include.section or "").lower() == wanted]
    where = f" (deck line {lines[0]})" if lines else ""
    message = f"library '{match['name']}' has no section '{match['section']}'{where}"
    return Complaint(FailureKind.MISSING_FILE, message)


def _bad_card(match: re.Match[str], deck: Deck) -> Complaint:
    return _card_complaint(FailureKind.BAD_NETLIST, match["why"].strip(" -"), match["card"], deck)


def _undefined_parameter(match: re.Match[str], deck: Deck) -> Complaint:
    return Complaint(FailureKind.BAD_NETLIST, f"parameter '{match['name']}' is not defined")


def _surplus_parameters(match: re.Match[str], deck: Deck) -> Complaint:
    card, line = "", int(match["line"])
    lines = deck.text.splitlines()
    if line <= len(lines) and lines[line - 1][:1].lower() == "x":
        card = lines[line - 1]
    what = f"subcircuit called with {match['actual']} parameters, defined with {match['formal']}"
    return _card_complaint(FailureKind.BAD_NETLIST, what, card or f"netlist line {line}", deck)


def _said(match: re.Match[str], deck: Deck) -> Complaint:
    return Complaint(FailureKind.BAD_NETLIST, f"ngspice refused the deck: {match[0].strip()}")


def _card_complaint(kind: FailureKind, what: str, card: str, deck: Deck) -> Complaint:
    card = " ".join(card.split())
    line = deck.line_of(card)
    shown = card if len(card) <= 80 else f"{card[:77]}..."
    return Complaint(kind, f"{what} (deck line {line}: {shown})" if line else f"{what} ({shown})")


_REFUSALS: list[tuple[str, re.Pattern[str], Callable[[re.Match[str], Deck], Complaint]]] = [
    (
        "can't find model",
        re.compile(rf"can't find model '(?P<name>[^']*)' from line\n{_CARD}", _I | re.M),
        _missing_model,
    ),
    ("unknown subckt", re.compile(rf"unknown subckt:{_CARD}", _I | re.M), _missing_subcircuit),
    (
        "could not find",
        re.compile(r"could not find (?P<what>include|library) file (?P<name>.+)$", _I | re.M),
        _missing_file,
    ),
    (
        "section definition",
        re.compile(r"library file (?P<name>.+?), section definition (?P<section>\S+) not found", _I),
        _missing_section,
    ),
    (
        "undefined parameter",
        re.compile(r"undefined parameter \[(?P<name>[^\]]*)\]", _I),
        _undefined_parameter,
    ),
    (
        "formal but",
        re.compile(
            r"netlist line no\. (?P<line>\d+).*\n"
            r"\s*mismatch: (?P<formal>\d+) formal but (?P<actual>\d+) actual",
            _I,
        ),
        _surplus_parameters,
    ),
    (
        "or its substitute",
        re.compile(rf"error on line \d+ or its substitute:\n{_CARD}\n(?P<why>.+)$", _I | re.M),
        _bad_card,
    ),
    ("cannot compute substitute", re.compile(r"cannot compute substitute", _I), _said),
    ("simulation interrupted", re.compile(r"^.*simulation interrupted due to error.*$", _I | re.M), _said),
    ("fatal error", re.compile(r"^.*fatal error in ngspice.*$", _I | re.M), _said),
    ("no circuit", re.compile(r"^.*(?:there is no circuit|no circuit loaded).*$", _I | re.M), _said),
]


def _refused(text: str, deck: Deck) -> Complaint | None:
    lowered = text.lower()
    for word, pattern, complain in _REFUSALS:
        if word in lowered and (match := pattern.search(text)):
            return complain(match, deck)
    return None


# An analysis was given up ---------------------------------------------------------------------------------

_ABORTED = re.compile(r"doAnalyses:\s*(?P<what>\w+)?:?\s*(?P<why>.*)$|simulation\(s\) aborted", re.M)
_TROUBLE = re.compile(r"trouble with (?P<what>node|.*?instance|.*?device)\s*\"?(?P<name>[^\s\"]+)\"?", _I)
_AT = re.compile(r"time\s*=\s*(?P<time>[-+.\de]+)", _I)
_SINGULAR = re.compile(r"singular matrix:\s*check nodes?\s+(?P<name>[^\n]+)", _I)


def _aborted(text: str) -> Complaint | None:
    match = _ABORTED.search(text)
    if match is None:
        return None
    why = match["why"] or ""
    singular = _SINGULAR.search(text)
    if singular is not None and "trouble" not in why:
        nodes = " ".join(singular["name"].split())
        message = f"singular matrix: check node {nodes} (a loop of sources or a floating node)"
        return Complaint(FailureKind.SINGULAR_MATRIX, message)
    if "timestep too small" in why.lower():
        return Complaint(FailureKind.TIMESTEP_TOO_SMALL, f"no convergence: timestep too small{_where(why)}")
    return Complaint(FailureKind.NO_CONVERGENCE, f"no convergence: {why.strip() or 'simulation aborted'}")


def _where(why: str) -> str:
    at, trouble = _AT.search(why), _TROUBLE.search(why)
    when = f" at t={at['time']}s" if at else " at the first time point" if "initial timepoint" in why else ""
    return when + (f", trouble with node '{trouble['name']}'" if trouble else "")


# The machine gave out -------------------------------------------------------------------------------------

_MEMORY = re.compile(
    r"^.*(?:can't allocate|cannot allocate|out of memory|insufficient memory|bad_alloc).*$", _I | re.M
)
_DISK = re.compile(r"^.*(?:no space left on device|disk quota exceeded).*$", _I | re.M)


def _lack(text: str) -> Complaint | None:
    if match := _MEMORY.search(text):
        return Complaint(FailureKind.OUT_OF_MEMORY, f"out of memory: {match[0].strip()}")
    if match := _DISK.search(text):
        return Complaint(FailureKind.OUT_OF_DISK, f"out of disk: {match[0].strip()}")
    return None
