"""Importers by name: those of simorc and those of installed packages."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from simorc.importers.result import Carried
from simorc.plugin_loading import plugin_called

GROUP = "simorc.importers"


class Importer(Protocol):
    """Makes a project from another tool's files."""

    def __call__(self, source: Path, directory: Path | None) -> Carried:
        """The project, not yet written.

        Args:
            source: The file the user named.
            directory: Where the project is to be; None: beside `source`.

        Returns:
            The files of the project and what could not be carried over.

        Raises:
            UsageError: `source` is not a file this importer reads.
        """
        ...


def importer_called(name: str) -> Importer | None:
    """The importer another package brings under that name, None if there is none.

    Raises UsageError if it cannot be loaded.
    """
    found: Importer | None = plugin_called(GROUP, name)
    return found
