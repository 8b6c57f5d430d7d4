"""Finds decks whose first line is a card: ngspice reads the first line as the title.

A source or an ``.include`` there is lost without a message. A title of plain words is not a card: an element
is recognised if its nodes occur on other lines as well, or if it is numbered or grounded and its value is a
number or a function of a source.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from simorc.netlist.deck.cards import spice_number
from simorc.netlist.deck.includes import RenderedDeck, rendered_deck
from simorc.netlist.finding import Finding
from simorc.sweeps.plan import Plan

if TYPE_CHECKING:
    from simorc.config.project import Project, Testbench

_DOT = re.compile(r"\.(?!title\b)[a-z]+\b", re.IGNORECASE)
_ELEMENT = re.compile(r"[a-z]\S*", re.IGNORECASE)
_NUMBERED = re.compile(r"[a-z]+\d+")
_SOURCES = frozenset({"dc", "ac", "pulse", "sin", "exp", "pwl", "sffm", "am", "trnoise", "trrandom"})
_GROUND = frozenset({"0", "gnd"})
_REMEDY = "begin the deck with a title line"


def lint_titles(project: Project) -> tuple[Finding, ...]:
    """Templates whose decks have a card in the place of their title."""
    found = set()
    for testbench, deck in first_decks(project):
        first, _, rest = deck.text.partition("\n")
        if kind := looks_like_card(first, rest):
            message = (
                f"ngspice reads the first line as the title, but it looks like {kind}: {first.strip()[:60]}"
            )
            line, warning = deck.template_line(1), kind != "a card"
            found.add(Finding(testbench.template, line, 1, f"{message}; {_REMEDY}", warning=warning))
    return tuple(sorted(found))


def first_decks(project: Project) -> Iterator[tuple[Testbench, RenderedDeck]]:
    """The first deck of every sweep, and those of testbenches with their defaults, for ngspice."""
    swept = [(sweep.definition.testbench, sweep.definition) for sweep in project.sweeps.values()]
    for name, definition in (*swept, *((name, None) for name in project.testbenches)):
        testbench = project.testbenches[name]
        plan = Plan.expand(definition or {}, defaults=testbench.parameters)
        if len(plan) and project.settings(name).simulator.name == "ngspice":
            deck = rendered_deck(project, testbench, plan.case(1))
            if deck is not None:
                yield testbench, deck


def looks_like_card(title: str, rest: str) -> str:
    """``a card`` or ``an element`` if `title`, the first line of a deck of which `rest` follows, is one."""
    if _DOT.match(title.lstrip()):
        return "a card"
    words = title.lower().replace("(", " ( ").split()
    if len(words) < 3 or not _ELEMENT.fullmatch(words[0]):
        return ""
    sure = _NUMBERED.fullmatch(words[0]) is not None or bool(set(words[1:3]) & _GROUND)
    if sure and len(words) > 3 and words[0][0] in "rclvi" and _is_value(words[0][0], words[3]):
        return "an element"
    return "an element" if set(words[1:3]) - _GROUND <= set(_nodes(rest)) else ""


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
