"""The definitions of a deck and its includes, with their locations: parameters, temperature, seed.

A name may be defined again, in the deck, in an included file, in a section of a library, in upper or lower
case: ngspice uses the last definition. Includes are followed as ngspice follows them; of a library, the
requested section.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from simorc.deck_text import read_leniently

TEMPERATURE, SEED = ".temp", ".option seed"
"""What the temperature and the seed are called among the names; no parameter can have such a name."""

_CARD = re.compile(
    r"^[ \t]*(?:\*#[ \t]*[^#\s]"
    r"|\.(?:para|temp|opt|subckt|macro|ends|eom|if|endif|lib|endl|inc|control|endc|end[ \t]*$))"
    r"[^\n]*(?:\n(?:[ \t]*\*[^\n]*\n|[ \t]*\n)*[ \t]*\+[^\n]*)*",
    re.IGNORECASE | re.MULTILINE,
)
_COMMENT = re.compile(r";.*|\s\$(?:\s.*|$)", re.MULTILINE)
_CONTINUED = re.compile(r"\n(?:[ \t]*\*[^\n]*\n|[ \t]*\n)*[ \t]*\+")
_DEFINITION = re.compile(r"(?<![\w.'\"{(=<>!])([a-z_]\w*)\s*=(?!=)", re.IGNORECASE)
_OPTION = re.compile(r"\s(temp|seed)\s*=", re.IGNORECASE)
_FILE = re.compile(r"\.\w+\s+(?:\"([^\"]*)\"|'([^']*)'|(\S+))(?:\s+(\S+))?")
_SPECIAL = {"temp": TEMPERATURE, "seed": SEED}
_DEEPEST = 40
_ANY_CASE = ".any-case"


@dataclass(frozen=True)
class Definition:
    """One definition of `name` (lower case) at the top level of a deck; `file` is None for the deck itself.
    `conditional`: it is inside an ``.if``. `text` is its card.
    """

    name: str
    file: Path | None
    line: int
    conditional: bool
    text: str

    @property
    def place(self) -> str:
        """``FILE:LINE``, or ``line N`` of the deck itself."""
        return f"line {self.line}" if self.file is None else f"{self.file}:{self.line}"


@dataclass(frozen=True)
class Unknown:
    """Why a deck's definitions are not all known: a missing file, a circular include, or a control block in
    an included file, which may do anything. `file` and `line` are its location; `file` is None for the deck
    itself.
    """

    file: Path | None
    line: int
    reason: str

    def __str__(self) -> str:
        place = f"deck line {self.line}" if self.file is None else f"{self.file}:{self.line}"
        return f"{place}: {self.reason}"


Found = Definition | Unknown
Chain = tuple[tuple[Path, str | None], ...]
"""The files, each with its section, that lead to one."""


def definitions_of(word: str, text: str) -> list[str]:
    """The names that a card beginning with `word` (lower case, with its dot) defines, in lower case."""
    if word.startswith(".para"):
        return [name.lower() for name in _DEFINITION.findall(text)]
    if word == ".temp":
        return [TEMPERATURE]
    if word.startswith(".opt"):
        return [_SPECIAL[name.lower()] for name in _OPTION.findall(text)]
    return []


def definitions(deck: str, directory: Path, template_directory: Path | None = None) -> Iterator[Found]:
    """Everything that a deck simulated in `directory` defines at its top level, in the order in which
    ngspice reads it. The deck's own control blocks are passed over.

    Relative names of a template's deck count from `template_directory`, where one is given.
    """
    title, _, rest = deck.partition("\n")
    beside = directory if template_directory is None else template_directory
    yield from _Walk(None, directory, None, (), beside).read(f"{' ' * len(title)}\n{rest}")


def included_definitions(deck: str, directory: Path) -> tuple[Found, ...]:
    """The definitions of the files that a deck includes, and the reasons why others are unknown.

    All cases of a run are simulated at the same depth, each in a directory that is empty at first: a sibling
    that does not exist is read as `directory`, so that files are read once and not once per case.
    """
    found = _of_files(deck, directory.parent / _ANY_CASE)
    if any(isinstance(each, Unknown) for each in found):
        return _of_files(deck, directory)
    return found


def _of_files(deck: str, directory: Path) -> tuple[Found, ...]:
    every = definitions(deck, directory)
    return tuple(each for each in every if isinstance(each, Unknown) or each.file is not None)


class _Walk:
    """Reads one file, or the deck (`file` None), and what it includes."""

    def __init__(
        self, file: Path | None, directory: Path, section: str | None, chain: Chain, beside: Path
    ) -> None:
        self._file = file
        self._directory = directory
        self._section = section
        self._chain = chain
        self._beside = beside
        self._depth = 0
        self._conditions = 0
        self._inside = section is None
        self._control = False

    def read(self, text: str) -> Iterator[Found]:
        line, counted = 1, 0
        for match in _CARD.finditer(text):
            line += text.count("\n", counted, match.start())
            counted = match.start()
            card = _CONTINUED.sub(" ", _COMMENT.sub("", match[0])).strip()
            word, *rest = card.split(None, 1)
            if word.lower() == ".end" and self._file is None:
                return
            yield from self._card(word.lower(), card, rest, line)

    def _card(self, word: str, card: str, rest: Sequence[str], line: int) -> Iterator[Found]:
        if word.startswith("*#"):
            yield from self._obeyed(line)
        elif self._control or word in {".control", ".endc"}:
            yield from self._block(word, line)
        elif word in {".lib", ".endl"} and self._of_library(word, rest):
            return
        elif self._inside:
            yield from self._of_circuit(word, card, line)

    def _block(self, word: str, line: int) -> Iterator[Found]:
        self._control = word != ".endc"
        if word == ".control" and self._file is not None and self._inside:
            yield Unknown(self._file, line, "it has a control block")

    def _obeyed(self, line: int) -> Iterator[Found]:
        """A line that looks like a comment and is a command: it may do anything, in every section."""
        if self._file is not None:
            yield Unknown(self._file, line, "it has a command in a line that begins with *#")

    def _of_library(self, word: str, rest: Sequence[str]) -> bool:
        """Whether a card begins or ends a section of a library."""
        words = rest[0].split() if rest else []
        if word == ".endl":
            self._inside = self._section is None
            return True
        if len(words) == 1 and self._file is not None:
            self._inside = words[0].strip("\"'").lower() == self._section
            return True
        return False

    def _of_circuit(self, word: str, card: str, line: int) -> Iterator[Found]:
        self._depth += (word in {".subckt", ".macro"}) - (word in {".ends", ".eom"})
        self._conditions += (word == ".if") - (word == ".endif")
        if word.startswith((".inc", ".lib")):
            yield from self._include(card, line)
        elif not self._depth:
            for name in definitions_of(word, card):
                yield Definition(name, self._file, line, bool(self._conditions), card)

    def _include(self, card: str, line: int) -> Iterator[Found]:
        match = _FILE.match(card)
        written = (match[1] or match[2] or match[3]) if match else ""
        section = match[4].lower() if match and match[4] and card[:4].lower() == ".lib" else None
        path = self._resolved(written)
        if path is None:
            yield Unknown(self._file, line, f"{written} not found")
            return
        chain = (*self._chain, (path, section))
        if (path, section) in self._chain or len(chain) > _DEEPEST:
            yield Unknown(self._file, line, f"{written} includes itself")
            return
        stat = path.stat()
        found = _of_file(path, section, self._directory, chain, stat.st_mtime_ns, stat.st_size)
        yield from found if not self._depth else ()

    def _resolved(self, written: str) -> Path | None:
        """The file meant: from where the deck is simulated, or else beside what names it."""
        name = Path(os.path.expandvars(written)).expanduser()
        places = (self._beside, self._directory) if self._file is None else (self._directory, self._beside)
        paths = (_beneath(place, name) for place in places)
        return next((path for path in paths if written and path.is_file()), None)


def _beneath(place: Path, name: Path) -> Path:
    """``place/name`` as the system follows it: ``..`` after a symbolic link leads up from its target."""
    path = place / name
    return Path(os.path.realpath(path.parent)) / path.name


@lru_cache(maxsize=512)
def _of_file(
    path: Path, section: str | None, directory: Path, chain: Chain, _changed: int, _size: int
) -> tuple[Found, ...]:
    """The definitions of one file; `_changed` and `_size` identify its version."""
    return tuple(_Walk(path, directory, section, chain, path.parent).read(read_leniently(path)))
