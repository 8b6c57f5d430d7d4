"""Why ngspice refused a deck: the first cause in its log."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from simorc.netlist.deck.deck import Deck
from simorc.simulators.ngspice.log.lines import LogLine, LogLines
from simorc.simulators.outcome import FailureKind

_I = re.IGNORECASE
_RECURSION = 15
"""Levels of one instance name below each other that no real hierarchy has."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """A reason to fail: its kind and a line for a person. `errno` is the machine's error that it reports."""

    kind: FailureKind
    message: str
    errno: int | None = None


@dataclass(frozen=True, slots=True)
class _LogContext:
    """A pattern of log lines that name a cause, and what is needed to make a complaint from such a line."""

    match: re.Match[str]
    line: LogLine
    lines: LogLines
    deck: Deck

    def card(self) -> str:
        """The card that ngspice quotes on the next line."""
        return next(iter(self.lines.after(self.line, 1)), "")

    def substitute(self) -> tuple[str, str]:
        """The card and the reason of the first ``Error on line`` below, or empty."""
        for line in self.lines.notable:
            if line.place > self.line.place and "or its substitute" in line.text.lower():
                card, why = [*self.lines.after(line, 2), "", ""][:2]
                return card, why
        return "", ""


Complain = Callable[[_LogContext], Complaint | None]


def first_cause(lines: LogLines, deck: Deck) -> Complaint | None:
    """The first line that explains why ngspice refused `deck`; None if there is none."""
    last: LogLine | None = None
    for line in lines.notable:
        if _CONSEQUENCE.search(line.text):
            last = last or line
            continue
        for pattern, complain in _CAUSES:
            match = pattern.search(line.text)
            complaint = complain(_LogContext(match, line, lines, deck)) if match else None
            if complaint is not None:
                return complaint
    return None if last is None else _only_consequence(last)


def _only_consequence(line: LogLine) -> Complaint | None:
    if not _REFUSED.search(line.text):
        return None
    return Complaint(FailureKind.BAD_NETLIST, f"ngspice refused the deck: {line.text}")


def quoted_card(kind: FailureKind, what: str, card: str, deck: Deck) -> Complaint:
    """A complaint about a card as ngspice quotes it, with its line in the deck where that is known."""
    card = " ".join(card.split())
    line = deck.line_of(card)
    shown = card if len(card) <= 80 else f"{card[:77]}..."
    return Complaint(kind, f"{what} (deck line {line}: {shown})" if line else f"{what} ({shown})")


def placed(kind: FailureKind, what: str, deck: Deck, word: str, begins: bool = False) -> Complaint:
    """A complaint about `word`, with the one line of the deck that contains it (or begins with it)."""
    before = r"^\s*" if begins else r"^(?!\s*\*).*(?<![\w.])"
    pattern = re.compile(before + re.escape(word) + r"(?![\w.])", _I)
    found = [
        (at, line) for at, line in enumerate(deck.text.splitlines(), 1) if at > 1 and pattern.search(line)
    ]
    if len(found) != 1:
        return Complaint(kind, what)
    at, line = found[0]
    card = " ".join(line.split())
    return Complaint(kind, f"{what} (deck line {at}: {card if len(card) <= 80 else f'{card[:77]}...'})")


# One function for each cause ------------------------------------------------------------------------------


def _missing_model(context: _LogContext) -> Complaint | None:
    """A warning alone, unless the deck is refused for no other line."""
    name, card = context.match["name"], context.card()
    refused, why = context.substitute()
    if refused and name.lower() not in refused.lower() and "model" not in why:
        return None
    return quoted_card(FailureKind.MISSING_MODEL, f"model '{name}' not found", card, context.deck)


def _missing_subcircuit(context: _LogContext) -> Complaint:
    card = context.match["card"]
    words = [word for word in card.split() if "=" not in word]
    name = words[-1]
    path = words[0].split(".")
    if len(path) > _RECURSION and len(set(path[-_RECURSION:])) == 1:
        return placed(
            FailureKind.BAD_NETLIST, f"subcircuit '{name}' calls itself", context.deck, path[-1], True
        )
    return quoted_card(FailureKind.MISSING_MODEL, f"subcircuit '{name}' not defined", card, context.deck)


