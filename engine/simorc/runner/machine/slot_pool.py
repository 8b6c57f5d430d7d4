"""One limit of concurrent cases for all runs of a project and user.

Every active runner is a member: it holds the lock of a file that contains its weight and how many cases it
could run. Every case in progress holds the lock of one slot file, so the limit is kept whatever happens to a
runner: the kernel releases the locks of a process that dies. For fairness, a runner starts no case beyond its
share, so the shares of other runs become free as cases end.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

_FILE = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
_MEMBER = ".member"
_MOST = 10_000


@dataclass(frozen=True)
class Member:
    """An active run: its weight, and how many cases it could run at once."""

    weight: int = 1
    wanted: int = 1


class SlotPool:
    """This runner's part in the slots kept in `directory`. Raises OSError where files cannot be locked."""

    def __init__(self, directory: Path, run: str, weight: int) -> None:
        self._directory = directory
        self._run = run
        self._weight = weight
        self._member: int | None = None
        self._published: Member | None = None
        self._open: dict[int, int] = {}
        self._held: set[int] = set()
        self._share = 0

    def enter(self) -> None:
        """Become a member."""
        self._directory.mkdir(parents=True, exist_ok=True)
        path = self._directory / f"{self._run}{_MEMBER}"
        while self._member is None:
            descriptor = os.open(path, _FILE, 0o666)
            fcntl.lockf(descriptor, fcntl.LOCK_EX)
            if os.fstat(descriptor).st_nlink:
                self._member = descriptor
            else:  # the file was removed as a dead runner's before it was locked
                os.close(descriptor)

    def leave(self) -> None:
        """Give everything back."""
        (self._directory / f"{self._run}{_MEMBER}").unlink(missing_ok=True)
        for descriptor in (*self._open.values(), *([] if self._member is None else [self._member])):
            os.close(descriptor)
        self._open.clear()
        self._held.clear()
        self._member = None

    def look(self, limit: int, wanted: int) -> None:
        """Read the other members; `wanted` is how many cases at once this run could use."""
        mine = Member(self._weight, wanted)
        if mine != self._published and self._member is not None:
            os.pwrite(self._member, json.dumps([mine.weight, mine.wanted]).encode().ljust(64), 0)
            self._published = mine
        members = {self._run: mine, **self._others()}
        self._share = fair_shares(limit, members)[self._run]

    def take(self, limit: int) -> bool:
        """Take a slot for a case to begin; False if none is free, or the share is used up."""
        if len(self._held) >= self._share:
            return False
        for number in range(limit):
            if number not in self._held and self._lock(number):
                self._held.add(number)
                return True
        return False

    def give(self) -> None:
        """A case has ended."""
        if self._held:
            number = max(self._held)
            self._held.discard(number)
            fcntl.lockf(self._open[number], fcntl.LOCK_UN)

    def _lock(self, number: int) -> bool:
        if number not in self._open:
            self._open[number] = os.open(self._directory / f"{number}.slot", _FILE, 0o666)
        try:
            fcntl.lockf(self._open[number], fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):
            return False
        return True

    def _others(self) -> dict[str, Member]:
        """The other active members; files left by dead runners are removed."""
        found = {}
        for path in sorted(self._directory.glob(f"*{_MEMBER}")):
            run = path.name.removesuffix(_MEMBER)
            if run != self._run:
                member = _member_at(path)
                if member is not None:
                    found[run] = member
        return found


def _member_at(path: Path) -> Member | None:
    """The active member whose file this is."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        path.unlink(missing_ok=True)
        return None
    except (BlockingIOError, PermissionError):
        return _read_member(os.pread(descriptor, 64, 0))
    finally:
        os.close(descriptor)


def _read_member(content: bytes) -> Member:
    try:
        weight, wanted = json.loads(content)
        return Member(max(1, min(int(weight), 100)), max(0, min(int(wanted), _MOST)))
    except (ValueError, TypeError):
        return Member()  # it has only just come


def fair_shares(limit: int, members: Mapping[str, Member]) -> dict[str, int]:
    """How many of `limit` slots each member may use: by weight; slots that one member does not need go to the
    others. Every member gets at least one.
    """
    shares: dict[str, int] = {}
    waiting, left = dict(members), float(limit)
    while waiting:
        quota = left / sum(member.weight for member in waiting.values())
        content = [run for run, member in waiting.items() if member.wanted <= quota * member.weight]
        if not content:
            return shares | _whole_parts(int(left), waiting)
        for run in content:
            shares[run] = max(1, members[run].wanted)
            left = max(0.0, left - waiting.pop(run).wanted)
    return shares


def _whole_parts(slots: int, members: Mapping[str, Member]) -> dict[str, int]:
    """`slots` in whole parts by weight; what division leaves goes to the largest remainders."""
    total = sum(member.weight for member in members.values())
    exact = {run: slots * member.weight / total for run, member in members.items()}
    parts = {run: int(part) for run, part in exact.items()}
    for run in _by_remainder(exact)[: slots - sum(parts.values())]:
        parts[run] += 1
    return {run: max(1, part) for run, part in parts.items()}


def _by_remainder(exact: Mapping[str, float]) -> list[str]:
    runs: Iterable[str] = sorted(exact)
    return sorted(runs, key=lambda run: int(exact[run]) - exact[run])
