"""What may be left out of a deck, and the files that take the place of its includes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from simorc.netlist.cut.assignments import assignments, constants
from simorc.netlist.cut.bins import BinSearch
from simorc.netlist.cut.chance import can_draw, chance_matters, drawing_names
from simorc.netlist.cut.kit_text import KitText, PlacedCard, parts_of, put_together
from simorc.netlist.cut.subcircuits import Structure, reached, structure_of

_HEAD = re.compile(r"\s*\.model\s+\S+\s+\w+\s*")
_NEEDED = frozenset({"level", "version", "lmin", "lmax", "wmin", "wmax"})


@dataclass(frozen=True)
class CutInclude:
    """An include of the deck: its line as written and the text that is read in its place (None: its own
    file, of which nothing is left out).
    """

    written: str
    text: str | None


@dataclass(frozen=True)
class CutPlan:
    """How a deck is cut. `files` are all the files read; `left_out` counts what is not read, by its name."""

    includes: Sequence[CutInclude]
    files: frozenset[Path]
    left_out: tuple[tuple[str, int], ...]

    @property
    def summary(self) -> str:
        """One line for a person."""
        return ", ".join(f"{count} {name}" for name, count in self.left_out if count)


ALTERS, DRAWS = "alters", "draws"
"""What commands of control blocks may do that matters here: change the circuit, draw random numbers."""


def traits_of(commands: Iterable[str]) -> frozenset[str]:
    """What the commands of control blocks do that a cut depends on: `ALTERS`, `DRAWS`."""
    lowered = [command.lower() for command in commands]
    alters = {ALTERS} if any(command.startswith("alter") for command in lowered) else set()
    return frozenset(alters | ({DRAWS} if chance_matters(lowered, {}) else set()))


def named_by(deck: str, directory: Path) -> Sequence[tuple[Path, str | None]]:
    """The files, each with its section, that the includes of a deck name. Raises NotCut."""
    return [(part.file, part.section) for part in parts_of(deck, directory)]


def plan_cut(deck: str, traits: frozenset[str], directory: Path) -> CutPlan:
    """Plan the cut of a deck without control blocks that is simulated in `directory`.

    `traits` are those of its control blocks. Parameters of the deck itself count as unknown: they may be
    altered. Raises NotCut where the deck is to be run as it is.
    """
    kit = put_together(deck, directory)
    structure = structure_of(kit.cards)
    stays = reached(kit.cards, structure)
    lost = [number for number in range(len(structure.subcircuits)) if number not in stays]
    gone = {place for number in lost for place in _places(structure, number)}
    bins = _unused_bins(kit.cards, structure, stays, gone, traits)
    return _Writer(kit, gone, bins).plan(len(lost))


def _places(structure: Structure, number: int) -> range:
    each = structure.subcircuits[number]
    return range(each.start, each.end + 1)


def _unused_bins(
    cards: Sequence[PlacedCard],
    structure: Structure,
    stays: set[int],
    gone: set[int],
    traits: frozenset[str],
) -> dict[int, str | None]:
    """The bins that are not used, by place: None to leave one out, or what stays of it where its expressions
    draw random numbers that matter.
    """
    if ALTERS in traits:
        return {}
    known = constants(cards, structure)
    unused = BinSearch(cards, structure, stays, known).unused()
    left = (placed.card.text for place, placed in enumerate(cards) if place not in gone)
    if not unused or not (DRAWS in traits or chance_matters(left, known)):
        return dict.fromkeys(unused)
    names = drawing_names(cards)
    found: dict[int, str | None] = {}
    for place in unused:
        text = cards[place].card.text
        hollow = _hollowed(text, names) if can_draw(text, names) else None
        if hollow is not None or not can_draw(text, names):
            found[place] = hollow
    return found


def _hollowed(text: str, names: frozenset[str]) -> str | None:
    """A bin that draws as many numbers in the same order, and has no more than that; None if its card is
    not understood.
    """
    head = _HEAD.match(text)
    if head is None or "(" in text[head.end() : head.end() + 1]:
        return None
    pairs = list(assignments(text[head.end() :]))
    if any(not _one_value(value) for _, value in pairs):
        return None
    kept = [f"{name}={value}" for name, value in pairs if name in _NEEDED or can_draw(value, names)]
    return f"{head[0].strip()} {' '.join(kept)}"


def _one_value(value: str) -> bool:
    return bool(value) and (value[0] in "{'" or not re.search(r"\s", value))


class _Writer:
    def __init__(self, kit: KitText, gone: set[int], bins: dict[int, str | None]) -> None:
        self._kit = kit
        self._gone = gone
        self._bins = bins

    def plan(self, subcircuits: int) -> CutPlan:
        includes = tuple(self._include(number) for number in range(len(self._kit.parts)))
        removed = sum(text is None for text in self._bins.values())
        emptied = len(self._bins) - removed
        left_out = (
            ("library sections inlined", sum(each.section is not None for each in self._kit.parts)),
            ("subcircuits left out", subcircuits),
            ("model bins left out", removed),
            ("model bins emptied", emptied),
        )
        return CutPlan(includes, self._kit.files, left_out)

    def _include(self, number: int) -> CutInclude:
        part = self._kit.parts[number]
        places = [place for place, each in enumerate(self._kit.cards) if each.part == number]
        cut = any(place in self._gone or place in self._bins for place in places)
        if part.section is None and not cut:
            return CutInclude(part.written, None)
        section = "" if part.section is None else f", section {part.section}"
        first = f"* what a deck needs of {part.file}{section}; written by simorc"
        return CutInclude(part.written, "\n".join((first, *self._lines(places), "")))

    def _lines(self, places: Sequence[int]) -> Iterator[str]:
        for place in places:
            if place in self._bins:
                hollow = self._bins[place]
                if hollow is not None:
                    yield hollow
            elif place not in self._gone:
                yield from self._kit.cards[place].card.lines
