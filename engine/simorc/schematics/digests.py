"""Content hashes of files, cached by time stamp, size and inode."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

from simorc.files import write_whole
from simorc.regular_files import read_regular, sha256_of

_CACHE = Path(".simorc") / "digests.json"
_SETTLED = 2.0
"""Seconds until a time stamp is trusted: two writes can be closer than stamps are fine."""


class Digests:
    """SHA-256 of files. `load` and `save` keep them between commands, in ``.simorc`` of the project."""

    def __init__(self, known: dict[str, list[object]] | None = None) -> None:
        self._known = known if known is not None else {}
        self._changed = False

    @classmethod
    def load(cls, root: Path) -> Digests:
        """The digests of an earlier command; a damaged cache counts as empty."""
        try:
            known = json.loads(read_regular(root / _CACHE, follow=True))
        except (OSError, ValueError):
            return cls()
        return cls(known if isinstance(known, dict) else {})

    def save(self, root: Path) -> None:
        """Keep what is known, where the project can be written."""
        if not self._changed or not os.access(root, os.W_OK):
            return
        (root / _CACHE.parent).mkdir(exist_ok=True)
        write_whole(root / _CACHE, json.dumps(self._known), durable=False)
        self._changed = False

    def of(self, path: Path) -> str | None:
        """The SHA-256 of a file, None when there is none to read."""
        try:
            stamp = path.stat()
            key, identity = str(path), [stamp.st_mtime_ns, stamp.st_size, stamp.st_ino]
            match self._known.get(key):
                case [*same, str(digest)] if same == identity:
                    return digest
            digest = sha256_of(path, follow=True)
        except OSError:
            return None
        if abs(time.time() - stamp.st_mtime) > _SETTLED:
            self._known[key] = [*identity, digest]
            self._changed = True
        return digest
