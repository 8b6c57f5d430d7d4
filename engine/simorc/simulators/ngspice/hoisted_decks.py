"""The decks of cases with given values of their random variables.

Cases that differ in swept numbers only share one deck with named variables: the numbers are left open in it,
and filled in for each case.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path

from simorc.deck_text import encoded
from simorc.errors import NetlistError
from simorc.netlist.random_variables.errors import NotHoisted
from simorc.netlist.random_variables.hoist import hoist
from simorc.netlist.random_variables.variables import HoistedDeck
from simorc.simulators.ngspice.deck_split import CLOSE, OPEN, mark, unmarked

PARTS = "hoisted"
"""The directory for the text that such decks include, in the inputs of a run or in the user's cache."""

_MARKED = re.compile(f"{OPEN}([^{OPEN}{CLOSE}=]*)=([^{OPEN}{CLOSE}]*){CLOSE}")
_OPEN_PLACE = re.compile(f"{OPEN}([^{OPEN}{CLOSE}=]*){CLOSE}")


class HoistedDecks:
    """Names the random variables of decks, once for each form of a deck.

    `parts` is a directory for the text that decks include; a file there has the name of its content. `seen`
    gives the path of such a file as a deck names it. With `dimensions` those of devices are named, too.
    """

    def __init__(self, parts: Path, seen: Callable[[Path], str] = str, *, dimensions: bool = False) -> None:
        self._dimensions = dimensions
        self._parts = parts
        self._seen = seen
        self._known: dict[tuple[str, Path], HoistedDeck | str] = {}
        self._placed: dict[str, str] = {}

    def form(self, deck: str, marked: str | None, directory: Path) -> HoistedDeck:
        """The deck with named variables, its marked numbers left open; it is simulated in `directory`.

        Raises NetlistError with the reason where a random call is not understood.
        """
        if marked is not None and unmarked(marked) == deck:
            found = self._found(_MARKED.sub(f"{OPEN}\\1{CLOSE}", marked), directory)
            if isinstance(found, HoistedDeck):
                return found
        found = self._found(deck, directory)
        if isinstance(found, str):
            message = f"the random variables of this deck cannot be named: {found}"
            raise NetlistError(message, remedy="see the documentation on random variables")
        return found

    def with_values(
        self, deck: str, marked: str | None, directory: Path, values: Mapping[str, float]
    ) -> tuple[str, str]:
        """The deck with these standard normal values of its random variables, and its marked form.

        Raises NetlistError as `form`, UsageError for an unknown variable, OSError.
        """
        form = self.form(deck, marked, directory)
        text = form.text(values, self._place)
        numbers = {name.lower(): value for name, value in _MARKED.findall(marked or "")}
        plain = _OPEN_PLACE.sub(lambda match: numbers[match[1].lower()], text)
        return plain, _OPEN_PLACE.sub(lambda match: mark(match[1], numbers[match[1].lower()]), text)

    def _found(self, text: str, directory: Path) -> HoistedDeck | str:
        key = (text, directory.parent)
        if key not in self._known:
            try:
                self._known[key] = hoist(text, directory, whole=True, dimensions=self._dimensions)
            except NotHoisted as reason:
                self._known[key] = str(reason)
        return self._known[key]

    def _place(self, text: str) -> str:
        """The path, as a deck names it, of a file with this text."""
        if text not in self._placed:
            content = encoded(text)
            path = self._parts / f"{hashlib.sha256(content).hexdigest()[:24]}.spice"
            if not path.is_file():
                self._parts.mkdir(parents=True, exist_ok=True)
                beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
                beside.write_bytes(content)
                beside.replace(path)
            self._placed[text] = self._seen(path)
        return self._placed[text]
