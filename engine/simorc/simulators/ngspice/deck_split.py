"""Splits a deck into what a warm session can change and what it must load again.

Two cases share a session when their decks are equal except for values of top-level ``.param`` cards, the
temperature and the seed. `DeckSplit.base` is the deck to load once; `settings`, `temperature` and `seed` are
what one case sets in it. Everything else is structure and is part of the base.

A name that is defined more than once is structure as well: ``alterparam`` changes every definition of a name,
while a deck uses the last. So are definitions inside ``.if``.

A template that writes a value directly into an element line is converted to that form too. `marked` is the
deck rendered with each parameter's value between private marks; a marked value on an element line becomes a
parameter that simorc adds, provided that it is a separate token and reaches the element as the same double
(`written_numbers`). Without the marks, the marked text equals the case's own deck, which `split_deck` checks
first.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from simorc.netlist.deck.cards import spice_number
from simorc.netlist.deck.definitions import SEED, TEMPERATURE, definitions_of
from simorc.number_reading import survives_parameter, temperature_in_set

OPEN, CLOSE = "\ue000", "\ue001"
PREFIX = "simorc_p_"

_MARKED = re.compile(f"{OPEN}(?P<name>[^{OPEN}{CLOSE}=]*)=(?P<text>[^{OPEN}{CLOSE}]*){CLOSE}")
_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?(?:meg|[tgkmunpf])?"
_PLAIN = re.compile(_NUMBER, re.IGNORECASE)
_ASSIGNMENT = re.compile(
    rf"(?P<name>[a-z_]\w*)\s*=\s*(?P<value>{_NUMBER})(?=\s*$|\s+[a-z_]\w*\s*=)", re.IGNORECASE
)
_TEMPERATURE = re.compile(r"\s*\.temp\s+(?P<value>\S+)\s*", re.IGNORECASE)
_OPTION_VALUE = re.compile(r"\s+(?P<name>temp|seed)\s*=\s*(?P<value>[^\s=]+)", re.IGNORECASE)
_COMMENT = re.compile(r"\s*(?:;|\s\$(?:\s|$)).*$", re.DOTALL)
# ngspice reads these alike in `.option temp=` and `set temp=`; with a scale suffix it does not.
_DEGREES = re.compile(r"[+-]?\d{1,6}(?:\.\d{0,17})?")
_USABLE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True)
class DeckSplit:
    """A deck as a base and what is set in it. `settings` are ``alterparam`` names and texts, in the order
    of the deck.
    """

    base: str
    key: str
    settings: tuple[tuple[str, str], ...]
    temperature: str | None
    seed: str | None
    again: tuple[str, ...] = ()
    """The names that the deck defines and that are defined again, so that they are structure."""

    @cached_property
    def values(self) -> Mapping[str, str]:
        """The text of every setting by its name, `TEMPERATURE` and `SEED` among them."""
        special = ((TEMPERATURE, self.temperature), (SEED, self.seed))
        return dict(self.settings) | {name: text for name, text in special if text is not None}

    def differs_in(self, other: DeckSplit) -> frozenset[str]:
        """The settings that have another value in `other`; ``1k`` and ``1000`` are the same."""
        names = self.values.keys() | other.values.keys()
        return frozenset(name for name in names if not _equal(self.values.get(name), other.values.get(name)))


def _equal(one: str | None, other: str | None) -> bool:
    if one == other:
        return True
    if one is None or other is None:
        return False
    number = spice_number(one)
    return number is not None and number == spice_number(other)


def mark(name: str, text: str) -> str:
    """A parameter's value as it is written in a marked deck."""
    return f"{OPEN}{name}={text}{CLOSE}"


def unmarked(text: str) -> str:
    """A marked deck as the case's own deck."""
    return _MARKED.sub(lambda match: match["text"], text)


