"""Assignments that ngspice loses, and cards with commas between them that ngspice 39 reads without end.

- ``.param q=1, r=7k`` and ``.subckt s a w=1, l=2``: version 39 never comes to the next character.
- ``x1 a s w={1} ,l=2`` and ``.subckt s a w=1 ,l=2``: every version takes ``,l`` for the name, so a value
  given to ``l`` has no effect.
- ``alter r1=1k, r2=2k`` and the like: every version makes the first assignment only.
- ``x1 a s w=1 k``: every version ignores what follows a value; `lost_words` finds it.

Commas elsewhere, and those with a blank on either side, are blanks to ngspice.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from simorc.netlist.checks.lost_words import lost_words, may_have_lost_words

ENDLESS_IN = frozenset({(39,)})
"""The versions of ngspice (39, 39.2, 39.3) that read some cards without end, by their first number."""

_CARD = re.compile(
    r"\n[ \t]*(?P<kind>\.(?:control\b|endc\b|para\w*|subckt\b|ends\b|opt\w*)|x\S+|alter(?:param|mod)?[ \t])"
    r"[^\n]*(?:\n(?:[ \t]*\*[^\n]*\n|[ \t]*\n)*[ \t]*\+[^\n]*)*",
    re.IGNORECASE,
)
"""With the end of the line before it: to look for one is quick."""
_SUBCIRCUIT = re.compile(r"\s*\.subckt[ \t]+(\S+)", re.IGNORECASE)
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
    `subcircuit` (lower case) contains it: it is harmless if no instance of this subcircuit exists.
    """

    line: int
    column: int
    message: str
    endless: bool = False
    subcircuit: str = ""


def lost_assignments(text: str, *, title: bool = True) -> Iterator[LostAssignment]:
    """Those of a deck, of its template or of an included file; `title`: the first line is one."""
    if "=" not in text:
        return
    masked = _TEMPLATE.sub(_value_or_blanks, text)
    if title:
        first = masked.partition("\n")[0]
        masked = f"{' ' * len(first)}{masked[len(first) :]}"
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    control, open_subcircuits = False, [""]
    for match in _CARD.finditer(f"\n{masked}"):
        kind, card, start = match["kind"].strip().lower(), match[0][1:], match.start()
        if kind in {".control", ".endc"}:
            control = kind == ".control"
            continue
        _enter(kind, card, open_subcircuits)
        if kind.startswith("x") and not (_COMMA_BEFORE_NAME.search(card) or may_have_lost_words(card)):
            continue  # nearly all cards of a large netlist
        written = text[start : start + len(card)]
        for place, message, endless in _of_card(kind, written, _plain(card), control):
            line = bisect_right(starts, start + place)
            column = start + place - starts[line - 1] + 1
            yield LostAssignment(line, column, message, endless, open_subcircuits[-1])


def _enter(kind: str, card: str, subcircuits: list[str]) -> None:
    """Follow which subcircuit a card is in; the one that it begins is among them."""
    if kind == ".subckt":
        match = _SUBCIRCUIT.match(card)
        subcircuits.append(match[1].lower() if match else "")
    elif kind == ".ends" and len(subcircuits) > 1:
        subcircuits.pop()


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


def _of_card(kind: str, written: str, card: str, control: bool) -> Iterator[Fault]:
    """The faults of a card, which is `written` like that."""
    if kind.startswith("alter"):
        yield from _more_than_one(kind, card) if control else ()
    elif not control:
        commas = [*_of_commas(kind, card)] if "," in card and not kind.startswith(".opt") else []
        yield from commas or _words_after_values(kind, written, card)


def _of_commas(kind: str, card: str) -> Iterator[Fault]:
    lost = [] if kind.startswith(".para") else [*_glued_names(card)]
    yield from lost or ([] if kind.startswith("x") else _endless(card, subcircuit=kind == ".subckt"))


def _words_after_values(kind: str, written: str, card: str) -> Iterator[Fault]:
    """``x1 a s w=1 k``; what a template puts there is looked at in its decks."""
    for words in lost_words(kind, card):
        if not written.startswith("{{", words.start):
            yield words.start, words.message(written), False


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
