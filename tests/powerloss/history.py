"""What simorc has reported while a disk was recorded: what a power loss afterwards must not undo."""

from __future__ import annotations

import hashlib
import sqlite3
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.waiting import STEP


@dataclass(frozen=True)
class Reported:
    """Cases of a run that any program could see completed at a moment of the record."""

    moment: int
    run: str
    cases: frozenset[int]


@dataclass
class History:
    """The reports of a recording, with the moments at which they were made."""

    moment: Callable[[], int]
    reports: list[Reported] = field(default_factory=list)
    withdrawn: list[Reported] = field(default_factory=list)
    """Cases that were to run again from a moment on."""
    exists: list[tuple[int, str]] = field(default_factory=list)
    """Paths that are there from a moment on."""
    contents: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """The SHA-256 of every content that a file had."""
    values: defaultdict[tuple[str, int], set[tuple[object, ...]]] = field(
        default_factory=lambda: defaultdict(set)
    )
    """The values that a case of a run had when it was completed."""

    def promise(self, root: Path, path: Path) -> None:
        """A file or directory was reported as written, with the content that it has."""
        name = path.relative_to(root).as_posix()
        if path.is_file():
            self.note(root, path)
        self.exists.append((self.moment(), name))

    def note(self, root: Path, path: Path) -> None:
        """The content of a file now is one that it may have."""
        self.contents[path.relative_to(root).as_posix()].add(hashlib.sha256(path.read_bytes()).hexdigest())

    def withdraw(self, run: str, cases: frozenset[int]) -> None:
        """These cases are about to run again."""
        self.withdrawn.append(Reported(self.moment(), run, cases))

    def promised(self, run: str, moment: int) -> frozenset[int]:
        """The cases of a run that must be completed after a power loss at `moment`."""
        seen = [each.cases for each in self.reports if each.run == run and each.moment <= moment]
        again = [each.cases for each in self.withdrawn if each.run == run and each.moment <= moment]
        return frozenset().union(*seen) - frozenset().union(*again)

    @contextmanager
    def watching(self, root: Path) -> Iterator[None]:
        """Look at the runs of a project meanwhile, as a viewer does."""
        over = threading.Event()
        watcher = threading.Thread(target=self._watch, args=(root, over))
        watcher.start()
        try:
            yield
        finally:
            over.set()
            watcher.join()
            self.look(root)

    def _watch(self, root: Path, over: threading.Event) -> None:
        while not over.wait(STEP):
            self.look(root)

    def look(self, root: Path) -> None:
        """Note what the stores of the runs say now."""
        for database in root.glob("simulations/[!.]*/run.sqlite"):
            with suppress(sqlite3.Error, OSError):
                self._look_at(database)

    def _look_at(self, database: Path) -> None:
        run = database.parent.name
        db = sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True, timeout=10)
        try:
            names = [row[0] for row in db.execute("SELECT name FROM columns WHERE role='measurement'")]
            wanted = ", ".join(f'"{name}"' for name in ("id", *sorted(names)))
            rows = db.execute(f"SELECT {wanted} FROM cases WHERE status='completed'").fetchall()
        finally:
            db.close()
        moment = self.moment()
        for case_id, *values in rows:
            self.values[run, case_id].add((tuple(sorted(names)), *values))
        self.reports.append(Reported(moment, run, frozenset(row[0] for row in rows)))
