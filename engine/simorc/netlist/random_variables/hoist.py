"""Makes every random call that a deck's instances reach a named parameter of the deck.

A call inside a subcircuit becomes a parameter of the subcircuit, which each instance sets from a parameter of
the level above, up to the deck itself. A call outside subcircuits becomes a parameter of the deck.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from simorc.netlist.cut.assignments import assignments, before_assignments, constants
from simorc.netlist.cut.bins import BinSearch
from simorc.netlist.cut.chance import is_void
from simorc.netlist.cut.kit_text import DECK, KitText, NotCut, put_together
from simorc.netlist.cut.subcircuits import reached, structure_of
from simorc.netlist.deck.deck import Deck
from simorc.netlist.random_variables.calls import Call, has_call, replaced, replaced_in_place
from simorc.netlist.random_variables.dimensions import Dimension, with_dimensions
from simorc.netlist.random_variables.errors import NotHoisted
from simorc.netlist.random_variables.functions import drawing_functions, expanded
from simorc.netlist.random_variables.scopes import Scope, instance_of, tree_of
from simorc.netlist.random_variables.used import drawn_again, used_names
from simorc.netlist.random_variables.variables import (
    PREFIX,
    HoistedDeck,
    RandomVariable,
    label_of,
    part_line,
)

_OTHER_CHANCE = re.compile(r"(?<![\w.])(trnoise|trrandom|s?gauss|s?unif|rnd|random|poisson|exponential)\s*\(")
_MOST_VARIABLES = 50_000


@dataclass(frozen=True, slots=True)
class Slot:
    """A variable of a scope as seen from it: the instance below that it belongs to, what it varies, its
    function.
    """

    path: str
    label: str
    function: str


@dataclass(slots=True)
class _Found:
    """What is known of the calls so far."""

    dead: list[str] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)
    again: list[str] = field(default_factory=list)


def hoist(deck: str, directory: Path, *, whole: bool = False, dimensions: bool = False) -> HoistedDeck:
    """`deck`, simulated in `directory`, with its random calls as parameters, and with `dimensions` those of
    its devices.

    Subcircuits and model bins that no instance reaches have no variables; they are left out unless `whole`.
    Raises NotHoisted.
    """
    try:
        return _Hoisting(deck, directory, whole, dimensions).deck()
    except NotCut as reason:
        raise NotHoisted(str(reason)) from None


class _Hoisting:
    def __init__(self, deck: str, directory: Path, whole: bool, dimensions: bool) -> None:
        parsed = Deck.parse(deck)
        self._control = _control_blocks(parsed)
        self._title, _, _ = deck.partition("\n")
        self._kit = put_together(_without_control(parsed), directory)
        unreached = _unreached(self._kit)
        self._left_out = frozenset() if whole else unreached
        cards = self._kit.cards
        self._top = tree_of(cards, unreached)
        self._dimensions: Sequence[Dimension] = ()
        if dimensions:
            cards, self._dimensions = with_dimensions(cards, self._top)
            self._kit = replace(self._kit, cards=cards)
        self._functions = drawing_functions(cards[place].card.text for place in self._top.cards)
        known = constants(cards, structure_of(cards))
        self._zeros = frozenset(name for name, value in known.items() if value == 0)
        self._used = used_names(cards, self._top)
        self._numbers = {id(scope): number for number, scope in enumerate(self._top.every())}
        self._slots: dict[int, list[Slot]] = {}
        self._written: dict[int, Sequence[str]] = {}
        self._under_way: set[int] = set()
        self._found = _Found()
        for place in unreached - self._left_out:
            self._still(place)

    def deck(self) -> HoistedDeck:
        """The result. Raises NotHoisted."""
        slots = self._slots_of(self._top)
        for scope in self._top.every():
            self._slots_of(scope)
        variables = _named(slots, self._parameter)
        body, parts = self._assembled()
        found = self._found
        return HoistedDeck(
            *(self._title, body, parts, variables),
            dead=tuple(dict.fromkeys(found.dead)),
            unused=tuple(dict.fromkeys(found.unused)),
            drawn_at_each_use=tuple(dict.fromkeys(found.again)),
            left_random=tuple(self._other_chance()),
            dimensions=tuple(self._dimensions),
        )

    # Variables --------------------------------------------------------------------------------------------

    def _parameter(self, number: int, scope: Scope | None = None) -> str:
        """The name of a scope's slot as a parameter there."""
        level = self._numbers[id(scope or self._top)]
        return f"{PREFIX}{number}" if level == 0 else f"{PREFIX}{level}_{number}"

    def _slots_of(self, scope: Scope) -> list[Slot]:
        """The variables of a scope and of all instances in it; rewrites its cards."""
        known = self._slots.get(id(scope))
        if known is not None:
            return known
        if id(scope) in self._under_way:
            raise NotHoisted(f".subckt {scope.name}: it contains itself")
        self._under_way.add(id(scope))
        slots: list[Slot] = []
        drawn: list[str] = []
        places = [] if scope.header is None else [scope.header]
        for place in [*places, *scope.cards]:
            self._card(scope, place, slots, drawn)
            if len(slots) > _MOST_VARIABLES:
                raise NotHoisted(f"more than {_MOST_VARIABLES:,} random variables")
        self._under_way.discard(id(scope))
        self._slots[id(scope)] = slots
        self._pass_down(scope, slots)
        owner = f"{scope.name} " if scope.name else ""
        again = drawn_again(self._kit.cards, scope, dict.fromkeys(drawn))
        self._found.again += [f"{owner}{name}" for name in again]
        return slots

    def _pass_down(self, scope: Scope, slots: Sequence[Slot]) -> None:
        """The header of a subcircuit with a parameter for each of its variables."""
        if scope.header is not None and slots:
            lines = self._lines(scope.header)
            names = [f"{self._parameter(number, scope)}=0" for number in range(1, len(slots) + 1)]
            self._written[scope.header] = [*lines, *(f"+ {name}" for name in names)]

    def _card(self, scope: Scope, place: int, slots: list[Slot], drawn: list[str]) -> None:
        text = expanded(self._kit.cards[place].card.text, self._functions)
        if text.startswith(".func"):
            return
        if has_call(text):
            self._rewrite(scope, place, text, slots, drawn)
        instance = instance_of(text)
        inner = None if instance is None else scope.meant_by(instance[1])
        if instance is None or inner is None:
            return
        below = self._slots_of(inner)
        first = len(slots) + 1
        slots += [Slot(_joined(instance[0], each.path), each.label, each.function) for each in below]
        given = [
            f"+ {self._parameter(number, inner)}={{{self._parameter(first + number - 1, scope)}}}"
            for number in range(1, len(below) + 1)
        ]
        if given:
            self._written[place] = [*self._lines(place), *given]

    def _lines(self, place: int) -> Sequence[str]:
        return self._written.get(place, self._kit.cards[place].card.lines)

    # Cards ------------------------------------------------------------------------------------------------

    def _rewrite(self, scope: Scope, place: int, text: str, slots: list[Slot], drawn: list[str]) -> None:
        """The card with a variable in the place of each of its calls."""
        word = text.split(None, 1)[0]
        owner = "" if word.startswith(".") else word
        if not word.startswith((".para", ".subckt", ".macro", "x")):
            path = owner if self._is_of_the_deck(scope) else ""
            expression = _Expression(self, scope, slots, _label_on(text), path, text)
            self._written[place] = [replaced_in_place(text, expression)]
            return
        head = before_assignments(text)
        if has_call(head):
            raise NotHoisted(f"{text[:60]}: a random call outside the values of parameters")
        pieces = [head.strip()]
        for name, value in assignments(text):
            unused = scope is self._top and word.startswith(".para") and name not in self._used
            if has_call(value):
                path, before = owner if word.startswith("x") else "", len(slots)
                value = replaced(value, _Expression(self, scope, slots, name, path, value, unused))
                drawn += [name] if len(slots) > before else []
            pieces.append(f"{name}={value}")
        self._written[place] = [pieces[0], *(f"+ {piece}" for piece in pieces[1:])]

    def _still(self, place: int) -> None:
        """Give the calls of a card that nothing reaches their nominal values."""
        text = self._kit.cards[place].card.text
        if not has_call(text):
            return
        if text.startswith((".para", ".subckt", ".macro", "x")):
            pairs = ((name, value) for name, value in assignments(text))
            lines = (f"+ {name}={_nominal(value) if has_call(value) else value}" for name, value in pairs)
            self._written[place] = [before_assignments(text).strip(), *lines]
        else:
            self._written[place] = [replaced_in_place(text, lambda call: call.nominal)]

    def _is_of_the_deck(self, scope: Scope) -> bool:
        """Whether a scope is the deck or written in it: its elements are devices that a designer knows."""
        return scope.header is None or self._kit.cards[scope.header].part == DECK

    def take(self, scope: Scope, slots: list[Slot], slot: Slot, call: Call, text: str, unused: bool) -> str:
        """The expression for one call: of a new variable, or its nominal value."""
        where = f"{scope.name} {slot.label}".strip()
        if call.is_void or is_void(text, call.start, self._zeros):
            self._found.dead.append(where)
            return call.nominal
        if unused:
            self._found.unused.append(where)
            return call.nominal
        slots.append(slot)
        return call.with_variable(self._parameter(len(slots), scope))

    # Text -------------------------------------------------------------------------------------------------

    def _assembled(self) -> tuple[str, list[str]]:
        """The deck's own lines, with a line for each included part, and the text of the parts."""
        own: list[str] = []
        parts: list[list[str]] = []
        number_of: dict[int, int] = {}
        end: int | None = None
        for place, placed in enumerate(self._kit.cards):
            if place in self._left_out:
                continue
            if placed.part == DECK:
                end = len(own) if placed.card.word == ".end" else end
                own += self._lines(place)
                continue
            if placed.part not in number_of:
                number_of[placed.part] = len(parts)
                own.append(part_line(len(parts)))
                parts.append([])
            parts[number_of[placed.part]] += self._lines(place)
        if end is None:
            end = len(own)
            own.append(".end")
        own[end:end] = self._control
        return "\n".join([*own, ""]), ["\n".join(["* part of a deck", *part, ""]) for part in parts]

    def _other_chance(self) -> Iterator[str]:
        """Random sources that are no calls of parameters."""
        texts = [placed.card.text for place, placed in enumerate(self._kit.cards) if self._stays(place)]
        for text in [*texts, *self._control]:
            if not has_call(text) and (match := _OTHER_CHANCE.search(text.lower())):
                yield f"{text.split()[0]} {match[1]}"

    def _stays(self, place: int) -> bool:
        return place not in self._left_out


