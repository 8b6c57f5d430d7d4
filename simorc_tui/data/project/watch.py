"""Detects that files of the project were edited elsewhere, so that they are read again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from simorc.files import Stamp, stamp_of

EVERY = 2.0


async def watch_project(
    as_read: Callable[[], Mapping[Path, Stamp | None]], changed: Callable[[], object]
) -> None:
    """Call `changed` once for each change of a file since it was read; never returns.

    `as_read` gives every file with its stamp from before it was read, so that no change is missed, whenever
    watching starts. It polls and does not use inotify: the project may be on NFS.
    """
    reported: dict[Path, Stamp | None] = {}
    while True:
        known = dict(as_read())
        now = await asyncio.to_thread(stamps, tuple(known))
        moved = {path: stamp for path, stamp in now.items() if stamp != known[path]}
        if moved and moved != reported:
            changed()
        reported = moved
        await asyncio.sleep(EVERY)


def stamps(files: Iterable[Path]) -> dict[Path, Stamp | None]:
    """The stamp of each file; None if it is missing."""
    return {path: stamp_of(path) for path in files}
