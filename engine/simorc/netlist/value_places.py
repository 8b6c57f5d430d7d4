"""Where a deck contains the value of a parameter, and how it is spelled there.

A number is written as its deck needs it: without unit, and without a suffix on a ``.temp`` card, which does
not support one. In a name (a file, a section, ``nfet_1V8``), a comment and a title every value is spelled as
in the sweep. A quoted text that is a number counts as one only after ``=`` and on a ``.temp`` card: elsewhere
it may be a name. A text that is neither a number nor an expression is refused where ngspice reads a number.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping
from typing import Any

from simorc.netlist.checks.dropped_digits import DroppedDigits, NumberPlace, loses_digits, number_place
from simorc.number_grammar import begins_like_a_number, read_number, unit_apart
from simorc.units import Number, Value

_OPEN, _CLOSE = "\ue010", "\ue011"
_TEXT = "~"
_MARKED = re.compile(
    f"{_OPEN}(?P<kind>{_TEXT}?)(?P<name>[^{_OPEN}{_CLOSE}=]*)=(?P<text>[^{_OPEN}{_CLOSE}]*){_CLOSE}"
)
_NAMING_CARDS = (".inc", ".lib", ".title", "*", "#")
_NAMING_COMMANDS = frozenset(
    {"source", "load", "write", "wrdata", "cd", "echo", "shell", "hardcopy", "codemodel", "osdi", "pre_osdi"}
)
_NUMERIC_CARDS = (".par", ".temp", ".opt", ".tran", ".ac", ".dc", ".noise", ".ic", ".nodeset")
_FILE = re.compile(r"file\w*\s*=\s*\"[^\"]*$|(?<!=)(?<!= )\"[^\"]*$", re.IGNORECASE)
_WORD = re.compile(r"[-+]?\.?[\w.,]+")
_STAND_IN = "1"
"""A number in the place of a text."""
_PARTS = re.compile(r"[\s(){}'\"\[\]=]")
_OPERATOR = re.compile(r"[-+*/^<>?:&|!]")
_EXPONENT = re.compile(r"(?<=[0-9.])e[-+][0-9]+", re.IGNORECASE)
_NO_OPERATOR = re.compile(r"[%#$@;~`\\]")
_SIGNS_FIRST = re.compile(r"[-+.~<>$#]+[0-9]|[-+.]+$")

Wrap = Callable[[str, str], str]
"""The text of a value in a deck, from its parameter's name and its spelling there."""


def needing_place(parameters: Mapping[str, Value], *, temperature_card: bool) -> set[str]:
    """The parameters whose spelling depends on their position; `temperature_card`: there is a ``.temp``."""
    return {
        name
        for name, value in parameters.items()
        if (type(value) is Number and _varies(value.text, temperature_card))
        or (type(value) is str and resembles_a_number(value))
    }


def resembles_a_number(text: str) -> bool:
    """Whether a text has to be looked at where it is put: it begins as a number does, or is not ASCII."""
    return begins_like_a_number(text) or not text.isascii() or _SIGNS_FIRST.match(text) is not None


@functools.lru_cache(maxsize=65_536)
def _varies(text: str, temperature_card: bool) -> bool:
    reading = read_number(text)
    return reading.deck != text or (temperature_card and reading.plain != text)


def marked(parameters: Mapping[str, Value], names: set[str]) -> dict[str, Any]:
    """The parameters with marks around the values of `names`."""
    return {name: _mark(name, value) if name in names else value for name, value in parameters.items()}


def unmarked(text: str) -> str:
    """A marked deck with every value as it was written."""
    return _MARKED.sub(lambda match: match["text"], text)


def deck_values(parameters: Mapping[str, Value]) -> dict[str, Any]:
    """The parameters with every number spelled for decks, whatever a template makes of them."""
    return {
        name: Number(each.deck) if isinstance(each, Number) else each for name, each in parameters.items()
    }


def placed(text: str, wrap: Wrap = lambda _, value: value) -> str:
    """A marked deck with each value spelled as its position requires.

    Raises ValueError for an invalid number where a deck needs one.
    """
    return _MARKED.sub(lambda match: wrap(match["name"], _spelled(match)), text)


def _mark(name: str, value: Value) -> Value:
    if not isinstance(value, Number):
        return f"{_OPEN}{_TEXT}{name}={value}{_CLOSE}"
    number = float.__new__(Number, value)
    number.text = f"{_OPEN}{name}={value}{_CLOSE}"
    return number


def _spelled(match: re.Match[str]) -> str:
    text = match["text"]
    before, card = _line_before(match), _card_of(match)
    if _is_name(match, before, card):
        return text
    numeric = before.rstrip().endswith("=") or card.startswith(".temp")
    try:
        reading = read_number(text)
    except ValueError as error:
        if (
            numeric
            and card.startswith(_NUMERIC_CARDS)
            and begins_like_a_number(text)
            and _WORD.fullmatch(text)
        ):
            raise ValueError(f"parameters.{match['name']}: {error}, and {card} needs one") from None
        _refuse_no_number(match, text, error)
        return text
    if card.startswith(".temp"):
        return reading.plain
    return reading.deck if numeric or not match["kind"] else text


def _refuse_no_number(match: re.Match[str], text: str, error: ValueError) -> None:
    """Raise ValueError for a text that is neither a number nor an expression where ngspice reads one."""
    start = unmarked(match.string[: match.start()])
    place = number_place(f"{start}{_STAND_IN}{unmarked(match.string[match.end() :])}", len(start), text)
    if place is not None and (fault := _fault_of(text, place, str(error))):
        raise ValueError(f"parameters.{match['name']}: {fault}")


def _fault_of(text: str, place: NumberPlace, error: str) -> str:
    """Why a text cannot be where ngspice reads a number; empty if it can, or if only ngspice knows."""
    if joined := unit_apart(text):
        return f"'{text}' is not a number: write {joined}"
    if not text.isascii():
        return error
    if _PARTS.search(text):  # several words, an expression in braces or quotes, a call
        words = text.split()
        return error if place.single and all(begins_like_a_number(word) for word in words) else ""
    operators = _OPERATOR.search(_EXPONENT.sub("", text.lstrip("-+")).rstrip("-+*/^")) is not None
    if place.expression:
        choice = ":" in text and "?" not in text  # ngspice ignores what follows such a colon
        return "" if operators and not choice and not _NO_OPERATOR.search(text) else error
    return DroppedDigits(text, 1, 1).message if loses_digits(text) or operators else error


def _line_before(match: re.Match[str]) -> str:
    start = match.string.rfind("\n", 0, match.start()) + 1
    return unmarked(match.string[start : match.start()])


def _card_of(match: re.Match[str]) -> str:
    """The first word, in lower case, of the card that contains a value; ``*`` for the title."""
    end = match.start()
    while True:
        start = match.string.rfind("\n", 0, end) + 1
        line = match.string[start : match.start()]
        if start == 0:
            return "*"
        if not line.lstrip().startswith("+"):
            return (line.split(None, 1) or [""])[0].lower()
        end = start - 1


def _is_name(match: re.Match[str], before: str, card: str) -> bool:
    after = match.string[match.end() : match.end() + 1]
    glued = re.search(r"[\w.]$", before) is not None or re.match(r"[\w.]", after) is not None
    quoted = before.count('"') % 2 == 1 and _FILE.search(before) is not None
    return glued or quoted or card.startswith(_NAMING_CARDS) or card in _NAMING_COMMANDS
