"""Noticing that the project's files were edited elsewhere: what is shown is read again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from pathlib import Path

from simorc.config.root import SETUP_FILE, SWEEPS_FOLDER
from simorc_tui.data.project_outline import ProjectOutline

EVERY = 2.0
Stamp = tuple[int, int]


def project_files(outline: ProjectOutline) -> tuple[Path, ...]:
    """sim_setup.yaml, files of testbenches and sweeps, the sweeps' folder, and where problems were found."""
    return (
        outline.root / SETUP_FILE,
        *(bench.config for bench in outline.testbenches),
        *(sweep.path for sweep in outline.sweeps),
        *outline.broken_files,
        outline.root / SWEEPS_FOLDER,
    )


async def watch_project(files: Callable[[], Iterable[Path]], tell: Callable[[], object]) -> None:
    """Call `tell` whenever a file of `files()` is another than at the look before, without end.

    Files that were not looked at before count from now on. By looking and not by
    inotify: the project may lie on NFS.
    """
    known: dict[Path, Stamp | None] = {}
    while True:
        now = await asyncio.to_thread(stamps, tuple(files()))
        if any(known[path] != stamp for path, stamp in now.items() if path in known):
            tell()
        known = now
        await asyncio.sleep(EVERY)


def stamps(files: Iterable[Path]) -> dict[Path, Stamp | None]:
    """When each file was written and how long it is; None where it is not there."""
    return {path: _stamp(path) for path in files}


def _stamp(path: Path) -> Stamp | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
