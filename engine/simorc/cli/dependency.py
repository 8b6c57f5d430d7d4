"""`after:` of a sweep: wait for the newest run of another sweep, and optionally require that it passed."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from simorc.cli.output.spec_table import spec_results, violated
from simorc.cli.output.tables import note
from simorc.errors import UsageError
from simorc.processes import search_path
from simorc.rundir.layout import RunLayout, find_runs
from simorc.rundir.manifest import load_manifest
from simorc.rundir.summary import UNDER_WAY, RunSummary, summarise
from simorc.text import plain

LOOK_EVERY = 0.5
_IGNORE = "--now does not wait"


@dataclass(frozen=True)
class Dependency:
    """What a run waits for: the run `first`, to finish or to pass."""

    first: RunLayout
    passed: bool

    def settled(self) -> bool:
        """Whether the wait is over; raises `UsageError` if it never will be."""
        summary = summarise(self.first)
        if summary.state in UNDER_WAY:
            return False
        reason = self._reason_against(summary)
        if reason:
            raise UsageError(f"this sweep runs after {self.first.name}, which {reason}", remedy=_IGNORE)
        return True

    def _reason_against(self, summary: RunSummary) -> str:
        go_on = f"simorc run {summary.run}"
        if summary.state == "pending":
            return f"has not been started ({go_on})"
        if summary.state != "finished" or summary.counts["pending"]:
            return f"is {summary.shown_state} ({go_on})"
        if not self.passed:
            return ""
        if summary.counts["failed"]:
            return f"did not pass: {summary.counts['failed']} cases failed"
        return "did not pass: a spec is violated" if violated(spec_results(self.first)) else ""


def dependency_of(layout: RunLayout) -> Dependency | None:
    """What the run in `layout` waits for, by its definition; a run that has begun waits no more."""
    after = load_manifest(layout).after
    if after is None or summarise(layout).state != "pending":
        return None
    return dependency_on(layout.root, after)


def dependency_on(root: Path, after: str) -> Dependency:
    """``pvt_dc passed`` as the newest run of that sweep; raises `UsageError` if it has none."""
    sweep, _, condition = after.partition(" ")
    runs = [run for run in find_runs(root) if run.sweep == sweep]
    if not runs:
        raise UsageError(
            f"this sweep runs after '{sweep}', which has no run yet",
            remedy=f"simorc run {sweep}; {_IGNORE}",
        )
    return Dependency(runs[0], condition.strip() == "passed")


def wait_for(dependency: Dependency) -> None:
    """Wait until the run may start; raises `UsageError` if it may not."""
    if dependency.settled():
        return
    note(f"waiting for {plain(dependency.first.name)}")
    while not dependency.settled():
        time.sleep(LOOK_EVERY)


def wait_elsewhere(layout: RunLayout, dependency: Dependency, options: Sequence[str]) -> None:
    """Start a process of its own session that waits and then runs `layout`; its words go to runner.log."""
    with layout.runner_log.open("ab") as log:
        subprocess.Popen(
            [sys.executable, "-m", "simorc", "--project", str(layout.root), "run", layout.name, *options],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            cwd="/",
            env={**os.environ, "PYTHONPATH": search_path()},
        )
    note(f"it starts when {plain(dependency.first.name)} ends")
