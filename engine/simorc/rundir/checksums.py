"""`checksums.json`: the SHA-256 of the manifest, the store and the attempt log as their writers left them.

A checksum is removed before its file is written and recorded when the writer closes the file. A file without
one was left by a process that was killed, or is being written. Damage by the disk, and changes by another
program, are found by comparing the two.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from simorc.files import read_json, write_json
from simorc.regular_files import sha256_of

NAME = "checksums.json"


def forget(path: Path) -> None:
    """The file is about to change. Raises OSError if that cannot be recorded."""
    known = _known(path)
    if known.pop(path.name, None) is not None:
        write_json(path.with_name(NAME), known)


def record(path: Path) -> None:
    """The file is complete. Without room for its checksum it has none."""
    with suppress(OSError):
        write_json(path.with_name(NAME), {**_known(path), path.name: sha256_of(path)})


def is_intact(path: Path) -> bool | None:
    """Whether the file is what its writer left; None where that is unknown. Raises OSError."""
    recorded = _known(path).get(path.name)
    return None if recorded is None else recorded == sha256_of(path)


def _known(path: Path) -> dict[str, object]:
    try:
        return read_json(path.with_name(NAME), 1 << 16)
    except (OSError, ValueError):
        return {}
