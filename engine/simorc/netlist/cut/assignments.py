"""``name=value`` pairs of cards, and the parameters that have one literal value for the whole deck."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest

from simorc.netlist.cut.kit_text import DECK, PlacedCard
from simorc.netlist.cut.subcircuits import Structure
from simorc.netlist.deck.cards import spice_number

_NAME = re.compile(r"(?<![\w.<>=!])([a-z_]\w*)\s*=(?!=)")
_FUNCTION = re.compile(r"\.func\s+([a-z_]\w*)\s*\([^)]*\)(.*)", re.DOTALL)


def assignments(text: str) -> Iterator[tuple[str, str]]:
    """The pairs in a card's text (lower case); a value reaches to the next name."""
    places = list(_NAME.finditer(text))
    for match, following in zip_longest(places, places[1:]):
        end = len(text) if following is None else following.start()
        yield match[1], text[match.end() : end].strip(" \t,")


def before_assignments(text: str) -> str:
    """The text before the first pair."""
    match = _NAME.search(text)
    return text if match is None else text[: match.start()]


def all_definitions(cards: Iterable[PlacedCard]) -> Iterator[tuple[str, str]]:
    """Every pair of a deck that can define a parameter, at any level, and every function with its body."""
    for placed in cards:
        text = placed.card.text
        if text.startswith(".func"):
            if match := _FUNCTION.match(text):
                yield match[1], match[2]
        elif text.startswith((".para", ".subckt", ".macro", "x")):
            yield from assignments(text)


def constants(cards: Sequence[PlacedCard], structure: Structure) -> dict[str, float]:
    """The parameters that an included file sets to a number and nothing else sets anywhere."""
    found: dict[str, float] = {}
    counts: dict[str, int] = {}
    for name, _ in all_definitions(cards):
        counts[name] = counts.get(name, 0) + 1
    conditions = 0
    for place in structure.outside:
        card = cards[place].card
        conditions += (card.word == ".if") - (card.word == ".endif")
        if conditions or cards[place].part == DECK or not card.text.startswith(".para"):
            continue
        for name, text in assignments(card.text):
            number = spice_number(text.strip("{}' \t"))
            if number is not None and counts[name] == 1:
                found[name] = number
    return found
