"""Finds names in included files that lead to two different files.

ngspice looks for what an included file names in the directory it runs in first, then beside that file. simorc
simulates a case in a directory of its own, so the file beside counts. A file of the same name beside the
template, where a person starts ngspice, would be read there in its place.
"""

from __future__ import annotations

import filecmp
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from simorc.netlist.deck.file_references import FileReference, found, references, references_of

_MOST_FILES = 2_000


@dataclass(frozen=True)
class ShadowedName:
    """A name with two meanings: `file` names `written` in line `at`; `beside` is the file that simorc reads,
    `first` the other one, which ``ngspice -b`` reads in the directory of the template. `deck_line` is the
    line of the deck that leads to `file`.
    """

    deck_line: int
    file: Path
    at: int
    written: str
    beside: Path
    first: Path

    def __str__(self) -> str:
        return (
            f"{self.file}:{self.at}: '{self.written}' is {self.beside} beside this file and {self.first} "
            "beside the template, which differ; ngspice reads the latter where it runs there: rename one"
        )


def shadowed_names(deck: str, directory: Path, template_directory: Path) -> Iterator[ShadowedName]:
    """The names in files that a deck includes, directly or not, that lead to two different files.

    `directory` is where the deck is simulated.
    """
    top = ((each, each.line, (template_directory, directory)) for each in references(deck))
    waiting: list[tuple[FileReference, int, tuple[Path, ...]]] = list(top)
    seen: set[Path] = set()
    while waiting and len(seen) < _MOST_FILES:
        reference, line, places = waiting.pop(0)
        path = _included(reference, places)
        if path is None or path in seen:
            continue
        seen.add(path)
        named = references_of(path)
        yield from (two for each in named if (two := _two_files(each, path, line, template_directory)))
        waiting += ((each, line, (path.parent, template_directory)) for each in named)


def _included(reference: FileReference, places: tuple[Path, ...]) -> Path | None:
    if reference.kind not in {"include", "library"} or not reference.plain:
        return None
    return found(reference, places)


def _two_files(reference: FileReference, file: Path, line: int, directory: Path) -> ShadowedName | None:
    if not reference.plain or reference.written.startswith(("/", "~")):
        return None
    beside, first = found(reference, (file.parent,)), found(reference, (directory,))
    if beside is None or first is None or _same(beside, first):
        return None
    return ShadowedName(line, file, reference.line, reference.written, beside, first)


def _same(one: Path, other: Path) -> bool:
    """Whether two files have the same content; also if one cannot be read, which others report."""
    try:
        return one.samefile(other) or filecmp.cmp(one, other, shallow=False)
    except OSError:
        return True
