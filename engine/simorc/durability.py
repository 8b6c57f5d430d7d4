"""Puts files on the disk, so that they survive a power loss of the machine.

What a process has written is in the memory of the machine until the system writes it to the disk, in any
order. A sync waits until it is on the disk. A new or renamed file also needs a sync of its directory.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path

_NO_DIRECTORY_SYNC = frozenset({errno.EINVAL, errno.ENOTSUP, errno.EACCES, errno.EBADF, errno.ENOSYS})
"""What a sync of a directory raises on file systems without one, or where a user may not list it."""


def sync_file(path: Path) -> None:
    """Put the content of a file on the disk. Raises OSError."""
    _sync(path, os.O_RDONLY | os.O_CLOEXEC)


def sync_directory(path: Path) -> None:
    """Put the names in a directory on the disk. Raises OSError; file systems that cannot do that are left."""
    try:
        _sync(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        if error.errno not in _NO_DIRECTORY_SYNC:
            raise


def rename_durably(source: Path, target: Path) -> None:
    """Rename a file whose content is on the disk; the new name is on the disk when this returns."""
    source.replace(target)
    sync_directory(target.parent)


def append_durably(path: Path, text: str) -> None:
    """Append to a file, which is made if it is missing; the text is on the disk when this returns.

    Raises OSError, and has appended nothing then.
    """
    new = not path.exists()
    with path.open("ab") as stream:
        end = stream.tell()
        try:
            stream.write(text.encode("utf-8", "backslashreplace"))
            stream.flush()
            os.fsync(stream.fileno())
        except OSError:
            os.truncate(path, end)
            raise
    if new:
        sync_directory(path.parent)


def _sync(path: Path, flags: int) -> None:
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class FileSystem:
    """The file system of a directory, kept open: one sync covers all files that any process has written."""

    def __init__(self, directory: Path) -> None:
        """Raises OSError."""
        # Kept open: the system reports an error of writing to those who had the file system open then.
        self._descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)

    def sync(self) -> None:
        """Put everything on the disk that is written on this file system. Raises OSError."""
        import ctypes  # costs more than most commands that never sync

        library = ctypes.CDLL(None, use_errno=True)
        if not hasattr(library, "syncfs"):
            os.sync()
        elif library.syncfs(self._descriptor):
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))

    def close(self) -> None:
        os.close(self._descriptor)


def sync_file_system(directory: Path) -> None:
    """Put everything on the disk that is written on the file system of `directory`. Raises OSError."""
    file_system = FileSystem(directory)
    try:
        file_system.sync()
    finally:
        file_system.close()
