"""Finds swept parameters that the deck defines again, so that the sweep has no effect, conditions that have
none, and measurements of one name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from simorc.netlist.checks.ignored_conditions import ignored_conditions
from simorc.netlist.checks.lint_title import first_decks
from simorc.netlist.deck.card_measures import measured_again
from simorc.netlist.deck.deck import Deck
from simorc.netlist.deck.definitions import SEED, TEMPERATURE, Definition, definitions
from simorc.netlist.deck.includes import RenderedDeck, rendered_deck
from simorc.netlist.deck.own_files import decks_of, own_files
from simorc.netlist.finding import Finding
from simorc.sweeps.plan import Plan

if TYPE_CHECKING:
    from simorc.config.project import Project, Sweep, Testbench
    from simorc.sweeps.cases import Case

_FLAGS = re.IGNORECASE | re.DOTALL
_SHOWN_AS = {TEMPERATURE: "the temperature", SEED: "the seed"}


def lint_definitions(project: Project) -> tuple[Finding, ...]:
    """A warning for each definition that a sweep changes and a later one replaces."""
    found = {finding for sweep in project.sweeps.values() for finding in _of_sweep(project, sweep)}
    return tuple(sorted(found))


def lint_conditions(project: Project) -> tuple[Finding, ...]:
    """A warning for each card in an ``.if`` of the project's own files that ngspice obeys in any case."""
    files = {
        file.path: file.text
        for testbench, definition in decks_of(project)
        if project.settings(testbench.name).simulator.name == "ngspice"
        for file in own_files(project, testbench, definition)
    }
    found = (
        Finding(path, each.line, 1, each.message, True)
        for path, text in files.items()
        for each in ignored_conditions(text)
    )
    return tuple(sorted(found))


def lint_measures(project: Project) -> tuple[Finding, ...]:
    """A warning for each name that several ``.meas`` cards have, of which a case has one value."""
    found = set()
    for testbench, rendered in first_decks(project):
        deck = Deck.parse(rendered.text)
        for name, cards in () if deck.conditional else deck.cards_of_one_name.items():
            lines = sorted({rendered.template_line(card.line) for card in cards})
            message = f"{measured_again(name, lines)}; give them different names"
            found.add(Finding(testbench.template, lines[-1], 1, message, True))
    return tuple(sorted(found))


def _of_sweep(project: Project, sweep: Sweep) -> Iterator[Finding]:
    testbench = project.testbenches[sweep.definition.testbench]
    if project.settings(testbench.name).simulator.name != "ngspice":
        return
    plan = Plan.expand(sweep.definition, defaults=testbench.parameters)
    if not len(plan):
        return
    first = rendered_deck(project, testbench, plan.case(1))
    for axis, size in enumerate(plan.axis_sizes):
        if size < 2 or first is None:
            continue
        one, other = plan.variation(axis, 0), plan.variation(axis, 1)
        yield from _of_axis(project, testbench, one, other)


def _of_axis(project: Project, testbench: Testbench, one: Case, other: Case) -> Iterator[Finding]:
    """What the two cases of one axis change and what replaces it."""
    decks = [rendered_deck(project, testbench, case) for case in (one, other)]
    if decks[0] is None or decks[1] is None:
        return
    before, after = (_definitions(deck, testbench) for deck in decks if deck is not None)
    if [each.name for each in before] != [each.name for each in after]:
        return  # the sweep changes the structure
    names = [name for name, value in other.parameters.items() if one.parameters.get(name) != value]
    for mine, theirs in zip(before, after, strict=True):
        if mine.file is None and mine.text != theirs.text and _changes(mine, theirs):
            yield from _replaced(testbench, decks[0], names, mine, _that_counts(mine, before))


def _that_counts(definition: Definition, every: Sequence[Definition]) -> Definition:
    """The definition that ngspice uses of those with the same name: the last, also one in an ``.if``. A
    ``.temp`` in force counts before any option.
    """
    same = [each for each in every if each.name == definition.name]
    if definition.name == TEMPERATURE:
        cards = [each for each in same if each.text.lower().startswith(".temp")]
        same = [each for each in cards if not each.conditional] or cards or same
    return same[-1]


def _definitions(deck: RenderedDeck, testbench: Testbench) -> list[Definition]:
    every = definitions(deck.text, deck.directory, testbench.template.parent)
    return [each for each in every if isinstance(each, Definition)]


def _changes(one: Definition, other: Definition) -> bool:
    """Whether two cards that define this name give it different values."""
    return _value(one) != _value(other)


def _value(definition: Definition) -> str:
    """The text after the name, up to the next name; of a temperature or seed, the whole card."""
    name = re.escape(definition.name)
    match = re.search(rf"(?<![\w.]){name}\s*=(.*?)(?=\s[a-z_]\w*\s*=(?!=)|$)", definition.text, _FLAGS)
    return match[1].strip() if match else definition.text


def _replaced(
    testbench: Testbench,
    deck: RenderedDeck,
    names: Sequence[str],
    definition: Definition,
    last: Definition,
) -> Iterator[Finding]:
    if last is definition:
        return
    place = last.place if last.file else f"{testbench.template}:{deck.template_line(last.line)}"
    what = _SHOWN_AS.get(definition.name, definition.name)
    effect = "may change" if last.conditional and definition.name == TEMPERATURE else "changes"
    counts = (
        "uses a .temp card before any option" if _is_card(last, definition) else "uses the last definition"
    )
    message = (
        f"sweeping {', '.join(names) or what} {effect} nothing here: {place} sets {what} again, and ngspice "
        f"{counts}; remove one of the two"
    )
    yield Finding(testbench.template, deck.template_line(definition.line), 1, message, True)


def _is_card(last: Definition, definition: Definition) -> bool:
    """Whether a ``.temp`` replaces an option."""
    return last.text.lower().startswith(".temp") and not definition.text.lower().startswith(".temp")
