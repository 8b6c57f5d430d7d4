"""Finds the nodes and sources that an analysis names and no element of its deck has.

ngspice makes such a node itself: the noise, the transfer function or the sensitivity there is zero, without a
message. A file that a deck includes may have the node, so only libraries of models are allowed beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from simorc.netlist.deck.cards import Analysis
from simorc.netlist.deck.deck import Deck

_ASKING = frozenset({"noise", "tf", "sens", "pz"})
_OUTPUT = re.compile(r"\b([vi])\(\s*([^(),\s]+)\s*(?:,\s*([^(),\s]+)\s*)?\)", re.IGNORECASE)
_SPLIT = re.compile(r"[\s(),=\[\]%~+;{}']+")
_GROUND = frozenset({"0", "gnd"})
_WORKED_OUT = frozenset("{}'$.@<>#")
"""In names that ngspice computes, and in names inside subcircuits."""


def unknown_names(deck: Deck) -> Iterator[tuple[Analysis, str]]:
    """The analyses of `deck`, each with a node or source that it names and that is not in the deck; none
    where an included file may have it.
    """
    if deck.conditional or any(include.section is None for include in deck.includes):
        return
    for analysis in deck.wanted:
        if analysis.kind in _ASKING:
            known = _words_of_elements(_without_blocks(deck))
            yield from ((analysis, name) for name in _named(analysis) if name not in known | _GROUND)


def _named(analysis: Analysis) -> Iterator[str]:
    text = analysis.text.lower()
    if analysis.kind == "pz":
        names = text.split()[1:5]
    else:
        names = [name for match in _OUTPUT.finditer(text) for name in match.groups()[1:] if name]
    yield from dict.fromkeys(name for name in names if not _WORKED_OUT & set(name))


def _without_blocks(deck: Deck) -> str:
    text = deck.text
    for block in reversed(deck.controls):
        text = text[: block.start] + text[block.end :]
    return text


@lru_cache(maxsize=4)
def _words_of_elements(text: str) -> frozenset[str]:
    """Every word on the lines of elements."""
    lines = text.lower().splitlines()[1:]
    elements = (line for line in lines if line.lstrip()[:1] not in {"", ".", "*"} or ".global" in line)
    return frozenset(word for line in elements for word in _SPLIT.split(line))
