"""Says whose file or folder refuses to be read or written, and what its owner can do about it."""

from __future__ import annotations

import errno
import os
import shlex
import stat
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from simorc.machine_faults import words_of

_REFUSALS = frozenset({errno.EACCES, errno.EPERM})


def explained(error: OSError) -> tuple[str, str | None]:
    """What the operating system reports, with the file it is about, and the remedy where there is one.

    Where access is refused, the file named is the one whose permissions are the reason: the folder in which a
    file could not be made, not the file.
    """
    refusing = _refusing(Path(os.fsdecode(error.filename))) if _is_refusal(error) else None
    if refusing is not None:
        return _refusal(*refusing)
    where = f"{os.fsdecode(error.filename)}: " if error.filename else ""
    if error.errno is None:
        return f"{where}{error.strerror or error}", None
    return f"{where}{error.strerror if _is_ours(error) else words_of(error.errno)}", None


def refuse_unwritable(files: Iterable[Path]) -> None:
    """Raise PermissionError for the first of these that exists and may not be written."""
    for file in files:
        if file.exists() and not os.access(file, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(file))


def _is_ours(error: OSError) -> bool:
    """Whether the words are not the operating system's: `is not a regular file`."""
    return error.errno is not None and error.strerror != os.strerror(error.errno)


def _is_refusal(error: OSError) -> bool:
    return error.errno in _REFUSALS and isinstance(error.filename, (str, bytes)) and not _is_ours(error)


def _refusing(path: Path) -> tuple[Path, str] | None:
    """The file or folder that refuses, and what: ``entered``, ``read``, ``written``; None where none does."""
    path = path.absolute()
    for folder in reversed(path.parents):
        if folder.is_dir() and not os.access(folder, os.X_OK):
            return folder, "entered"
    if path.exists():
        for mode, word in ((os.R_OK, "read"), (os.W_OK, "written")):
            if not os.access(path, mode):
                return path, word
    if path.parent.is_dir() and not os.access(path.parent, os.W_OK):
        return path.parent, "written"
    return None


def _refusal(path: Path, word: str) -> tuple[str, str]:
    found = path.stat()
    owner, group = _owner_and_group(path)
    rights = "rX" if word in ("entered", "read") else "rwX"
    mode = stat.filemode(found.st_mode)
    message = f"{path} cannot be {word}: it belongs to {owner}, group {group} ({mode})"
    place = shlex.quote(str(path))
    if found.st_uid == os.geteuid():
        return message, f"chmod -R u+{rights} {place}"
    change = f"chmod -R g+{rights} {place}"
    if found.st_gid not in {os.getegid(), *os.getgroups()}:
        change = f"chgrp -R GROUP {place} && {change} (GROUP: one that you both belong to)"
    return message, f"{owner} can share it: {change}; or work in a copy of the project that is yours"


def _owner_and_group(path: Path) -> tuple[str, str]:
    """Names; numbers where this machine has no name for them."""
    found = path.stat()
    owner, group = str(found.st_uid), str(found.st_gid)
    with suppress(KeyError):
        owner = path.owner()
    with suppress(KeyError):
        group = path.group()
    return owner, group
