"""Finds the project directory. Reads no file and imports nothing heavy."""

from __future__ import annotations

from pathlib import Path

from simorc.errors import UsageError

SETUP_FILE = "sim_setup.yaml"
SWEEPS_FOLDER = "sweeps"
"""The usual folder of sweep files; sim_setup.yaml may name others."""
CORNERS_FOLDER = "corners"
"""The folder of statistical corners."""
CORNER_SETS_FOLDER = "corner_sets"
"""The folder of corner sets."""


def find_root(start: Path | None = None) -> Path:
    """The nearest directory from `start` (default: the working directory) upwards that contains
    ``sim_setup.yaml``.

    `start` may also be the file itself. Raises UsageError.
    """
    given = Path.cwd() if start is None else Path(start).expanduser()
    if given.name == SETUP_FILE and given.is_file():
        given = given.parent
    if not given.is_dir():
        raise UsageError(f"{given}: no such directory", remedy="pass a project directory to --project")
    folder = given.resolve()
    for candidate in (folder, *folder.parents):
        if (candidate / SETUP_FILE).is_file():
            return candidate
    raise UsageError(
        f"no {SETUP_FILE} in {given} or any directory above it",
        remedy="change to a project directory, use --project DIR, or create a project: simorc init DIR",
    )