def split_deck(cards: str, marked: str | None = None, *, structure: Collection[str] = ()) -> DeckSplit:
    """The warm form of a deck without control blocks.

    `marked` is the same deck with marks, used only if it is indeed the same deck. What `structure` names
    (lower case) is left as it is: names that are defined again in a file the deck includes.
    """
    usable = marked is not None and unmarked(marked) == cards
    return _Reading(marked if usable and marked is not None else cards, structure).form()


@dataclass(frozen=True)
class _Card:
    """One card with its continuation lines: as written in the deck, and joined without comments."""

    lines: tuple[str, ...]
    text: str
    comments: str

    @property
    def whole(self) -> str:
        return "\n".join(self.lines)

    @cached_property
    def word(self) -> str:
        return self.text.split(None, 1)[0].lower() if self.text.strip() else ""


class _Places:
    """Reads a deck card by card and tracks whether a card is at the top level, and outside ``.if``."""

    def __init__(self) -> None:
        self.depth = 0
        self.conditions = 0

    def enter(self, card: _Card) -> None:
        if card.word in {".subckt", ".macro"}:
            self.depth += 1
        elif card.word in {".ends", ".eom"}:
            self.depth -= 1
        elif card.word == ".if":
            self.conditions += 1
        elif card.word == ".endif":
            self.conditions -= 1

    @property
    def open(self) -> bool:
        """Whether a definition here applies to the whole deck, whatever its values."""
        return self.depth == 0 and self.conditions == 0


class _Reading:
    """Reads one deck card by card."""

    def __init__(self, text: str, structure: Collection[str]) -> None:
        self._title, *rest = text.split("\n")
        self._cards = list(_logical(rest))
        defined, once = _defined_names(self._cards)
        self._settable = once - frozenset(structure)
        self._again = tuple(sorted(defined - self._settable))
        self.settings: dict[str, str] = {}
        self.temperature: str | None = None
        self.seed: str | None = None
        self._places = _Places()
        self._ours: dict[str, str] = {}
        self._base: list[str] = []
        self._key: list[str] = []

    def form(self) -> DeckSplit:
        self._keep(unmarked(self._title), key="")  # a title may name the case; it changes no result
        for card in self._cards:
            self._places.enter(card)
            self._read(card)
        self._declare_ours()
        base, key = "\n".join(self._base) + "\n", "\n".join(self._key)
        settings = tuple(self.settings.items())
        return DeckSplit(base, key, settings, self.temperature, self.seed, self._again)

    def _read(self, card: _Card) -> None:
        if not self._places.open or card.word[:1] != ".":
            self._element(card)
        elif card.word.startswith(".para"):
            self._parameters(card)
        elif card.word == ".temp":
            self._temperature_card(card)
        elif card.word.startswith(".opt"):
            self._options(card)
        else:
            self._keep(unmarked(card.whole))

    def _keep(self, base: str, key: str | None = None) -> None:
        self._base.append(base)
        self._key.append(base if key is None else key)

    def _parameters(self, card: _Card) -> None:
        """Plain numbers can be altered."""

        def blank(match: re.Match[str]) -> str:
            name = match["name"].lower()
            if name not in self._settable:
                return match[0]
            self.settings[name] = match["value"]
            return f"{match['name']}={OPEN}"

        key = _ASSIGNMENT.sub(blank, unmarked(card.text))
        self._keep(unmarked(card.whole), f"{key}{unmarked(card.comments)}")

    def _temperature_card(self, card: _Card) -> None:
        match = _TEMPERATURE.fullmatch(unmarked(card.text))
        known = match is not None and _DEGREES.fullmatch(match["value"])
        spelt = temperature_in_set(known[0]) if known else None
        if spelt is None or TEMPERATURE not in self._settable:
            self._keep(unmarked(card.whole))
        else:
            self.temperature = spelt
            self._key.append(f".temp {OPEN}")

    def _options(self, card: _Card) -> None:
        line = unmarked(card.text)
        key = _OPTION_VALUE.sub(self._option, line)
        if key == line:
            self._keep(unmarked(card.whole))
            return
        base = re.sub(rf"\s+\w+={OPEN}", "", key)
        if re.fullmatch(r"\s*\.opt\w*\s*", base, re.IGNORECASE):
            self._key.append(key)
        else:
            comments = unmarked(card.comments)
            self._keep(f"{base}{comments}", f"{key}{comments}")

    def _option(self, match: re.Match[str]) -> str:
        name, value = match["name"].lower(), match["value"]
        if name == "seed" and SEED in self._settable and value.isdecimal():
            self.seed = value
        elif name == "temp" and TEMPERATURE in self._settable and _DEGREES.fullmatch(value):
            self.temperature = value
        else:
            return match[0]
        return f" {name}={OPEN}"

    def _element(self, card: _Card) -> None:
        """Marked values on element lines of the top level become parameters that simorc adds; everywhere else
        they are structure.
        """
        plain = len(card.lines) == 1 or not card.comments
        usable = self._places.open and card.text.lstrip()[:1].isalpha() and plain
        if OPEN not in card.text or not usable:
            self._keep(unmarked(card.whole))
        else:
            self._keep(_MARKED.sub(self._own_parameter, card.text) + unmarked(card.comments))

    def _own_parameter(self, match: re.Match[str]) -> str:
        text, name = match["text"], f"{PREFIX}{match['name']}".lower()
        usable = _stands_alone(match) and _PLAIN.fullmatch(text) and survives_parameter(text)
        if not usable or not _USABLE_NAME.fullmatch(name) or self._ours.get(name, text) != text:
            return text
        self._ours[name] = text
        return "{" + name + "}"

    def _declare_ours(self) -> None:
        for name, text in self._ours.items():
            self.settings[name] = text
            self._base.insert(1, f".param {name}={text}")
            self._key.insert(1, f".param {name}={OPEN}")


