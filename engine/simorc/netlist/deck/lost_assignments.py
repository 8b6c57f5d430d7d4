"""Assignments that ngspice loses, and cards with commas between them that ngspice 39 reads without end.

- ``.param q=1, r=7k`` and ``.subckt s a w=1, l=2``: version 39 never comes to the next character.
- ``x1 a s w={1} ,l=2`` and ``.subckt s a w=1 ,l=2``: every version takes ``,l`` for the name, so a value
  given to ``l`` has no effect.
- ``alter r1=1k, r2=2k`` and the like: every version makes the first assignment only.

Commas elsewhere, and those with a blank on either side, are blanks to ngspice.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

ENDLESS_IN = frozenset({(39,)})
"""The versions of ngspice (39, 39.2, 39.3) that read some cards without end, by their first number."""

_CARD = re.compile(
    r"^[ \t]*(?P<kind>\.control\b|\.endc\b|\.para\w*|\.subckt\b|x\S+|alter(?:param|mod)?[ \t])"
    r"[^\n]*(?:\n(?:[ \t]*\*[^\n]*\n|[ \t]*\n)*[ \t]*\+[^\n]*)*",
    re.IGNORECASE | re.MULTILINE,
)
_SUBCIRCUIT = re.compile(r"[ \t]*\.subckt[ \t]+(\S+)", re.IGNORECASE)
_TEMPLATE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_NO_TEXT = re.compile(
    r"(?<=\n)[ \t]*\*[^\n]*|\n[ \t]*\+|;[^\n]*|(?<=[\s,])\$[^\n]*|//[^\n]*|\n", re.MULTILINE
)
_STRING = re.compile(r'"[^"\n]*"')
_EXPRESSION = re.compile(r"'([^'\n]*)'")
_ASSIGNMENT = re.compile(r"(?<![!<>=\s])[ \t]*=(?!=)")
_COMMA_BEFORE_NAME = re.compile(r",([a-z_]\w*)[ \t]*=(?!=)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class LostAssignment:
    """One such assignment; line and column count from 1. `endless`: it is fatal to `ENDLESS_IN` only.
    `subcircuit` (lower case): it is harmless if no instance of this subcircuit exists.
    """

    line: int
    column: int
    message: str
    endless: bool = False
    subcircuit: str = ""


def lost_assignments(text: str, *, title: bool = True) -> Iterator[LostAssignment]:
    """Those of a deck, of its template or of an included file; `title`: the first line is one."""
    if "," not in text and "alter" not in text.lower():
        return
    masked = _TEMPLATE.sub(_value_or_blanks, text)
    if title:
        first = masked.partition("\n")[0]
        masked = f"{' ' * len(first)}{masked[len(first) :]}"
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    control = False
    for card in _CARD.finditer(masked):
        kind = card["kind"].strip().lower()
        if kind in {".control", ".endc"}:
            control = kind == ".control"
            continue
        if kind.startswith("x") and not _COMMA_BEFORE_NAME.search(card[0]):
            continue  # nearly all cards of a large netlist
        subcircuit = _SUBCIRCUIT.match(card[0])
        for place, message, endless in _of_card(kind, _plain(card[0]), control):
            line = bisect_right(starts, card.start() + place)
            column = card.start() + place - starts[line - 1] + 1
            name = subcircuit[1].lower() if subcircuit else ""
            yield LostAssignment(line, column, message, endless, name)


def in_use(found: Iterable[LostAssignment], texts: Iterable[str]) -> list[LostAssignment]:
    """Those of `found` that matter to a deck that consists of `texts`."""
    each = list(found)
    names = {one.subcircuit for one in each if one.subcircuit}
    used = {name for text in texts for name in names if _instantiates(text, name)} if names else set()
    return [one for one in each if not one.subcircuit or one.subcircuit in used]


def _instantiates(text: str, name: str) -> bool:
    """Whether a card of `text`, other than those that begin and end the subcircuit, has the word `name`."""
    pattern = rf"^(?![ \t]*(?:\.subckt|\.ends|\*))[^\n]*(?<![\w.]){re.escape(name)}(?![\w.])"
    return re.search(pattern, text, re.IGNORECASE | re.MULTILINE) is not None


Fault = tuple[int, str, bool]


def _of_card(kind: str, card: str, control: bool) -> Iterator[Fault]:
    if kind.startswith("alter"):
        yield from _more_than_one(kind, card) if control else ()
    elif not control and "," in card:
        lost = [] if kind.startswith(".para") else [*_glued_names(card)]
        yield from lost or ([] if kind.startswith("x") else _endless(card, subcircuit=kind == ".subckt"))


def _more_than_one(kind: str, card: str) -> Iterator[Fault]:
    """``alter r1=1k r2=2k``."""
    found = [*_ASSIGNMENT.finditer(card)]
    if len(found) < 2:
        return
    name = re.search(r"[^\s,=]+$", card[: found[1].start()])
    place = found[1].start() if name is None else name.start()
    lost = card[place:].strip().rstrip(",")
    yield place, f"ngspice ignores '{lost}': {kind} makes one assignment only; write one line for each", False


def _glued_names(card: str) -> Iterator[Fault]:
    """``x1 a s w={1} ,l=2``."""
    for match in _COMMA_BEFORE_NAME.finditer(card):
        if not _depth(card[: match.start()], "(", ")") and not _depth(card[: match.start()], "{", "}"):
            message = (
                f"ngspice takes ',{match[1]}' for the name, so a value of {match[1]} has no effect: "
                "write a blank in place of the comma"
            )
            yield match.start(), message, False


def _endless(card: str, *, subcircuit: bool) -> Iterator[Fault]:
    """``.param q=1, r=2``: a comma at the end of a value, where there are two or more."""
    equals = [match.end() for match in _ASSIGNMENT.finditer(card)]
    if len(equals) < 2:
        return
    for place in equals:
        comma = _comma_in_value(card, place + len(card[place:]) - len(card[place:].lstrip()), subcircuit)
        if comma is not None:
            message = "ngspice 39 reads this card without end: write a blank in place of the comma"
            yield comma, message, True
            return


def _comma_in_value(card: str, start: int, subcircuit: bool) -> int | None:
    """The place of a comma outside parentheses in the value that begins at `start`, if there is one."""
    braces = parentheses = 0
    for place in range(start, len(card)):
        character = card[place]
        if character.isspace() and not braces and not parentheses:
            return None
        if character == "," and not parentheses:
            return place
        braces = max(0, braces + (character == "{") - (character == "}"))
        parentheses = max(0, parentheses + (character == "(") - (character == ")"))
        if subcircuit and card[start] == "{" and not braces:
            return None  # what follows a value in braces is another word of a .subckt card
    return None


def _depth(text: str, opening: str, closing: str) -> int:
    return text.count(opening) - text.count(closing)


def _plain(card: str) -> str:
    """A card of the same length: blanks for comments and line ends, braces for quotes, no text in strings."""
    card = _NO_TEXT.sub(_blanks, card)
    card = _STRING.sub(lambda match: f'"{"_" * (len(match[0]) - 2)}"', card)
    return _EXPRESSION.sub(lambda match: f"{{{match[1]}}}", card)


def _value_or_blanks(match: re.Match[str]) -> str:
    """What a statement of a template leaves: a value's place, or nothing; lines stay."""
    filler = "0" if match[0].startswith("{{") else " "
    return re.sub(r"[^\n]", filler, match[0])


def _blanks(match: re.Match[str]) -> str:
    return " " * len(match[0])