class _Expression:
    """Gives the expression of each call of one value."""

    def __init__(
        self,
        hoisting: _Hoisting,
        scope: Scope,
        slots: list[Slot],
        label: str,
        path: str,
        text: str,
        unused: bool = False,
    ) -> None:
        self._hoisting = hoisting
        self._scope = scope
        self._slots = slots
        self._label = label
        self._path = path
        self._text = text
        self._unused = unused

    def __call__(self, call: Call) -> str:
        slot = Slot(self._path, self._label, call.function)
        return self._hoisting.take(self._scope, self._slots, slot, call, self._text, self._unused)


def _joined(outer: str, inner: str) -> str:
    return f"{outer}.{inner}".strip(".")


def _nominal(value: str) -> str:
    return replaced(value, lambda call: call.nominal)


def _label_on(text: str) -> str:
    """What the first random call of an element or a model varies: the name before it."""
    model = f"{text.split()[1].partition('.')[0]}." if text.startswith(".model") else ""
    for name, value in assignments(text):
        if has_call(value):
            return f"{model}{name}"
    return "value"


def _named(slots: Sequence[Slot], parameter: object) -> list[RandomVariable]:
    """The variables of a deck; names that would be equal are numbered."""
    assert callable(parameter)
    labels = [label_of(slot.label) if slot.path else slot.label for slot in slots]
    counts: Counter[tuple[str, str]] = Counter()
    found = []
    for number, (slot, label) in enumerate(zip(slots, labels, strict=True), 1):
        counts[slot.path, label] += 1
        again = counts[slot.path, label]
        name = label if again == 1 else f"{label}#{again}"
        found.append(RandomVariable(parameter(number), slot.path, name, slot.function))
    return found


def _unreached(kit: KitText) -> frozenset[int]:
    """The places of cards that no instance reaches: subcircuits and model bins."""
    structure = structure_of(kit.cards)
    stays = reached(kit.cards, structure)
    lost = [each for number, each in enumerate(structure.subcircuits) if number not in stays]
    gone = {place for each in lost for place in range(each.start, each.end + 1)}
    bins = BinSearch(kit.cards, structure, stays, constants(kit.cards, structure)).unused()
    return frozenset(gone | bins)


def _without_control(deck: Deck) -> str:
    text = deck.text
    for block in reversed(deck.controls):
        after = text.find("\n", block.end)
        text = text[: block.start] + ("" if after < 0 else text[after + 1 :])
    return text


def _control_blocks(deck: Deck) -> list[str]:
    """The lines of the deck's control blocks."""
    blocks = (deck.text[block.start : block.end].rstrip("\n") for block in deck.controls)
    return [line for block in blocks for line in [*block.split("\n"), ".endc"]]
