"""Recognises a card in the first line of a deck, which ngspice reads as the title.

A source or an ``.include`` there is lost without a message. A title of plain words is not a card: an element
is recognised if its nodes occur on other lines as well, if it is numbered or grounded and its value is a
number or a function of a source, or if it ends with a model or subcircuit of the deck.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import takewhile

from simorc.netlist.deck.cards import spice_number

_DOT = re.compile(r"\.(?!title\b)[a-z]+\b", re.IGNORECASE)
_ELEMENT = re.compile(r"[a-z]\S*", re.IGNORECASE)
_BRACKETS = re.compile(r"[\[\]]|%\w*")
_NUMBERED = re.compile(r"[a-z]+\d+")
_SOURCES = frozenset({"dc", "ac", "pulse", "sin", "exp", "pwl", "sffm", "am", "trnoise", "trrandom"})
_DEFINED = re.compile(r"^[ \t]*\.(?:subckt|macro|model)[ \t]+(\S+)", re.IGNORECASE | re.MULTILINE)
_WITH_MODEL = frozenset("xdqjmzsuwpnya")
"""The elements that name a subcircuit or a model behind their nodes."""
_GROUND = frozenset({"0", "gnd"})


@lru_cache(maxsize=8)
def looks_like_card(title: str, rest: str) -> str:
    """``a card`` or ``an element`` if `title`, the first line of a deck of which `rest` follows, is one."""
    if _DOT.match(title.lstrip()):
        return "a card"
    words = _BRACKETS.sub(" ", title.lower().replace("(", " ( ")).split()
    if len(words) < 3 or not _ELEMENT.fullmatch(words[0]):
        return ""
    sure = _NUMBERED.fullmatch(words[0]) is not None or bool(set(words[1:3]) & _GROUND)
    if sure and len(words) > 3 and words[0][0] in "rclvi" and _is_value(words[0][0], words[3]):
        return "an element"
    if set(words[1:3]) - _GROUND <= set(_nodes(rest)):
        return "an element"
    return "an element" if _names_model(words, rest) or _couples(words, rest) else ""


def _names_model(words: Sequence[str], rest: str) -> bool:
    """Whether the last word before the parameters is a subcircuit or a model of the deck."""
    if words[0][0] not in _WITH_MODEL or len(words) < 3:
        return False
    plain = list(takewhile(lambda word: "=" not in word, words))
    return plain[-1] in {name.lower() for name in _DEFINED.findall(rest)}


def _couples(words: Sequence[str], rest: str) -> bool:
    """Whether it is a coupling of two inductors of the deck."""
    inductors = re.findall(r"^[ \t]*(l\S*)", rest.lower(), re.MULTILINE)
    return words[0][0] == "k" and set(words[1:3]) <= set(inductors)


def _is_value(kind: str, word: str) -> bool:
    if spice_number(word) is not None or word[0] in "{'":
        return True
    return kind in "vi" and word in _SOURCES


def _nodes(rest: str) -> Iterator[str]:
    """The words in the place of the first three nodes on the lines of elements."""
    for line in rest.lower().splitlines():
        words = line.replace("(", " ").split()
        if len(words) >= 4 and words[0][0].isalpha():
            yield from words[1:4]
