"""The cards of a deck with everything that it includes inserted in place, as ngspice assembles them.

Of a library only the requested section is read. Text that ngspice might interpret differently raises
`NotCut`: such a deck is not cut.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from simorc.deck_text import decoded
from simorc.errors import TemplateError
from simorc.regular_files import read_regular

DECK = -1
"""The part number of cards in the deck itself; the cards of its first include are part 0, and so on."""

_COMMENT = re.compile(r"\s\$(?:\s.*|$)|;.*|\s//.*")
_FILE = re.compile(r"(\.\w+)\s+(?:\"([^\"]*)\"|'([^']*)'|([^\s\"']+))(?:\s+(\S+))?\s*")
_INCLUDE = frozenset({".include", ".inc", ".incl", ".includ"})
_DEEPEST = 40
_LARGEST = 1 << 26


class NotCut(Exception):
    """A deck, or a file it includes, that the cutter cannot read; the message gives the file and the
    reason.
    """


@dataclass(frozen=True, slots=True)
class Card:
    """A card with its continuation lines as they are written, and joined in lower case without comments."""

    lines: tuple[str, ...]
    text: str
    line: int

    @property
    def word(self) -> str:
        """The first word."""
        return self.text.split(None, 1)[0] if self.text else ""


@dataclass(frozen=True, slots=True)
class PlacedCard:
    """A card of a deck put together: `part` is the include of the deck that brings it, or `DECK`."""

    card: Card
    part: int


@dataclass(frozen=True, slots=True)
class Part:
    """A card of the deck that names a file: its line as written, and what it names."""

    written: str
    file: Path
    section: str | None


@dataclass(frozen=True)
class KitText:
    """A deck put together: its cards in order, its includes, and every file read."""

    cards: Sequence[PlacedCard]
    parts: Sequence[Part]
    files: frozenset[Path]


def put_together(deck: str, directory: Path) -> KitText:
    """Read `deck`, which has no control block and is simulated in `directory`. Raises NotCut."""
    reader = _Reader(directory)
    _, _, rest = deck.partition("\n")
    for card in cards_of(rest, 2):
        if _names_file(card.word):
            reader.include_of_deck(card)
        elif card.word in {".lib", ".endl"}:
            raise NotCut(f"line {card.line} of the deck: a section of a library inside the deck")
        else:
            reader.cards.append(PlacedCard(card, DECK))
    return KitText(reader.cards, reader.parts, frozenset(reader.files))


def parts_of(deck: str, directory: Path) -> Sequence[Part]:
    """The includes of `deck`, whose files are not read. Raises NotCut."""
    reader = _Reader(directory)
    for card in cards_of(deck.partition("\n")[2], 2):
        if _names_file(card.word):
            reader.part(card)
    return reader.parts


def cards_of(text: str, first_line: int = 1) -> list[Card]:
    """The cards of a text, comments and empty lines left out; ``*#`` lines, which ngspice obeys, stay."""
    cards: list[Card] = []
    lines: list[str] = []
    began = first_line
    for number, line in enumerate(text.split("\n"), first_line):
        stripped = line.lstrip()
        if not stripped.rstrip() or (stripped[0] == "*" and not stripped.startswith("*#")):
            continue
        if stripped[0] != "+":
            if lines:
                cards.append(_card(lines, began))
            lines, began = [], number
        lines.append(line.rstrip("\r"))
    return [*cards, _card(lines, began)] if lines else cards


def _card(lines: Sequence[str], number: int) -> Card:
    texts = [_COMMENT.sub("", line) if ";" in line or "$" in line or "//" in line else line for line in lines]
    joined = " ".join([texts[0], *(text.lstrip()[1:] for text in texts[1:])])
    return Card(tuple(lines), joined.strip().lower(), number)


def _names_file(word: str) -> bool:
    return word in _INCLUDE or word == ".lib"


