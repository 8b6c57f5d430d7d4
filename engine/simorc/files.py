"""Detects file systems, and writes files atomically."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from simorc.durability import rename_durably
from simorc.processes import file_system_of
from simorc.regular_files import open_regular

# sqlite.org/wal.html: WAL needs memory shared by all readers, which network file systems do not give. Which
# file systems other hosts share cannot be listed (there are many, some behind FUSE), so the local ones are.
_LOCAL = frozenset(
    {"ext2", "ext3", "ext4", "xfs", "btrfs", "zfs", "f2fs", "bcachefs", "jfs", "nilfs2", "reiserfs"}
    | {"tmpfs", "ramfs", "overlay", "aufs", "vfat", "exfat", "ntfs3", "hfsplus", "apfs", "ufs"}
)

MOST_JSON = 1 << 28
"""Bytes of JSON that are read at all; the manifest of a million cases has some kilobytes."""


Stamp = tuple[int, int, int]
"""When a file was written (ns), how long it is, and its inode."""


def stamp_of(path: Path | str) -> Stamp | None:
    """The stamp of a file or directory; None where there is none."""
    try:
        found = os.stat(path)  # noqa: PTH116 -- a text costs half of what a Path does, where thousands are looked at
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def is_network(path: Path) -> bool:
    """Whether other hosts may write below `path` without this host's kernel noticing: true for every file
    system that is not known to be local.
    """
    return file_system_of(str(path)) not in _LOCAL


def write_whole(path: Path, text: str | Iterable[str], *, durable: bool = True) -> None:
    """Write `path` beside itself, then rename: a reader sees the old file or the new one, never a part.

    A file that is there keeps its permissions. The new file survives a power loss when this returns. Without
    `durable` it is not synced, for what has no use after one: a heartbeat, a cache.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with beside.open("w", encoding="utf-8", newline="") as stream:
            stream.writelines([text] if isinstance(text, str) else text)
            with suppress(FileNotFoundError):
                os.fchmod(stream.fileno(), path.stat().st_mode & 0o777)
            if durable:
                stream.flush()
                os.fsync(stream.fileno())
        rename_durably(beside, path) if durable else beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def sweep_unfinished(directory: Path) -> None:
    """Remove the temporary files in `directory` of a `write_whole` that was killed. Call it only if no other
    process may be writing.
    """
    for left in directory.glob(".*.tmp"):
        left.unlink(missing_ok=True)


def write_json(path: Path, data: object, *, durable: bool = True) -> None:
    write_whole(path, json.dumps(data, indent=1, ensure_ascii=False) + "\n", durable=durable)


def read_json(path: Path, most: int = MOST_JSON) -> dict[str, Any]:
    """The JSON object in `path`. Raises OSError or ValueError for any other content: a pipe, a device, an
    endless file, text nested too deep.
    """
    with open_regular(path) as stream:
        text = stream.read(most + 1)
    if len(text) > most:
        raise ValueError(f"more than {most >> 20} MiB")
    try:
        data = json.loads(text)
    except RecursionError:
        raise ValueError("nested too deep") from None
    if not isinstance(data, dict):
        raise ValueError("not a JSON object")
    return data


def free_bytes(path: Path) -> int:
    """Bytes an ordinary user may still write on the file system of `path`."""
    stats = os.statvfs(path)
    return stats.f_bavail * stats.f_frsize
