"""Finds templates whose decks have a card in the place of their title."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from simorc.netlist.checks.title_card import looks_like_card
from simorc.netlist.deck.includes import RenderedDeck, rendered_deck
from simorc.netlist.finding import Finding
from simorc.sweeps.plan import Plan

if TYPE_CHECKING:
    from simorc.config.project import Project, Testbench

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
