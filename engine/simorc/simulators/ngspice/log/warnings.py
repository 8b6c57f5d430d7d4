"""Warnings of ngspice: which lines report something ignored, and which of these change the result.

The lists are those of ngspice 39 to 47. A line that changes what was simulated fails its case: the numbers
would be those of another deck. Everything else is kept as a warning of the case. What is common and
harmless is in `_HARMLESS`; a line that calls itself a warning or an error and is in no list is kept too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from simorc.netlist.deck.deck import Deck
from simorc.simulators.case_warnings import LONGEST, CaseWarning, WarningKind
from simorc.simulators.ngspice.log.lines import LogLine, LogLines

_I = re.IGNORECASE

Effect = Callable[[re.Match[str], Deck], bool]
"""Whether a line changed what was simulated."""


def _never(match: re.Match[str], deck: Deck) -> bool:
    return False


def _always(match: re.Match[str], deck: Deck) -> bool:
    return True


def _transient(match: re.Match[str], deck: Deck) -> bool:
    """Initial conditions count in a transient alone."""
    return any(analysis.kind == "tran" for analysis in deck.wanted) or deck.conditional


def _command_of_deck(match: re.Match[str], deck: Deck) -> bool:
    """A command of the deck's own control block, not of the user's .spiceinit."""
    word = match["word"].lower()
    return any(command.word in {word, f"pre_{word}"} for command in deck.commands)


_ALTERING = frozenset({"alter", "altermod", "alterparam"})


def _altered(match: re.Match[str], deck: Deck) -> bool:
    return any(command.word in _ALTERING for command in deck.commands)


def _lost_line(match: re.Match[str], deck: Deck) -> bool:
    """A line that begins with what some write for a comment is one."""
    return match["char"] not in "$;#"


@dataclass(frozen=True, slots=True)
class _Rule:
    kind: WarningKind
    pattern: re.Pattern[str]
    changes: Effect = _never
    lines: int = 0
    """How many of the lines that follow belong to it."""
    from_above: bool = False
    """Whether the line above names the card."""


def _rule(
    kind: WarningKind, pattern: str, changes: Effect = _never, lines: int = 0, from_above: bool = False
) -> _Rule:
    return _Rule(kind, re.compile(pattern, _I), changes, lines, from_above)


_K = WarningKind
_RULES: tuple[_Rule, ...] = (
    _rule(_K.TEMPERATURE, r"could not set temperature", _always, 1),
    _rule(_K.RANDOM_SEED, r"cannot convert 'option seed=|command 'setseed .*ignored", _always),
    _rule(_K.IGNORED_PARAMETER, r"unrecognized parameter \(.*\) - ignored", from_above=True),
    _rule(_K.IGNORED_PARAMETER, r"cannot copy (?:tc1|tc2|m) in line", _always, 1),
    _rule(_K.IGNORED_PARAMETER, r"(?:dtemp|dtox|nsub|xt|vbx|vbm|gamma\d) (?:is )?ignored"),
    _rule(_K.IGNORED_PARAMETER, r"excess parameter name .* ignored"),
    _rule(_K.INITIAL_CONDITION, r"\bIC on non-existent node", _transient),
    _rule(_K.INITIAL_CONDITION, r"nodeset on non-existent node"),
    _rule(_K.REDEFINITION, r"redefinition of \.subckt|is already used,\s*$|cannot be redefined"),
    _rule(_K.IGNORED_DEVICE, r"is not a valid \w+ instance line, ignored", _always),
    _rule(_K.IGNORED_DEVICE, r"could not be set up properly, ignored", _always),
    _rule(_K.IGNORED_DEVICE, r"unusual leading characters like '(?P<char>.)'", _lost_line, 2),
    _rule(_K.IGNORED_DEVICE, r"number of connections differs from poly dimension", _always, 1),
    _rule(_K.IGNORED_DEVICE, r"argument to poly\(\) is not an integer", _always, 1),
    _rule(_K.REPLACED_VALUE, r"resistance to low, set to 1 mohm", _always),
    _rule(_K.REPLACED_VALUE, r"value of resistor .* is too small, set to"),
    _rule(_K.REPLACED_VALUE, r"setting level to 1|argument to level parameter - level=1 assumed", _always),
    _rule(_K.REPLACED_VALUE, r"undefined number after command 'repeat'", _always),
    _rule(_K.UNKNOWN_COMMAND, r"^(?P<word>[^:\s.]\S*?): no such command available in", _command_of_deck),
    _rule(_K.UNKNOWN_COMMAND, r"^(?P<word>[^:\s.]\S*?): command is not implemented", _command_of_deck),
    _rule(_K.UNKNOWN_COMMAND, r"no such command available in|command is not implemented"),
    _rule(_K.FAILED_COMMAND, r"no such device or model name|no such parameter[: .]", _altered),
    _rule(_K.FAILED_COMMAND, r"command 'alter\w+' (?:skipped|ignored)|altermod ignored", _always),
    _rule(_K.FAILED_COMMAND, r"error: parameter '[^']*' not found,|wrong format in line 'alter", _always, 1),
    _rule(_K.FAILED_COMMAND, r"cannot alter parameters|cannot evaluate new parameter value", _altered),
    _rule(_K.FAILED_COMMAND, r"could not find model .* in input deck", _altered),
    _rule(_K.FAILED_COMMAND, r"command '\w+.*' (?:is )?ignored|command \.libsave ignored"),
    _rule(_K.FAILED_COMMAND, r"can't set plot|can't assign value to|can't repeat a negative"),
    _rule(_K.IGNORED_OPTION, r"unknown option.* - ignored|can't set option|option newtrunc. ignored"),
    _rule(_K.IGNORED_OPTION, r"rshunt option too small|option scalm is not supported|option maxord [<>]"),
    _rule(_K.IGNORED_OPTION, r"could not set 'scalm?' variable", _always),
    _rule(_K.IGNORED_OPTION, r"cannot convert 'option \w+=|option autostop is not available"),
    _rule(_K.IGNORED_CARD, r"illegal continuation line: ?ignored", _always),
    _rule(_K.IGNORED_CARD, r"mismatch of \.if \.\.\. \.endif", _always),
    _rule(_K.IGNORED_CARD, r"assumes default parameter\(s\) for ac simulation", _always, 1),
    _rule(_K.IGNORED_CARD, r"unknown parameter \S* ?on \.\w+ ?- ?ignored", _always),
    _rule(
        _K.IGNORED_CARD, r"obsolete (?:control card|dot command).* - ignored|not yet implemented - ignored"
    ),
    _rule(_K.IGNORED_CARD, r"dot command \.\w+ is not supported|no \.measure possible|missing \.endc"),
    _rule(_K.IGNORED_CARD, r"bad csparam definition|incomplete measurement statement", lines=1),
    _rule(_K.IGNORED_CARD, r"\.probe .* will be ignored|unknown model type .* - ignored"),
    _rule(_K.IGNORED_CARD, r"can't parse '.*': ignored|cannot read .* in \S+, ignored"),
    _rule(_K.MISSING_MODEL, r"can't find model '|model type mismatch in line", lines=1),
    _rule(_K.MISSING_VECTOR, r"checkvalid: vector|no such vector|error: rhs .* invalid|no such function"),
    _rule(_K.MISSING_VECTOR, r"can't find '.*': value .* ignored|unrecognized variable|no such scale vector"),
    _rule(_K.MISSING_FILE, r"error opening (?:osdi lib|code model)|library .* couldn't be loaded"),
    _rule(_K.MISSING_FILE, r"could not (?:find|open) .*file|can(?:not|'t) open file|executing \.spiceinit"),
    _rule(_K.SINGULAR_MATRIX, r"singular matrix|matrix is singular"),
    _rule(_K.OUT_OF_RANGE, r"out of range for|is nan\b"),
    _rule(_K.OTHER, r"^instance:\s*\S+\s+message:$", lines=2),
    _rule(_K.OTHER, r"^instance:\s*\S+\s+message:"),
    _rule(_K.OPERATING_AREA, r"has exceeded \w+=|\bSOA\b.*(?:exceed|warn)"),
)

_HARMLESS = re.compile(
    r"^note\b|doanalyses|^run simulation|gmin step|source step|further gmin|transient op"
    r"|^\s*error: measure|failed!\s*$"
    r"|level not specified on line|version not specified on line|has no value, dc 0 assumed"
    r"|no dc value, transient time 0|line ignored since rawfile|model issue on line"
    r"|graphics interface|open (?:viewport|display)|ignoring previous error|reading a vector without"
    r"|checkvalid: vector (?:const|[a-z]+\d+)\.all |no writable vector|\.temp card obsolete"
    r"|old-style \.temp card|resource usage|code models like|convtest device|lufac returned|reorder returned"
    r"|load returned error|klu refactor failed|interrupted|circuit not parsed|circuits loaded|empty netlist"
    r"|no circuit|fatal error in ngspice|measure '.*' +failed|setting of default value|ignore.?eof"
    r"|could not find the \w+ (?:line|node)|cannot (?:read|find) (?:\d nodes|node)|more than 2 nodes"
    r"|nodes available for|duplicate node numbers|either first or second node|zero voltage sources"
    r"|number of nodes mismatch,|is not available for device|power mesasurement|unrecognized analysis type"
    r"|ignor\w* case|error tolerance|\bnpart\b",
    _I,
)
_CALLS_ITSELF = re.compile(
    r"^(?:trying gmin =\s*\S+\s+)?(?:\w+:\s+)?(?:warning|error|fatal error|panic)\b\s*[:,!-]", _I
)
_PREFIX = re.compile(r"^(?:(?:trying gmin|supplies reduced to)\s*=?\s*\S+\s+%?\s*)", _I)


@dataclass(frozen=True, slots=True)
class Warned:
    """The warnings of a log, and the first that changed what was simulated."""

    warnings: tuple[CaseWarning, ...] = ()
    changed: str = ""


def warned_in(lines: LogLines, deck: Deck) -> Warned:
    """Every warning in the notable lines of a log, by kind in the order of their first lines."""
    kinds: dict[WarningKind, CaseWarning] = {}
    changed = ""
    for line in lines.notable:
        found = _rule_of(line.text)
        if found is None:
            continue
        rule, match = found
        message = _message(line, rule, lines)
        known = kinds.get(rule.kind)
        first, before = (known.message, known.count) if known else (message, 0)
        kinds[rule.kind] = CaseWarning(rule.kind, first, line.count + before)
        if not changed and rule.changes(match, deck):
            changed = message
    return Warned(tuple(kinds.values()), changed)


_OTHER = _rule(WarningKind.OTHER, _CALLS_ITSELF.pattern)


def _rule_of(text: str) -> tuple[_Rule, re.Match[str]] | None:
    if _HARMLESS.search(text) and not _KEPT.search(text):
        return None
    for rule in _RULES:
        if match := rule.pattern.search(text):
            return rule, match
    match = _CALLS_ITSELF.search(text)
    return None if match is None else (_OTHER, match)


_KEPT = re.compile(r"singular matrix|out of range for", _I)


def _message(line: LogLine, rule: _Rule, lines: LogLines) -> str:
    """The simulator's own words in one line."""
    lines_of_message = [_PREFIX.sub("", line.text), *(lines.after(line, rule.lines) if rule.lines else ())]
    text = " ".join(" ".join(lines_of_message).split())
    if rule.from_above:
        card = lines.before(line)
        text = f"{text} ({card})" if card.lower().startswith(".model") else text
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."


def of_reading(warnings: Iterable[CaseWarning]) -> tuple[CaseWarning, ...]:
    """Those warnings of a circuit's loading that its later resets do not repeat."""
    return tuple(warning for warning in warnings if warning.kind in _ONCE)


_ONCE = frozenset(
    {
        *(_K.REDEFINITION, _K.IGNORED_DEVICE, _K.MISSING_FILE, _K.UNKNOWN_COMMAND, _K.MISSING_MODEL),
        *(_K.IGNORED_CARD, _K.IGNORED_OPTION),
    }
)
