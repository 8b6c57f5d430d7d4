"""Which runs are kept: locked ones, and the newest of each sweep (``execution.keep``)."""

from __future__ import annotations

import getpass
import json
import os
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from simorc.errors import RunError, SimorcError
from simorc.file_access import explained
from simorc.files import write_json
from simorc.regular_files import read_regular
from simorc.rundir.layout import RunLayout, find_runs
from simorc.rundir.lock import runner_alive
from simorc.rundir.manifest import load_manifest
from simorc.rundir.store.reader import RunReader


@dataclass(frozen=True)
class Lock:
    """Who locked a run, when (seconds since the epoch), and why."""

    user: str
    time: float
    reason: str = ""

    def __str__(self) -> str:
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(self.time))
        return f"locked by {self.user} on {when}" + (f": {self.reason}" if self.reason else "")


def lock_run(layout: RunLayout, reason: str = "") -> Lock:
    """Protect a run from removal; an existing lock is replaced."""
    lock = Lock(_user(), time.time(), reason)
    write_json(layout.lock_json, {"user": lock.user, "time": lock.time, "reason": lock.reason})
    return lock


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        # A container may run under a number that has no name.
        return str(os.getuid())


def unlock_run(layout: RunLayout) -> bool:
    """Take a run's lock away; whether there was one."""
    try:
        layout.lock_json.unlink()
    except FileNotFoundError:
        return False
    return True


def lock_of(layout: RunLayout) -> Lock | None:
    """The lock of a run. One that cannot be read is a lock all the same."""
    try:
        record = json.loads(read_regular(layout.lock_json))
        return Lock(str(record["user"]), float(record["time"]), str(record.get("reason") or ""))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError):
        return Lock("somebody", 0.0, f"{layout.lock_json.name} cannot be read")


def refuse_locked(layout: RunLayout) -> None:
    """RunError for a run that is locked."""
    lock = lock_of(layout)
    if lock is not None:
        raise RunError(f"{layout.name} is {lock}", remedy=f"unlock it first: simorc unlock {layout.name}")


def remove_run(layout: RunLayout) -> None:
    """Remove a run directory, after renaming it so that no reader sees an incomplete run. Raises RunError if
    it is locked.
    """
    if layout.path.is_symlink() or not layout.exists():
        raise RunError(f"{layout.path} is not a run directory")
    refuse_locked(layout)
    doomed = layout.path.with_name(f".removing-{layout.name}-{os.getpid()}")
    try:
        Path(layout.path).rename(doomed)
        shutil.rmtree(doomed)
    except OSError as error:
        why, remedy = explained(error)
        raise RunError(f"{layout.name} cannot be removed: {why}", remedy=remedy) from error


def retire(layout: RunLayout) -> list[str]:
    """Remove the finished runs of this run's sweep beyond the newest ``execution.keep``; their names.

    The run itself counts and stays. Locked runs and those not finished stay and do not count.
    """
    keep = load_manifest(layout).execution.keep
    if not keep or not _finished(layout):
        return []
    others = [run for run in find_runs(layout.root) if run.sweep == layout.sweep and run != layout]
    surplus = [run for run in others if lock_of(run) is None and _finished(run)][int(keep) - 1 :]
    for run in surplus:
        remove_run(run)
    return [run.name for run in surplus]


def _finished(layout: RunLayout) -> bool:
    if runner_alive(layout):
        return False
    try:
        with RunReader(layout) as view:
            return view.meta().get("state") == "finished"
    except SimorcError:
        # A run that cannot be read is not removed without a request.
        return False
