"""Cut decks and what is proved of them, kept in the user's cache directory between runs.

Everything is found by the content of what it rests on, so nothing is ever changed in place: another content
has another name. Files appear whole; the oldest go when there are too many. A cache that cannot be read or
written costs time and nothing else.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import platformdirs

from simorc.files import read_json, write_json
from simorc.netlist.cut.plan import CutInclude, CutPlan
from simorc.regular_files import sha256_of

FORMAT = "1"
"""Changed whenever the cutter cuts in another way, or an entry has another form."""
MOST_PLANS, MOST_PROOFS = 200, 2_000
_MOST_BYTES = 1 << 26


def digest(parts: Iterable[str]) -> str:
    """SHA-256 of texts in order, each of which ends where it ends."""
    whole = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogateescape")
        whole.update(b"%d:" % len(data) + data)
    return whole.hexdigest()


def digest_of_file(path: Path) -> str:
    """SHA-256 of a file, empty if it cannot be read."""
    try:
        stat = path.stat()
        return _digest_of(path, stat.st_mtime_ns, stat.st_size, stat.st_ino)
    except OSError:
        return ""


@lru_cache(maxsize=2048)
def _digest_of(path: Path, _changed: int, _size: int, _inode: int) -> str:
    return sha256_of(path, follow=True)


@dataclass(frozen=True)
class Proof:
    """Record that a cut deck gives the same results: `settings` are those that sessions changed meanwhile
    (none: it only ran in new processes), `seconds` the time of a case on the whole deck.
    """

    settings: frozenset[str] = frozenset()
    seconds: float = 0.0


class CutStore:
    """The cache in `directory`; by default that of the user."""

    def __init__(self, directory: Path | None = None) -> None:
        self._directory = platformdirs.user_cache_path("simorc") / "cut" if directory is None else directory

    def plan(self, key: str) -> CutPlan | None:
        """The plan kept under `key`, if every file it was made from has the same content."""
        try:
            kept = read_json(self._path("plans", key), _MOST_BYTES)
            files = {str(path): str(content) for path, content in kept["files"].items()}
            plan = CutPlan(
                tuple(CutInclude(str(written), text) for written, text in kept["includes"]),
                frozenset(map(Path, files)),
                tuple((str(name), int(count)) for name, count in kept["left_out"]),
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None
        same = all(digest_of_file(Path(path)) == content for path, content in files.items())
        return plan if same else None

    def keep_plan(self, key: str, plan: CutPlan) -> None:
        """Keep a plan for other runs."""
        files = {str(path): digest_of_file(path) for path in plan.files}
        includes = [[each.written, each.text] for each in plan.includes]
        self._write("plans", key, {"files": files, "includes": includes, "left_out": list(plan.left_out)})
        self._prune("plans", MOST_PLANS)

    def proof(self, key: str) -> Proof | None:
        """What is proved of the deck of this key; None: nothing."""
        try:
            kept = read_json(self._path("proofs", key), _MOST_BYTES)
            return Proof(frozenset(str(name) for name in kept["settings"]), float(kept["seconds"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def keep_proof(self, key: str, proof: Proof) -> None:
        """Remember what is proved of a deck, beside what is remembered already."""
        known = self.proof(key)
        if known is None or not known.settings >= proof.settings:
            settings = proof.settings if known is None else proof.settings | known.settings
            self._write("proofs", key, {"settings": sorted(settings), "seconds": proof.seconds})
            self._prune("proofs", MOST_PROOFS)

    def forget_proof(self, key: str) -> None:
        """A deck turned out to differ."""
        with suppress(OSError):
            self._path("proofs", key).unlink(missing_ok=True)

    def _path(self, kind: str, key: str) -> Path:
        return self._directory / kind / f"{key}.json"

    def _write(self, kind: str, key: str, data: Mapping[str, object]) -> None:
        path = self._path(kind, key)
        with suppress(OSError, UnicodeEncodeError):
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_json(path, dict(data), durable=False)

    def _prune(self, kind: str, most: int) -> None:
        """Remove the oldest entries beyond `most`."""
        with suppress(OSError):
            entries = [entry for entry in os.scandir(self._directory / kind) if entry.name.endswith(".json")]
            if len(entries) > most:
                for entry in sorted(entries, key=lambda one: one.stat().st_mtime)[: len(entries) - most]:
                    Path(entry.path).unlink(missing_ok=True)