def _missing_file(context: _LogContext) -> Complaint:
    name = context.match["name"].strip().strip("\"'")
    lines = [str(include.line) for include in context.deck.includes if include.path == name]
    where = f" (deck line {lines[0]})" if lines else ""
    return Complaint(FailureKind.MISSING_FILE, f"{context.match['what']} file '{name}' not found{where}")


def _missing_section(context: _LogContext) -> Complaint:
    wanted = context.match["section"].lower()
    lines = [
        str(include.line) for include in context.deck.includes if (include.section or "").lower() == wanted
    ]
    where = f" (deck line {lines[0]})" if lines else ""
    message = f"library '{context.match['name']}' has no section '{context.match['section']}'{where}"
    return Complaint(FailureKind.MISSING_FILE, message)


def _missing_variable(context: _LogContext) -> Complaint:
    name = context.match["name"]
    what = f"environment variable {name} is not set"
    return placed(FailureKind.MISSING_FILE, what, context.deck, f"${name}")


def _undefined_parameter(context: _LogContext) -> Complaint:
    name = context.match["name"]
    below = " ".join(context.lines.after(context.line, 2)).lower()
    called = re.search(r"expression err: (.*)", below)
    if called and f"{name.lower()}(" in called[1].replace(" ", ""):
        return placed(FailureKind.BAD_NETLIST, f"no such function '{name}'", context.deck, name)
    return placed(FailureKind.BAD_NETLIST, f"parameter '{name}' is not defined", context.deck, name)


def _invalid_expression(context: _LogContext) -> Complaint:
    text = context.match["text"].strip()
    what = f"invalid expression '{text}'"
    quoted = [
        (at, line)
        for at, line in enumerate(context.deck.text.splitlines(), 1)
        if at > 1 and f"{{{text}" in line
    ]
    if len(quoted) != 1:
        return Complaint(FailureKind.BAD_NETLIST, what)
    return quoted_card(FailureKind.BAD_NETLIST, what, quoted[0][1], context.deck)


def _surplus_parameters(context: _LogContext) -> Complaint:
    number = re.search(r"line no\. (\d+)", context.lines.before(context.line), _I)
    line, lines = int(number[1]) if number else 0, context.deck.text.splitlines()
    card = lines[line - 1] if 0 < line <= len(lines) and lines[line - 1][:1].lower() == "x" else ""
    what = (
        f"subcircuit called with {context.match['actual']} parameters, defined with {context.match['formal']}"
    )
    return quoted_card(FailureKind.BAD_NETLIST, what, card or f"netlist line {line}", context.deck)


def _wrong_nodes(context: _LogContext) -> Complaint:
    """ngspice calls the nodes of an instance parameters and puts an x before its name."""
    name = context.match["instance"][1:]
    what = f"too {context.match['few']} nodes for subcircuit '{context.match['name']}'"
    found = placed(FailureKind.BAD_NETLIST, what, context.deck, name, True)
    return found if found.message != what else Complaint(found.kind, f"{what} (instance {name})")


def _syntax(context: _LogContext) -> Complaint:
    """The message of an expression parser, with the card that it refers to."""
    what = context.match[0].removeprefix("Error: ").strip().rstrip(",")
    card, _ = context.substitute()
    if card:
        return quoted_card(FailureKind.BAD_NETLIST, what, card, context.deck)
    line = re.search(r"at line (\d+)", context.line.text)
    lines = context.deck.text.splitlines()
    if line and int(line[1]) <= len(lines):
        return quoted_card(FailureKind.BAD_NETLIST, what, lines[int(line[1]) - 1], context.deck)
    return Complaint(FailureKind.BAD_NETLIST, what)


def _bad_card(context: _LogContext) -> Complaint:
    card, why = [*context.lines.after(context.line, 2), "", ""][:2]
    why = re.sub(r"^Error:\s*|^MIF-ERROR - ", "", why).strip(" -")
    unknown = _UNKNOWN_MODEL.search(why)
    if unknown is None:
        return quoted_card(FailureKind.BAD_NETLIST, why or "not recognized", card, context.deck)
    found = quoted_card(FailureKind.MISSING_MODEL, why, card, context.deck)
    library = _library_not_loaded(context)
    return found if library is None else Complaint(library.kind, f"{library.message}: {found.message}")


