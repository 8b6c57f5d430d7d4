"""Resolves relative file names in a template against the directory of the template.

A case is simulated in a directory of its own, so the names in its deck are written as seen from there. What
a template takes from simorc (``{{ project.root }}``, ``{{ dut.netlist }}``) is seen from there already: it is
marked while the template is rendered, and left alone.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from simorc.netlist.deck.file_references import FileReference, found, with_names

FROM_CASE = "\ue002"
"""Begins a path that is seen from the case's directory."""


class TemplatePaths:
    """Rewrites the decks of one run.

    `directory` is the template's (None: names stay as they are), `seen_from` where cases are simulated (None
    writes whole paths). `unmarked` takes the marks of swept values out of a name.
    """

    def __init__(
        self,
        directory: Path | None,
        seen_from: Path | None,
        unmarked: Callable[[str], str] = lambda text: text,
    ) -> None:
        self._directory = directory
        self._seen_from = None if seen_from is None else os.path.realpath(seen_from)
        self._unmarked = unmarked
        self._known: dict[tuple[str, str], str | None] = {}

    def applied(self, text: str) -> str:
        """`text` with the names of files in the template's directory as a case sees them."""
        return with_names(text, self._name).replace(FROM_CASE, "")

    def _name(self, reference: FileReference) -> str | None:
        written = self._unmarked(reference.written)
        if written.startswith((FROM_CASE, "/", "~")) or not reference.plain:
            return None
        key = (reference.kind, written)
        if key not in self._known:
            self._known[key] = self._seen(reference, written)
        return self._known[key]

    def _seen(self, reference: FileReference, written: str) -> str | None:
        meant = FileReference(reference.kind, written, None, 0, 0, 0)
        path = None if self._directory is None else found(meant, (self._directory,))
        if path is None:
            return None
        return str(path) if self._seen_from is None else os.path.relpath(path, self._seen_from)
