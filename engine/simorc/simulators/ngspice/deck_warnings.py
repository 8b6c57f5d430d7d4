"""What ngspice ignores or replaces without a message, found in the deck of a case."""

from __future__ import annotations

from collections.abc import Iterator

from simorc.netlist.checks.ignored_conditions import ignored_conditions
from simorc.netlist.checks.title_card import looks_like_card
from simorc.netlist.checks.unknown_names import unknown_names
from simorc.netlist.deck.card_measures import measured_again
from simorc.netlist.deck.deck import Deck
from simorc.simulators.case_warnings import CaseWarning, WarningKind


def warnings_of_deck(deck: Deck) -> Iterator[CaseWarning]:
    """The warnings of a case that no line of its log gives."""
    yield from _overruled(deck)
    yield from _lost_title(deck)
    yield from _unknown_names(deck)


def _overruled(deck: Deck) -> Iterator[CaseWarning]:
    """What ngspice obeyed though the deck has it in an ``.if``, and measurements of one name."""
    for each in ignored_conditions(deck.text) if deck.conditional else ():
        yield CaseWarning(WarningKind.IGNORED_CARD, f"deck line {each.line}: {each.message}")
    for name, cards in () if deck.conditional else deck.cards_of_one_name.items():
        yield CaseWarning(
            WarningKind.REDEFINITION, f"deck: {measured_again(name, [card.line for card in cards])}"
        )


def _lost_title(deck: Deck) -> Iterator[CaseWarning]:
    """The first line of a deck, if it looks like a card."""
    first, _, rest = deck.text.partition("\n")
    if kind := looks_like_card(first, rest) if first[:1] != "*" else "":
        message = f"the first line is the title and is not simulated, but it looks like {kind}: {first[:60]}"
        yield CaseWarning(WarningKind.IGNORED_CARD, message)


def _unknown_names(deck: Deck) -> Iterator[CaseWarning]:
    """Outputs of analyses that are zero because they are not in the circuit."""
    for analysis, name in unknown_names(deck):
        message = f"deck line {analysis.line}: no element has '{name}', where {analysis.kind} is then zero"
        yield CaseWarning(WarningKind.MISSING_VECTOR, message)
