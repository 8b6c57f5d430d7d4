"""The build time of a run as a UTC time; it defines the newest run.

A directory's name contains the local time of the host that created it, which depends on the time zone,
repeats for one hour every autumn and follows a clock that is set back. A run's manifest contains an instant
in UTC that is later than that of every run built before it in the same project. Older runs have the time with
its offset, or only their name.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path

CREATED_UTC = "created_utc"
"""The manifest's key for the instant."""
_HEAD = 4096
_INSTANT = re.compile(rb'"created_utc":\s*"([^"]{1,40})"')
_CREATED = re.compile(rb'"created":\s*"([^"]{1,40})"')
_STAMP = re.compile(r".+_(\d{14})(?:_\d+)?")
_BEGINNING = datetime.fromtimestamp(0, UTC)


def age_key(directory: Path) -> tuple[datetime, int, str]:
    """Sorts run directories from the oldest to the newest: instant, then when the manifest was written."""
    manifest = directory / "manifest.json"
    try:
        found = manifest.stat()
    except OSError:
        return _BEGINNING, 0, directory.name
    instant = _instant_of(str(manifest), found.st_mtime_ns, found.st_size)
    return instant or _from_name(directory.name, found.st_mtime), found.st_mtime_ns, directory.name


def next_instant(directories: Iterable[Path], now: float | None = None) -> datetime:
    """The instant of a run built now (seconds since the epoch) beside those in `directories`.

    It is later than all of theirs, even where the clock was set back since.
    """
    present = datetime.fromtimestamp(time.time() if now is None else now, UTC)
    newest = max((age_key(each)[0] for each in directories), default=_BEGINNING)
    return max(present, newest + timedelta(microseconds=1))


def written(instant: datetime) -> str:
    """An instant as written in a manifest: ``2026-03-29T01:59:59.123456+00:00``."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds")


@lru_cache(maxsize=4096)
def _instant_of(manifest: str, modified: int, size: int) -> datetime | None:
    """The start of a manifest file, parsed; read once per version of the file."""
    try:
        descriptor = os.open(manifest, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        head = os.read(descriptor, _HEAD)
    except OSError:
        return None
    finally:
        os.close(descriptor)
    match = _INSTANT.search(head) or _CREATED.search(head)
    return None if match is None else _parsed(match[1].decode("ascii", "replace"))


def _parsed(text: str) -> datetime | None:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    return instant.astimezone(UTC)  # without an offset it is read as local time


def _from_name(name: str, modified: float) -> datetime:
    """The local time in a directory's name; else when its manifest was written."""
    match = _STAMP.fullmatch(name)
    try:
        if match is not None:
            return datetime.strptime(match[1], "%Y%m%d%H%M%S").astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    return datetime.fromtimestamp(modified, UTC)
