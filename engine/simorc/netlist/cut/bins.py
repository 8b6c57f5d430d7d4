"""Bins of transistor models that no instance falls into.

ngspice takes the first bin whose ranges of length and width contain the instance. A bin goes only where every
transistor that may use it has literal dimensions, followed from the instance at the top down to the
transistor; otherwise all bins of the model stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from simorc.netlist.cut.assignments import assignments, before_assignments
from simorc.netlist.cut.kit_text import DECK, PlacedCard
from simorc.netlist.cut.subcircuits import Structure, Subcircuit
from simorc.netlist.deck.cards import spice_number

_BIN = re.compile(r"\.model\s+(\S+)\.(\d+)\s+[np]mos\b")
_LIMITS = ("lmin", "lmax", "wmin", "wmax")
_SLACK = 1e-6
_MOST_INSTANCES = 5_000
_PLAIN_NAME = re.compile(r"[a-z_]\w*")

Values = Mapping[str, float | None]
"""The parameters of one instance of a subcircuit; None: not known without ngspice."""


@dataclass(frozen=True, slots=True)
class Size:
    """Length, width and number of fingers of a transistor as its line has them, before ``scale``."""

    length: float
    width: float
    fingers: float


@dataclass(frozen=True)
class _Bins:
    """The bins of one model: their places, in one subcircuit or (None) outside all."""

    model: str
    subcircuit: int | None
    places: Sequence[int]


class BinSearch:
    """Finds the bins to remove of a deck of which the subcircuits `stays` are left."""

    def __init__(
        self,
        cards: Sequence[PlacedCard],
        structure: Structure,
        stays: set[int],
        constants: Mapping[str, float],
    ) -> None:
        self._cards = cards
        self._structure = structure
        self._constants = constants
        self._by_name: dict[str, list[int]] = {}
        for number in sorted(stays):
            self._by_name.setdefault(structure.subcircuits[number].name, []).append(number)
        self._defaults = {number: self._defaults_of(structure.subcircuits[number]) for number in stays}
        self._stays = stays
        self._seen: set[tuple[int, tuple[tuple[str, float | None], ...]]] = set()
        self._sizes: dict[int, set[Size | None]] = {}
        self._scale = _scale(placed.card.text for placed in cards)

    def unused(self) -> frozenset[int]:
        """The places of the cards of bins that no transistor falls into."""
        if self._scale is None or not self._walk(self._structure.outside, {}, None):
            return frozenset()
        found: set[int] = set()
        for bins in self._all_bins():
            found |= self._unused_of(bins)
        return frozenset(found)

    def _all_bins(self) -> Iterator[_Bins]:
        groups: dict[tuple[str, int | None], list[int]] = {}
        for own in self._stays:
            each = self._structure.subcircuits[own]
            if each.removable and not each.nested:
                self._gather(range(each.start, each.end), own, groups)
        self._gather(self._structure.outside, None, groups)
        for (model, number), places in groups.items():
            if len(places) > 1 and all(self._cards[place].part != DECK for place in places):
                yield _Bins(model, number, places)

    def _gather(
        self, places: Iterable[int], number: int | None, groups: dict[tuple[str, int | None], list[int]]
    ) -> None:
        conditions = 0
        for place in places:
            text = self._cards[place].card.text
            conditions += text.startswith(".if") - text.startswith(".endif")
            match = _BIN.match(text)
            if match is not None and not conditions:
                groups.setdefault((match[1], number), []).append(place)

    def _unused_of(self, bins: _Bins) -> set[int]:
        """The places of one model's bins that are not used; none if any use of it is not understood."""
        sizes: set[Size] = set()
        for place in self._users(bins):
            known = self._sizes.get(place, set())
            if None in known or not self._cards[place].card.text.startswith("m"):
                return set()
            sizes |= {size for size in known if size is not None}
        unused, held = set(), set()
        for place in bins.places:
            limits = _limits(self._cards[place].card.text)
            inside = {size for size in sizes if limits is None or self._contains(limits, size)}
            held |= inside if limits is not None else set()
            if not inside and limits is not None:
                unused.add(place)
        return unused if held == sizes else set()

    def _users(self, bins: _Bins) -> Iterator[int]:
        """The places of the cards that name the model."""
        word = re.compile(rf"(?<![\w.]){re.escape(bins.model)}(?![\w.])")
        if bins.subcircuit is None:
            scope: Iterable[int] = self._staying()
        else:
            each = self._structure.subcircuits[bins.subcircuit]
            scope = range(each.start, each.end)
        for place in scope:
            text = self._cards[place].card.text
            if not text.startswith(".model") and word.search(text):
                yield place

    def _staying(self) -> Iterator[int]:
        yield from self._structure.outside
        for number in self._stays:
            each = self._structure.subcircuits[number]
            yield from range(each.start, each.end)

    def _contains(self, limits: tuple[float, ...], size: Size) -> bool:
        """Whether a bin may hold a transistor, with its whole width or that of a finger."""
        scale = self._scale or 1.0
        shortest, longest, narrowest, widest = limits
        widths = (size.width * scale, size.width * scale / size.fingers if size.fingers else 0.0)
        return _within(size.length * scale, shortest, longest) and any(
            _within(width, narrowest, widest) for width in widths
        )

    # Instances ----------------------------------------------------------------------------------------

    def _walk(self, places: Iterable[int], values: Values, number: int | None) -> bool:
        """Follow the instances at `places`, where parameters have these values; False if too many."""
        for place in places:
            text = self._cards[place].card.text
            if text.startswith("m"):
                self._sizes.setdefault(place, set()).add(self._size(text, values))
            elif text.startswith("x") and not self._instance(text, values):
                return False
        return True

    def _instance(self, text: str, values: Values) -> bool:
        words = before_assignments(text).replace("params:", " ").split()
        if not words or words[-1] not in self._by_name:
            # A subcircuit of a nested definition, or an undefined one: what it reaches is unknown.
            return not any(word in self._by_name for word in words[1:])
        given = {name: self._value(written, values) for name, written in assignments(text)}
        for number in self._by_name[words[-1]]:
            own = self._with_defaults(number, given)
            key = (number, tuple(sorted(own.items())))
            if key in self._seen:
                continue
            self._seen.add(key)
            each = self._structure.subcircuits[number]
            if len(self._seen) > _MOST_INSTANCES:
                return False
            if not self._walk(range(each.start + 1, each.end), own, number):
                return False
        return True

    def _with_defaults(self, number: int, given: Values) -> dict[str, float | None]:
        """The parameters of an instance: those given, and the defaults of the others."""
        own = dict(given)
        for name, written in self._defaults[number].items():
            if name not in given:
                own[name] = None if written is None else self._value(written, own)
        # In some modes of ngspice a parameter of the whole deck comes first.
        return {name: None if name in self._constants else value for name, value in own.items()}

    def _defaults_of(self, each: Subcircuit) -> dict[str, str | None]:
        """The parameters that a subcircuit defines; None for one defined more than once."""
        found: dict[str, str | None] = {}
        for place in range(each.start, each.end):
            text = self._cards[place].card.text
            if text.startswith((".subckt", ".macro", ".para")):
                for name, written in assignments(text):
                    found[name] = None if name in found else written
        return found

    def _size(self, text: str, values: Values) -> Size | None:
        given = {name: self._value(written, values) for name, written in assignments(text)}
        length, width, fingers = given.get("l"), given.get("w"), given.get("nf", 1.0)
        return None if length is None or width is None or fingers is None else Size(length, width, fingers)

    def _value(self, written: str, values: Values) -> float | None:
        """A number, or a parameter whose number is known."""
        text = written.strip("{}'\" \t")
        number = spice_number(text)
        if number is not None or not _PLAIN_NAME.fullmatch(text):
            return number
        return values[text] if text in values else self._constants.get(text)


def _limits(text: str) -> tuple[float, ...] | None:
    """The ranges of a bin: shortest, longest, narrowest, widest; None if one is no number."""
    given = dict(assignments(text))
    numbers = [spice_number(given.get(name, "").strip("{}' \t(),")) for name in _LIMITS]
    known = [number for number in numbers if number is not None]
    return tuple(known) if len(known) == len(_LIMITS) else None


def _within(value: float, least: float, most: float) -> bool:
    slack = _SLACK * max(abs(least), abs(most))
    return least - slack <= value <= most + slack


def _scale(texts: Iterable[str]) -> float | None:
    """The value of ``.option scale``; 1 where it is not set, None where it has several or is no number."""
    found = {
        spice_number(value.split()[0].strip("{}'")) if value else None
        for text in texts
        if text.startswith(".opt")
        for name, value in assignments(text)
        if name == "scale"
    }
    return 1.0 if not found else found.pop() if len(found) == 1 else None
