"""Opens regular files only: a pipe, a device or a directory in the place of a file is an error at once.

Opening a pipe waits for its other end, and reading a device may never end. Files of a run are read without
following a symbolic link, because a run may come from somebody else; files that a user names may be links.
"""

from __future__ import annotations

import errno
import hashlib
import io
import os
import stat
from pathlib import Path
from typing import TextIO

_LINK = "is a symbolic link, which is not followed in a run"
_SPECIAL = "is not a regular file"


def open_regular(path: Path, *, follow: bool = False) -> io.BufferedReader:
    """The file opened for reading bytes. Raises OSError for anything that is not a regular file, and for a
    symbolic link unless `follow`.
    """
    return os.fdopen(descriptor_of(path, os.O_RDONLY, follow=follow), "rb")


def open_regular_text(path: Path, *, encoding: str = "utf-8", newline: str | None = None) -> TextIO:
    """The file of a run opened for reading text; bytes that are none are replaced. Raises OSError."""
    return io.TextIOWrapper(open_regular(path), encoding, "replace", newline)


def read_regular(path: Path, *, follow: bool = False) -> bytes:
    """The content of a regular file. Raises OSError as `open_regular` does."""
    with open_regular(path, follow=follow) as stream:
        return stream.read()


def sha256_of(path: Path, *, follow: bool = False) -> str:
    """The SHA-256 of a regular file in hexadecimal digits. Raises OSError as `open_regular` does."""
    with open_regular(path, follow=follow) as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def descriptor_of(path: Path, flags: int, mode: int = 0o666, *, follow: bool = False) -> int:
    """An open descriptor of a regular file, made where `flags` ask for it. Raises OSError."""
    links = 0 if follow else os.O_NOFOLLOW
    try:
        # Without O_NONBLOCK opening a pipe would wait; it changes nothing for a regular file.
        descriptor = os.open(path, flags | os.O_CLOEXEC | os.O_NONBLOCK | links, mode)
    except OSError as error:
        if error.errno == errno.ELOOP and path.is_symlink():
            raise OSError(errno.ELOOP, _LINK, str(path)) from None
        if error.errno == errno.ENXIO and _is_special(path):  # a pipe opened for writing without a reader
            raise OSError(errno.EINVAL, _SPECIAL, str(path)) from None
        raise
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return descriptor
    os.close(descriptor)
    raise OSError(errno.EINVAL, _SPECIAL, str(path))


def is_regular(path: Path) -> bool:
    """Whether `path` itself, and not what a link leads to, is a regular file."""
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False


def _is_special(path: Path) -> bool:
    return path.exists() and not path.is_file()
