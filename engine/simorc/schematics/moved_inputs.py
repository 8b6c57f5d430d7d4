"""Which recorded inputs, of a netlist or of a run, are no longer as they were recorded."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from simorc.schematics.digests import Digests
from simorc.schematics.lock_file import is_inside, path_of


def moved_inputs(root: Path, recorded: Mapping[str, str]) -> tuple[str, ...]:
    """Which inputs of a run (its manifest's ``inputs``) are no longer as they were: "results predate ..."."""
    digests = Digests.load(root)
    changed, _ = moved(recorded, root, digests)
    digests.save(root)
    return changed


def moved(
    recorded: Mapping[str, str], root: Path, digests: Digests
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names whose content is not as recorded, and notes about files that are not on this machine."""
    changed, notes = [], []
    for name, digest in recorded.items():
        path = path_of(name, root)
        found = digests.of(path) if path is not None else None
        if found is None and not is_inside(name):
            notes.append(f"{name} is not on this machine: not checked")
        elif found != digest:
            changed.append(name)
    return tuple(changed), tuple(notes)
