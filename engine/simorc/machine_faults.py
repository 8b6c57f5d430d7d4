"""Errors that come from the machine and not from a case: a full disk, no processes, a lost file system."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterator

MACHINE_ERRNOS = frozenset(
    {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.ENXIO, errno.ENODEV, errno.EREMOTEIO}
    | {errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EAGAIN, errno.ENOLCK}
    | {errno.ESTALE, errno.ENOTCONN, errno.ETIMEDOUT, errno.EHOSTDOWN, errno.EHOSTUNREACH, errno.ENETUNREACH}
)
"""Numbers of errors that the contents of a deck cannot cause."""


_IN_WORDS = {os.strerror(number): number for number in sorted(MACHINE_ERRNOS - {errno.ENODEV, errno.ENXIO})}
"""To a simulator `no such device` is an element that the circuit does not have."""
_LAST_WORDS = re.compile(f": ({'|'.join(map(re.escape, _IN_WORDS))})$")


def errno_in(line: str) -> int | None:
    """The number of the machine's error that a program reports in a line such as ``results.raw: Input/output
    error``; None where it reports none.
    """
    match = _LAST_WORDS.search(line.rstrip())
    return None if match is None else _IN_WORDS[match[1]]


def machine_errno(error: BaseException) -> int | None:
    """The number of the machine's error behind an exception; None where the machine is not known to be at
    fault. A thread that cannot be started counts as EAGAIN, lost memory as ENOMEM.
    """
    return next((number for each in _causes(error) if (number := _number(each)) in MACHINE_ERRNOS), None)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The exception, the members of a group, and what each was raised from."""
    seen: set[int] = set()
    left = [error]
    while left:
        each = left.pop(0)
        if id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        left += [cause for cause in (each.__cause__, each.__context__) if cause is not None]
        left += each.exceptions if isinstance(each, BaseExceptionGroup) else ()


def _number(error: BaseException) -> int | None:
    if isinstance(error, OSError):
        return error.errno
    if isinstance(error, MemoryError):
        return errno.ENOMEM
    no_thread = isinstance(error, RuntimeError) and "can't start new thread" in str(error)
    return errno.EAGAIN if no_thread else None


def words_of(number: int) -> str:
    """What the operating system calls an error number, with the remedy where a person has one."""
    remedy = _REMEDIES.get(number)
    return os.strerror(number) + (f" ({remedy})" if remedy else "")


_REMEDIES = {
    errno.ENOSPC: "free disk space or inodes",
    errno.EDQUOT: "free disk space of this user",
    errno.EROFS: "mount the file system for writing",
    errno.EMFILE: "start simorc with a higher ulimit -n",
    errno.ENFILE: "too many files are open on this machine",
    errno.EAGAIN: "too many processes: see ulimit -u",
    errno.ENOMEM: "free memory, or run fewer jobs",
}
