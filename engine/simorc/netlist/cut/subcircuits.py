"""The subcircuits of an assembled deck, and those that an instance can reach.

A subcircuit is reached if its name occurs as a word of any remaining card, whatever the card is: a few
unneeded ones may remain, but none is missing. Cards inside ``.if`` remain.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from simorc.netlist.cut.kit_text import DECK, NotCut, PlacedCard

_WORDS = re.compile(r"[^\s,(){}='\"]+")
_BEGINS, _ENDS = frozenset({".subckt", ".macro"}), frozenset({".ends", ".eom"})


@dataclass(slots=True)
class Subcircuit:
    """A subcircuit at the top level: its cards are `start` (``.subckt``) to `end` (``.ends``), both included.

    `removable`: it is in an included file and outside ``.if``.
    """

    name: str
    start: int
    end: int
    removable: bool
    nested: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Structure:
    """The subcircuits in order, and the places of the cards outside them."""

    subcircuits: Sequence[Subcircuit]
    outside: Sequence[int]


def structure_of(cards: Sequence[PlacedCard]) -> Structure:
    """Find the subcircuits. Raises NotCut where beginnings and ends do not match."""
    walk = _Walk()
    for place, placed in enumerate(cards):
        walk.enter(place, placed)
    if walk.depth or walk.conditions:
        raise NotCut("a .subckt or .if has no end")
    return Structure(walk.subcircuits, walk.outside)


class _Walk:
    def __init__(self) -> None:
        self.depth = 0
        self.conditions = 0
        self.subcircuits: list[Subcircuit] = []
        self.outside: list[int] = []
        self._part = DECK
        self._conditions_at_start = 0

    def enter(self, place: int, placed: PlacedCard) -> None:
        word = placed.card.word
        if word in _BEGINS:
            self._begin(place, placed)
        elif not self.depth:
            self.outside.append(place)
        self.conditions += (word == ".if") - (word == ".endif")
        if word in _ENDS:
            self._end(place, placed)

    def _begin(self, place: int, placed: PlacedCard) -> None:
        words = placed.card.text.split()
        if len(words) < 2:
            raise NotCut("a .subckt has no name")
        if self.depth:
            self.subcircuits[-1].nested.append(words[1])
        else:
            self._part, self._conditions_at_start = placed.part, self.conditions
            removable = placed.part != DECK and not self.conditions
            self.subcircuits.append(Subcircuit(words[1], place, place, removable))
        self.depth += 1

    def _end(self, place: int, placed: PlacedCard) -> None:
        self.depth -= 1
        crossed = placed.part != self._part or self.conditions != self._conditions_at_start
        if self.depth < 0 or (not self.depth and crossed):
            raise NotCut("an .ends has no .subckt in the same file and block")
        self.subcircuits[-1].end = place


def reached(cards: Sequence[PlacedCard], structure: Structure, further: Iterable[str] = ()) -> set[int]:
    """The numbers of the subcircuits that stay; `further` is text beside the cards (lower case)."""
    by_name: dict[str, list[int]] = {}
    for number, each in enumerate(structure.subcircuits):
        by_name.setdefault(each.name, []).append(number)
    stays: set[int] = set()
    waiting = [number for number, each in enumerate(structure.subcircuits) if not each.removable]
    texts: Iterator[str] = (cards[place].card.text for place in structure.outside)
    waiting += _named((*texts, *further), by_name)
    while waiting:
        number = waiting.pop()
        if number not in stays:
            stays.add(number)
            each = structure.subcircuits[number]
            waiting += _named((cards[place].card.text for place in range(each.start, each.end)), by_name)
    return stays


def _named(texts: Iterable[str], by_name: dict[str, list[int]]) -> Iterator[int]:
    for text in texts:
        if not text.startswith(".model"):
            for word in by_name.keys() & set(_WORDS.findall(text)):
                yield from by_name[word]