def _defined_names(cards: Collection[_Card]) -> tuple[frozenset[str], frozenset[str]]:
    """The names a deck defines at its top level, and those of them that it defines exactly once; the
    temperature and the seed count as names.
    """
    places, defined, conditional = _Places(), Counter[str](), set[str]()
    for card in cards:
        places.enter(card)
        if places.depth == 0:
            names = definitions_of(card.word, unmarked(card.text))
            defined.update(names)
            conditional.update(names if places.conditions else ())
    once = frozenset(name for name, count in defined.items() if count == 1)
    return frozenset(defined), once - conditional


def _stands_alone(match: re.Match[str]) -> bool:
    """Whether the value is a separate token, outside any expression."""
    line, before, after = match.string, match.string[: match.start()], match.string[match.end() :]
    quoted = before.count("'") % 2 or before.count('"') % 2 or before.count("{") != before.count("}")
    clear_before = not before or before[-1] in " \t=(,"
    clear_after = not after or after[0] in " \t),"
    continues = after.lstrip()[:1] in set("*/+^&|<>?") or before.rstrip()[-1:] in set("*/+^&|<>?")
    return bool(line) and not quoted and clear_before and clear_after and not continues


def _logical(lines: list[str]) -> Iterator[_Card]:
    """The cards of `lines`, continuations (``+ ...``) joined; comment lines dropped."""
    current: list[str] = []
    for line in lines:
        stripped = line.lstrip()
        if not stripped or stripped.startswith("*"):
            continue
        if current and not stripped.startswith("+"):
            yield _card(current)
            current = []
        current.append(line)
    if current:
        yield _card(current)


def _card(lines: list[str]) -> _Card:
    texts, comments = [], []
    for place, line in enumerate(lines):
        text = _COMMENT.sub("", line) if ";" in line or "$" in line else line
        comments.append(line[len(text) :])
        texts.append(text if place == 0 else text.lstrip()[1:])
    return _Card(tuple(lines), " ".join(texts), "".join(comments))