class _Reader:
    """Follows the files that a deck names."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.cards: list[PlacedCard] = []
        self.parts: list[Part] = []
        self.files: set[Path] = set()

    def part(self, card: Card) -> Part:
        """Note an include in the deck."""
        if len(card.lines) > 1:
            raise NotCut(f"line {card.line} of the deck: an include that is continued")
        self.parts.append(Part(card.lines[0], *self._named(card, self._directory, "the deck")))
        return self.parts[-1]

    def include_of_deck(self, card: Card) -> None:
        """Take the cards of an include in the deck."""
        part, number = self.part(card), len(self.parts) - 1
        self.cards += (PlacedCard(each, number) for each in self._cards(part.file, part.section, ()))

    def _cards(self, path: Path, section: str | None, chain: tuple[Path, ...]) -> Iterator[Card]:
        if len(chain) > _DEEPEST:
            raise NotCut(f"{path}: includes are nested too deep")
        self.files.add(path)
        for card in _chosen(path, section):
            if _names_file(card.word):
                yield from self._cards(*self._named(card, path.parent, str(path)), (*chain, path))
            else:
                yield card

    def _named(self, card: Card, beside: Path, where: str) -> tuple[Path, str | None]:
        """The file and section that a card names."""
        place = f"{where}:{card.line}" if where != "the deck" else f"line {card.line} of the deck"
        match = _FILE.fullmatch(_as_written(card))
        if match is None:
            raise NotCut(f"{place}: this include is not understood")
        written = match[2] or match[3] or match[4] or ""
        section = match[5].lower() if match[5] else None
        if (section is None) != (card.word != ".lib"):
            raise NotCut(f"{place}: this include is not understood")
        return self._found(written, beside, place), section

    def _found(self, written: str, beside: Path, place: str) -> Path:
        """The file meant, where both places in which ngspice looks agree."""
        name = Path(os.path.expandvars(written)).expanduser()
        if not written or "$" in str(name) or "{" in str(name):
            raise NotCut(f"{place}: the path {written} is not understood")
        found = {_beneath(each, name) for each in (beside, self._directory)}
        files = {path for path in found if path.is_file()}
        if len(files) != 1:
            raise NotCut(f"{place}: {written} {'not found' if not files else 'names two files'}")
        return files.pop()


def _as_written(card: Card) -> str:
    """The line of an include with its capital letters, without its comment."""
    return _COMMENT.sub("", card.lines[0]).strip()


def _beneath(place: Path, name: Path) -> Path:
    """``place/name`` as the system follows it, without ``..`` and symbolic links of directories."""
    path = place / name
    return Path(os.path.realpath(path.parent)) / path.name


def _chosen(path: Path, section: str | None) -> Sequence[Card]:
    """The cards of a file, or of one section of it. Raises NotCut."""
    try:
        stat = path.stat()
        cards = _cards_of_file(path, stat.st_mtime_ns, stat.st_size)
    except (OSError, TemplateError) as error:
        raise NotCut(f"{path}: cannot be read ({error})") from None
    sections = [place for place, card in enumerate(cards) if _begins_section(card)]
    if section is None:
        if sections or any(card.word == ".endl" for card in cards):
            raise NotCut(f"{path}: it has sections and is included as a whole")
        return cards
    places = [place for place in sections if _section_name(cards[place]) == section]
    if len(places) != 1:
        raise NotCut(f"{path}: section {section} is {'defined more than once' if places else 'not found'}")
    start = places[0] + 1
    ends = (place for place in range(start, len(cards)) if cards[place].word == ".endl")
    end = next(ends, None)
    if end is None or any(start <= place < end for place in sections):
        raise NotCut(f"{path}: section {section} has no .endl")
    return cards[start:end]


def _begins_section(card: Card) -> bool:
    return card.word == ".lib" and len(card.text.split()) == 2


def _section_name(card: Card) -> str:
    return card.text.split()[1].strip("\"'")


@lru_cache(maxsize=512)
def _cards_of_file(path: Path, _changed: int, size: int) -> Sequence[Card]:
    """The cards of one file; `_changed` and `size` identify its version."""
    if size > _LARGEST:
        raise NotCut(f"{path}: larger than {_LARGEST >> 20} MB")
    text = decoded(read_regular(path, follow=True), path)
    first = next((line for line in text.split("\n") if line.strip() and line.lstrip()[0] != "*"), "")
    cards = cards_of(text)
    odd = next((card for card in cards if card.word in {".control", ".end", ".title"}), None)
    if odd is not None or first.lstrip().startswith("+"):
        what = "a continuation line at its beginning" if odd is None else f"a {odd.word} card"
        raise NotCut(f"{path}:{odd.line if odd else 1}: it has {what}")
    return cards
