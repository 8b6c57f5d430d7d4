"""Which parameters of a deck can reach a result, and how often ngspice evaluates each."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from simorc.netlist.cut.assignments import all_definitions, assignments
from simorc.netlist.cut.kit_text import PlacedCard
from simorc.netlist.random_variables.scopes import Scope

_WORD = re.compile(r"(?<![\w.])[a-z_]\w*")
_MODEL = re.compile(r"\.model\s+([^\s(.]+)")


def used_names(cards: Sequence[PlacedCard], top: Scope) -> frozenset[str]:
    """The names that elements, models in use and subcircuits refer to, directly or through parameters.

    A parameter at the top level that is not among them changes nothing.
    """
    texts = [cards[place].card.text for place in top.cards]
    inner = [cards[place].card.text for scope in top.every() if scope is not top for place in scope.cards]
    headers = [cards[scope.header].card.text for scope in top.every() if scope.header is not None]
    plain = [text for text in texts if not text.startswith((".para", ".func", ".model"))]
    words = set(_words([*plain, *inner, *headers]))
    words |= set(_words(text for text in texts if (match := _MODEL.match(text)) and match[1] in words))
    return frozenset(_closed(words, [cards[place] for place in top.cards]))


def _words(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        yield from _WORD.findall(text)


def _closed(words: set[str], cards: Iterable[PlacedCard]) -> set[str]:
    """`words` and the names that their definitions at the top level refer to."""
    uses: dict[str, set[str]] = {}
    for name, text in all_definitions(cards):
        uses.setdefault(name, set()).update(_WORD.findall(text))
    found, waiting = set(words), list(words)
    while waiting:
        new = uses.get(waiting.pop(), set()) - found
        found |= new
        waiting += new
    return found


def drawn_again(cards: Sequence[PlacedCard], scope: Scope, names: Iterable[str]) -> Iterator[str]:
    """Those of `names`, parameters of `scope` that draw, that ngspice draws at each of several uses."""
    uses: Counter[str] = Counter()
    instances: Counter[str] = Counter()
    for each in scope.every():
        for place in each.cards:
            text = cards[place].card.text
            for word in _WORD.findall(_without_names(text)):
                uses[word] += 1
                instances[word] += each is not scope
    for name in names:
        if uses[name] > 1 or instances[name]:
            yield name


def _without_names(text: str) -> str:
    """A card without the names that it gives values to."""
    pairs = list(assignments(text))
    return " ".join(value for _, value in pairs) if pairs else text
