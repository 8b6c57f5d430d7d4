"""The dimensions of devices as parameters of a deck: width, length and multiplier of each instance.

A device is an instance that sets its width or length; what is inside its subcircuit is the kit's. A card that
several instances of a subcircuit share is one device of the schematic.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from simorc.netlist.cut.assignments import assignments, before_assignments
from simorc.netlist.cut.kit_text import PlacedCard
from simorc.netlist.random_variables.calls import flat, has_call
from simorc.netlist.random_variables.scopes import Scope, instance_of

LABELS = ("w", "l", "m", "mult")
PREFIX = "simorc_d"
_ELEMENTS = "xmrcdqjz"
_ONE_VALUE = re.compile(r"[^\s{}'\"]+|\{[^{}]*\}|'[^']*'|\"[^\"]*\"")


@dataclass(frozen=True, slots=True)
class Dimension:
    """A dimension of a device: `parameter` is its relative change in the deck (0: as written), `path` the
    first instance of the device (``xdut.xm1``), `label` such as ``w``, `written` its value in the netlist.
    """

    parameter: str
    path: str
    label: str
    written: str

    @property
    def name(self) -> str:
        """Its name for a person, and its key: ``xdut.xm1.w``."""
        return f"{self.path}.{self.label}"


def with_dimensions(cards: Sequence[PlacedCard], top: Scope) -> tuple[list[PlacedCard], list[Dimension]]:
    """The cards of a deck with the dimensions of its devices as parameters."""
    written = list(cards)
    found: list[Dimension] = []
    for place, path in _instances(cards, top, "", set()):
        text = cards[place].card.text
        pieces = []
        for name, value in assignments(text):
            changed = value
            if name in LABELS and _ONE_VALUE.fullmatch(value) and not has_call(value):
                found.append(Dimension(f"{PREFIX}{len(found) + 1}", path, name, value))
                changed = f"{{({flat(value)})*(1+{found[-1].parameter})}}"
            pieces.append(f"{name}={changed}")
        lines = (before_assignments(text).strip(), *(f"+ {piece}" for piece in pieces))
        joined = " ".join([lines[0], *pieces])
        written[place] = replace(cards[place], card=replace(cards[place].card, lines=lines, text=joined))
    return written, found


def _instances(
    cards: Sequence[PlacedCard], scope: Scope, path: str, seen: set[int]
) -> Iterator[tuple[int, str]]:
    """The places of instances that set a dimension, once each, with the path of the first one."""
    seen.add(id(scope))
    for place in scope.cards:
        text = cards[place].card.text
        if text[:1] not in _ELEMENTS or not text[:1]:
            continue
        set_here = {name for name, _ in assignments(text)}
        own = f"{path}.{text.split(None, 1)[0]}".lstrip(".")
        if set_here & set(LABELS):
            yield place, own
        instance = instance_of(text)
        inner = None if instance is None or set_here & {"w", "l"} else scope.meant_by(instance[1])
        if inner is not None and id(inner) not in seen:
            yield from _instances(cards, inner, own, seen)
