"""Whether a run's directory still exists: it may be moved or removed while the run is in progress."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Literal

from simorc.rundir.layout import RunLayout

Place = Literal["here", "moved", "removed"]


class Presence:
    """Watches the directory of one run by a descriptor that stays open when the path leads elsewhere."""

    def __init__(self, layout: RunLayout) -> None:
        """Raises OSError if the directory cannot be opened."""
        self._layout = layout
        self._directory = os.open(layout.path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        self._identity = _identity(os.fstat(self._directory))

    def close(self) -> None:
        os.close(self._directory)

    def look(self) -> Place:
        """Also ``removed`` if the directory exists without manifest and store: it is being removed. Raises
        OSError if the file system does not respond.
        """
        if os.fstat(self._directory).st_nlink == 0:
            return "removed"
        try:
            here = _identity(self._layout.path.stat()) == self._identity
        except FileNotFoundError:
            return "moved"
        if not here:
            return "moved"
        essential = (self._layout.manifest.name, self._layout.database.name)
        return "here" if any(map(self._has, essential)) else "removed"

    def _has(self, name: str) -> bool:
        """Whether the directory has a file of that name, wherever it is moved meanwhile."""
        try:
            os.stat(name, dir_fd=self._directory)
        except FileNotFoundError:
            return False
        return True

    def complaint(self) -> str:
        """The fault, for people; empty if the run's directory is in place."""
        if self.look() == "here":
            return ""
        return f"the run directory {self._layout.path} was moved or removed: move it back"


def remove_stub(layout: RunLayout, is_unfinished: Callable[[int], bool]) -> None:
    """Remove what a runner wrote while its run was being removed: its own files, and the directories of cases
    that had no result before.
    """
    own = [layout.path / ".warm", layout.status_dir, layout.requests]
    with suppress(OSError):
        cases = [entry for entry in os.scandir(layout.results) if entry.name.isdecimal()]
        own += [Path(entry) for entry in cases if is_unfinished(int(entry.name))]
    for directory in own:
        shutil.rmtree(directory, ignore_errors=True)
    for file in (
        layout.runner_json,
        layout.runner_lock,
        layout.runner_log,
        layout.metadata_csv,
        layout.trace,
    ):
        with suppress(OSError):
            file.unlink()
    for directory in (layout.results, layout.path):
        with suppress(OSError):  # missing, or not empty: then it contains files of others
            directory.rmdir()


def _identity(stats: os.stat_result) -> tuple[int, int]:
    return stats.st_dev, stats.st_ino
