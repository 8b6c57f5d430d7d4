"""The subcircuits of a deck as a tree, and which definition an instance means.

ngspice looks for a subcircuit among those defined in the same subcircuit first, then outwards; of two
definitions of one name it takes the first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from simorc.netlist.cut.assignments import before_assignments
from simorc.netlist.cut.kit_text import PlacedCard
from simorc.netlist.random_variables.errors import NotHoisted

_BEGINS, _ENDS = frozenset({".subckt", ".macro"}), frozenset({".ends", ".eom"})


@dataclass(eq=False, slots=True)
class Scope:
    """A subcircuit, or (without `name`) the deck itself: the places of its header and of its own cards, and
    the subcircuits defined in it. `conditional`: it is inside an ``.if``.
    """

    name: str
    header: int | None = None
    parent: Scope | None = None
    conditional: bool = False
    cards: list[int] = field(default_factory=list)
    defined: dict[str, list[Scope]] = field(default_factory=dict)

    def meant_by(self, name: str) -> Scope | None:
        """The subcircuit that an instance in this scope names; None if there is none.

        Raises NotHoisted where an ``.if`` decides which of several it is.
        """
        scope: Scope | None = self
        while scope is not None:
            found = scope.defined.get(name, ())
            if len(found) > 1 and any(each.conditional for each in found):
                raise NotHoisted(f".subckt {name}: defined more than once, inside .if")
            if found:
                return found[0]
            scope = scope.parent
        return None

    def every(self) -> Iterator[Scope]:
        """This scope and all those inside it."""
        yield self
        for scopes in self.defined.values():
            for scope in scopes:
                yield from scope.every()


def tree_of(cards: Sequence[PlacedCard], left_out: frozenset[int]) -> Scope:
    """The scopes of a deck put together, without the cards at the places `left_out`."""
    top = current = Scope("")
    conditions = 0
    for place, placed in enumerate(cards):
        if place in left_out:
            continue
        word = placed.card.word
        conditions += (word == ".if") - (word == ".endif")
        if word in _BEGINS:
            name = placed.card.text.split()[1]
            inner = Scope(name, place, current, conditions > 0)
            current.defined.setdefault(name, []).append(inner)
            current = inner
        elif word in _ENDS:
            current = current.parent or current
        else:
            current.cards.append(place)
    return top


def instance_of(text: str) -> tuple[str, str] | None:
    """The name of an instance and of the subcircuit that its card (lower case) names; None for another
    card.
    """
    if not text.startswith("x"):
        return None
    words = before_assignments(text).replace("params:", " ").split()
    return (words[0], words[-1]) if len(words) > 1 else None
