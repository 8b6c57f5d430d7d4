"""Records a disk while simorc works on it, and looks at it after power losses."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.powerloss.cuts import disks_after_cuts, mounted
from tests.powerloss.history import History
from tests.powerloss.inspection import problems_of
from tests.powerloss.recorded_disk import count_of, recorded
from tests.powerloss.work import Work
from tests.waiting import until

SIZE = 160 << 20
"""Bytes of the disk."""


@dataclass(frozen=True)
class Look:
    """What was found after one power loss, and what had reached the disk."""

    moment: int
    kind: str
    problems: list[str]


class Trial:
    """One recording and its power losses."""

    def __init__(self, directory: Path, file_system: str = "ext4", cases: int = 60) -> None:
        self._directory, self._file_system, self._cases = directory, file_system, cases
        self._place = directory / "fs"
        self._root = self._place / "project"
        self.history = History(lambda: count_of(directory))
        self._began = self.recorded = self.flushes = 0

    def record(self, work: type[Work] = Work) -> None:
        """Run the commands on a recorded disk."""
        server = subprocess.Popen(
            [sys.executable, "-m", "tests.powerloss.recorded_disk", str(self._directory), str(SIZE)],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        )
        disk = self._directory / "mount" / "disk"
        try:
            until(disk.exists)
            subprocess.run([f"mkfs.{self._file_system}", str(disk)], check=True, capture_output=True)
            with mounted(disk, self._place):
                self._work(work)
            self.recorded = count_of(self._directory)
        finally:
            subprocess.run(["umount", str(disk.parent)], check=False)
            server.wait()
        self.flushes = sum(write.is_flush for write in recorded(self._directory, self.recorded))

    def _work(self, work: type[Work]) -> None:
        doing = work(self._root, self.history, self._cases)
        doing.make_project()
        self._began = count_of(self._directory)
        doing.do_everything()
        shutil.copytree(self._root, self._directory / "originals", symlinks=True)

    def cuts(self, number: int, choice: random.Random, resume_every: int = 0) -> Iterator[Look]:
        """A look after a power loss at each of `number` moments of the work."""
        moments = sorted(choice.randint(self._began, self.recorded) for _ in range(number))
        disks = disks_after_cuts(self._directory, SIZE, moments, choice)
        for place, (moment, kind, disk) in enumerate(disks, 1):
            resume = bool(resume_every) and place % resume_every == 0
            try:
                with mounted(disk, self._place):
                    originals = self._directory / "originals"
                    found = problems_of(self._root, self.history, moment, originals, resume=resume)
            except subprocess.CalledProcessError as error:
                found = [f"the file system cannot be mounted: {error}"]
            yield Look(moment, kind, found)
