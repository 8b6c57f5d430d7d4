"""The decks of the conformance check: small text files of many decks each.

A deck begins with a line ``@deck NAME axis=value,value,... axis=...``; the axes are swept together (the first
values of all, the second values of all, ...). Below it stands the deck without title and ``.end``, a swept
value written as ``<axis>``. Further lines that begin with ``@``:

``@file PATH``        what follows is a file beside the deck
``@encoding NAME``    the deck and its files are written in it (``utf-8-sig``: with a byte order mark)
``@crlf``             lines end in CR LF
``@samples N``        Monte Carlo samples instead of swept values; simorc adds ``.option seed`` unless the
                      deck writes ``{{ seed }}``
``@cold REASON``      the deck has to run cold, and the reason simorc gives begins so
``@refused TEXT``     simorc is to refuse it with this in its message, whatever ngspice does
``@bare``             the deck is whole: title and ``.end`` are its own
``@short``            part of the short form
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

PLACEHOLDER = re.compile(r"<([a-z_]\w*)>")
FOLDER = Path(__file__).parent / "decks"


@dataclass
class ConformanceDeck:
    """One deck. `axes` holds the swept values as written, lists of one length; `files` texts beside it."""

    name: str
    topic: str
    axes: dict[str, list[str]]
    text: str = ""
    files: dict[str, str] = field(default_factory=dict)
    encoding: str = "utf-8"
    crlf: bool = False
    samples: int = 0
    cold: str = ""
    refused: str = ""
    short: bool = False
    bare: bool = False

    @property
    def cases(self) -> int:
        """How many cases its sweep has."""
        return self.samples or len(next(iter(self.axes.values())))

    def values(self, case: int) -> dict[str, str]:
        """The swept values of case `case`, counted from 1, as written."""
        return {name: texts[case - 1] for name, texts in self.axes.items()}

    @property
    def template(self) -> str:
        """The deck as a template of simorc."""
        return PLACEHOLDER.sub(r"{{ parameters.\1 }}", self.whole)

    def rendered(self, case: int, seed: int | None = None) -> str:
        """The deck of one case, made without simorc's template engine; `seed` is that of its sample."""
        values = self.values(case)
        text = PLACEHOLDER.sub(lambda match: values[match[1]], self.whole)
        if self.samples and "{{ seed }}" not in text:
            title, _, cards = text.partition("\n")
            text = f"{title}\n.option seed={seed}\n{cards}"
        return text.replace("{{ seed }}", str(seed))

    @property
    def whole(self) -> str:
        """The deck with its title and its end."""
        return self.text if self.bare else f"* {self.name}\n{self.text}.end\n"

    def encoded(self, text: str, encoding: str | None = None) -> bytes:
        """`text` as the bytes of a file."""
        return (text.replace("\n", "\r\n") if self.crlf else text).encode(encoding or self.encoding)


def read_decks(folder: Path = FOLDER) -> list[ConformanceDeck]:
    """Every deck of `folder`; raises ValueError for a line it does not understand or a name given twice."""
    decks = [deck for path in sorted(folder.glob("*.deck")) for deck in _decks_of(path)]
    names = [deck.name for deck in decks]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"two decks are called {', '.join(twice)}")
    return decks


def _decks_of(path: Path) -> Iterator[ConformanceDeck]:
    deck: ConformanceDeck | None = None
    beside = ""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        word, _, rest = line.partition(" ")
        if word == "@deck":
            if deck is not None:
                yield _checked(deck, path)
            deck, beside = _begun(rest, path.stem), ""
        elif deck is None:
            if line and not line.startswith("#"):
                raise ValueError(f"{path.name}:{number}: text before the first @deck")
        elif word == "@file":
            beside = rest.strip()
            deck.files[beside] = ""
        elif word.startswith("@"):
            _directive(deck, word[1:], rest.strip(), f"{path.name}:{number}")
        elif beside:
            deck.files[beside] += line + "\n"
        else:
            deck.text += line + "\n"
    if deck is not None:
        yield _checked(deck, path)


def _begun(rest: str, topic: str) -> ConformanceDeck:
    name, *axes = rest.split()
    pairs = (axis.partition("=") for axis in axes)
    return ConformanceDeck(name, topic, {axis: values.split(",") for axis, _, values in pairs})


def _directive(deck: ConformanceDeck, word: str, rest: str, place: str) -> None:
    match word:
        case "crlf" | "short" | "bare":
            setattr(deck, word, True)
        case "encoding" | "cold" | "refused":
            setattr(deck, word, rest)
        case "samples":
            deck.samples = int(rest)
        case _:
            raise ValueError(f"{place}: @{word} is not known")


def _checked(deck: ConformanceDeck, path: Path) -> ConformanceDeck:
    deck.text = deck.text.rstrip("\n") + "\n"
    deck.files = {name: text.rstrip("\n") + "\n" for name, text in deck.files.items()}
    lengths = {len(values) for values in deck.axes.values()}
    if not deck.samples and (len(lengths) != 1 or not 3 <= min(lengths) <= 6):
        raise ValueError(f"{path.name}: {deck.name}: every axis has the same 3 to 6 values")
    unknown = set(PLACEHOLDER.findall(deck.text)) - deck.axes.keys()
    if unknown:
        raise ValueError(f"{path.name}: {deck.name}: <{min(unknown)}> is not one of its axes")
    return deck
