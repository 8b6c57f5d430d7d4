"""The projects that a dashboard shows."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from simorc.config.root import SETUP_FILE
from simorc.errors import UsageError

_DEPTH = 4
"""Directories below a given one that are looked into."""
_SKIPPED = frozenset({"simulations", "node_modules", "__pycache__"})


@dataclass(frozen=True)
class WatchedProject:
    """A project and the name it has in the dashboard, which is unique there."""

    name: str
    root: Path


def find_projects(directories: Sequence[Path]) -> list[WatchedProject]:
    """The projects in these directories or at most four levels below, ordered by name. Raises UsageError if
    there are none.
    """
    roots = sorted({root for each in directories for root in _below(each.expanduser().resolve(), _DEPTH)})
    if not roots:
        named = ", ".join(map(str, directories))
        raise UsageError(
            f"no project (no {SETUP_FILE}) in {named} or {_DEPTH} levels below",
            remedy="name the directories of projects, or create one: simorc init DIR",
        )
    return sorted(_named(roots), key=lambda project: project.name)


def _below(directory: Path, depth: int) -> Iterator[Path]:
    if (directory / SETUP_FILE).is_file():
        yield directory
        return
    if not depth:
        return
    try:
        entries = sorted(os.scandir(directory), key=lambda entry: entry.name)
    except OSError:
        return  # what cannot be read is not shown
    for entry in entries:
        hidden = entry.name.startswith(".") or entry.name in _SKIPPED
        if not hidden and entry.is_dir(follow_symlinks=False):
            yield from _below(Path(entry.path), depth - 1)


def _named(roots: Sequence[Path]) -> Iterator[WatchedProject]:
    """Each project by its directory's name, with as much of the path before it as makes that unique."""
    for root in roots:
        for parts in range(1, len(root.parts) + 1):
            name = "/".join(root.parts[-parts:])
            if sum("/".join(other.parts[-parts:]) == name for other in roots) == 1:
                yield WatchedProject(name, root)
                break