def _library_not_loaded(context: _LogContext) -> Complaint | None:
    """A library of models that was to be loaded before and was not."""
    for line in context.lines.notable:
        match = _NOT_LOADED.search(line.text)
        if match and line.place < context.line.place:
            if match["file"]:
                return Complaint(FailureKind.MISSING_FILE, f"{match['what']} '{match['file']}' not loaded")
            return placed(FailureKind.MISSING_MODEL, line.text, context.deck, "pre_osdi", True)
    return None


def _circular(context: _LogContext) -> Complaint:
    below = context.lines.after(context.line, 2)
    return quoted_card(FailureKind.BAD_NETLIST, "circular parameter dependency", below[-1], context.deck)


def _incomplete_line(context: _LogContext) -> Complaint:
    return quoted_card(FailureKind.BAD_NETLIST, context.card(), context.match["card"], context.deck)


def _error(context: _LogContext) -> Complaint:
    """Any other line that calls itself an error, with the card that the next lines quote."""
    what = context.match["what"].strip().rstrip(",:")
    for below in context.lines.after(context.line, 3):
        card = re.sub(r"^check line\s+", "", below, flags=_I)
        if context.deck.line_of(card) is not None:
            return quoted_card(FailureKind.BAD_NETLIST, what, card, context.deck)
    return Complaint(FailureKind.BAD_NETLIST, what)


_CAUSES: tuple[tuple[re.Pattern[str], Complain], ...] = tuple(
    (re.compile(pattern, _I), complain)
    for pattern, complain in (
        (r"can't find model '(?P<name>[^']*)' from line", _missing_model),
        (r"unknown subckt:\s*(?P<card>\S.*)", _missing_subcircuit),
        (r"could not find (?P<what>include|library) file (?P<name>.+)", _missing_file),
        (r"library file (?P<name>.+?), section definition (?P<section>\S+) not found", _missing_section),
        (r"cannot read environmental variable (?P<name>\S+)", _missing_variable),
        (r"undefined parameter \[(?P<name>[^\]]*)\]", _undefined_parameter),
        (r"expression err: (?P<text>.+)", _invalid_expression),
        (r"mismatch: (?P<formal>\d+) formal but (?P<actual>\d+) actual", _surplus_parameters),
        (
            r"too (?P<few>few|many) parameters for subcircuit type \"(?P<name>[^\"]*)\" "
            r"\(instance: (?P<instance>[^)]*)\)",
            _wrong_nodes,
        ),
        (r"level depth greater \d+ for dependent parameters", _circular),
        (r"error in line\s+(?P<card>\S.*)", _incomplete_line),
        (r"no such function '[^']*'|(?:YYparse|PTerror):? ?(?:error, )?syntax error,", _syntax),
        (r"error on line \d+ or its substitute:", _bad_card),
        (r"^(?:fatal )?error\b(?!s)[ :,-]*(?P<what>\S.*)", _error),
    )
)
_UNKNOWN_MODEL = re.compile(
    r"valid modelname|find definition of|incorrect model type|model type mismatch|unknown device type"
    r"|model name is not found",
    _I,
)
_NOT_LOADED = re.compile(
    r"error opening (?P<what>osdi lib|code model) \"(?P<file>[^\"]+)\"|^osdi: no such command", _I
)
_CONSEQUENCE = re.compile(
    r"simulation interrupted|fatal error in ngspice|circuit not parsed|circuits? loaded|no circuit"
    r"|incomplete or empty netlist|error during 'write'|simulation\(s\) aborted|doanalyses"
    r"|error opening (?:osdi|code)|library \S+ couldn't be loaded|error in netlist line no"
    r"|\berror: (?:measure|rhs)\b|operating point|transient op|error executing|out of range for"
    r"|cannot compute substitute|formula\(\) error|no such device or model|alterparam|mismatch of \.if"
    r"|failed!|graphics interface|open (?:viewport|display)|no such command",
    _I,
)
_REFUSED = re.compile(
    r"cannot compute substitute|simulation interrupted|fatal error in ngspice|circuit not parsed"
    r"|circuits? loaded|no circuit",
    _I,
)
