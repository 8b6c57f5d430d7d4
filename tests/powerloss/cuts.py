"""The states that a disk may have after its power was cut at a moment of its record."""

from __future__ import annotations

import gc
import random
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.powerloss.recorded_disk import Write, recorded

SECTOR = 512
KINDS = ("nothing", "everything", "the first", "some", "some, torn")
"""What of the writes after the last flush reached the disk."""


@contextmanager
def mounted(image: Path, place: Path) -> Iterator[None]:
    """The file system of an image, mounted; as root."""
    place.mkdir(exist_ok=True)
    subprocess.run(["mount", "-o", "loop", str(image), str(place)], check=True)
    try:
        yield
    finally:
        gc.collect()  # maps of raw files hold the file system
        subprocess.run(["umount", str(place)], check=True)


def disks_after_cuts(
    directory: Path, size: int, moments: Sequence[int], choice: random.Random
) -> Iterator[tuple[int, str, Path]]:
    """For each moment, ascending: the moment, what reached the disk, and the disk (the same file each time).

    Everything written before the last flush is there; of what was written since, something chosen at random.
    """
    safe, cut = directory / "safe", directory / "cut"
    with safe.open("wb") as disk:
        disk.truncate(size)
    pending: list[Write] = []
    left = list(moments)
    for place, write in enumerate(recorded(directory, max(moments)), 1):
        if write.is_flush:
            apply(safe, pending)
            pending.clear()
        else:
            pending.append(write)
        while left and left[0] == place:
            left.pop(0)
            kind = choice.choice(KINDS)
            shutil.copyfile(safe, cut)
            apply(cut, reached(pending, kind, choice))
            yield place, kind, cut


def reached(pending: Sequence[Write], kind: str, choice: random.Random) -> list[Write]:
    """The part of the unsynced writes that reached the disk."""
    if kind == "nothing":
        return []
    if kind == "everything":
        return list(pending)
    if kind == "the first":
        return list(pending[: choice.randint(0, len(pending))])
    kept = [write for write in pending if choice.random() < 0.5]
    return [_torn(write, choice) for write in kept] if "torn" in kind else kept


def apply(disk: Path, writes: Sequence[Write]) -> None:
    """Write these to a disk, in their order."""
    with disk.open("r+b") as stream:
        for write in writes:
            stream.seek(write.offset)
            stream.write(write.data)


def _torn(write: Write, choice: random.Random) -> Write:
    """Some sectors from the start of a write: a disk writes a sector as a whole."""
    return Write(write.offset, write.data[: SECTOR * choice.randint(1, max(1, len(write.data) // SECTOR))])
