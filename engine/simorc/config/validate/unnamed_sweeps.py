"""Finds sweep files that sim_setup.yaml does not name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from simorc.config.expansion import against, within
from simorc.config.root import SETUP_FILE, SWEEPS_FOLDER


def unnamed_sweeps(root: Path, named: Mapping[str, str]) -> dict[str, Path]:
    """Name -> file, of the YAML files in ``sweeps/`` and beside the files of the sweeps `named`."""
    files = [against(written, root) for written in named.values()]
    folders = dict.fromkeys([root / SWEEPS_FOLDER, *(file.parent for file in files)])
    known = {file.resolve() for file in files} | {(root / SETUP_FILE).resolve()}
    found = [path for folder in folders for path in sorted(folder.glob("*.y*ml")) if path.is_file()]
    return {path.stem: path for path in found if path.resolve() not in known and path.stem not in named}


def how_to_name(root: Path, name: str, path: Path) -> str:
    """What to do so that the sweep is known."""
    written = within(path, root)
    return f"{SETUP_FILE} does not list {written}: add '{name}: {written}' below sweeps:"
