"""Differences that are explained: each names decks, a piece of the difference, and its reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

LIST = Path(__file__).parent / "known_differences.txt"


@dataclass(frozen=True)
class Known:
    """One line of the list: `versions` names a major version or is ``*``, so does `text` a piece."""

    decks: str
    versions: str
    text: str
    reason: str

    def explains(self, deck: str, difference: str, version: str) -> bool:
        """Whether this is the reason of `difference` of `deck` on ngspice `version`."""
        major = version.split(".")[0]
        reported = self.text == "*" or self.text in difference
        return reported and fnmatchcase(deck, self.decks) and self.versions in {"*", major}


def read_known(path: Path = LIST) -> list[Known]:
    """The list: ``decks | versions | text | reason`` a line; ``#`` begins a comment. Raises ValueError."""
    return list(_lines(path))


def _lines(path: Path) -> Iterator[Known]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        parts = [part.strip() for part in line.split("|", 3)]
        if len(parts) != 4 or not all(parts):
            raise ValueError(f"{path.name}:{number}: not decks | versions | text | reason")
        yield Known(*parts)
