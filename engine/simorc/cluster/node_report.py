"""Describes a cluster node with a small job, for `simorc doctor --executor`.

On the node: ``python -m simorc.cluster.node_report FILE EXECUTABLE``.
"""

from __future__ import annotations

import json
import os
import platform
import shlex
import shutil
import sys
import time
import uuid
from dataclasses import dataclass
from pathlib import Path

from simorc.config.execution_record import Site
from simorc.errors import SimorcError, ToolMissing
from simorc.executors.batch_scheduler import Scheduler, Submission
from simorc.files import write_json
from simorc.processes import search_path
from simorc.simulators.ngspice.cold import Ngspice

START_WITHIN = 120.0


@dataclass(frozen=True)
class NodeReport:
    """A node as a job on it saw it: its clock in seconds since the epoch, its simulator's version."""

    node: str
    time: float
    python: str
    simulator: str
    problem: str = ""


def main() -> int:
    """Write the report of this node."""
    problem, version = "", ""
    try:
        version = Ngspice(sys.argv[2]).version()
    except ToolMissing as error:
        problem = error.message
    record = {"node": platform.node(), "python": platform.python_version(), "simulator": version}
    write_json(Path(sys.argv[1]), {**record, "time": time.time(), "problem": problem}, durable=False)
    return 0


def report_of_a_node(
    scheduler: Scheduler, site: Site, shared: Path, executable: str, patience: float = START_WITHIN
) -> tuple[NodeReport, float]:
    """Have some node report through the directory `shared`; with the seconds its clock is ahead of ours.

    Raises `SimorcError` with the job's own words if no report comes, or none is seen here.
    """
    directory = shared / f".simorc-doctor-{uuid.uuid4().hex[:8]}"
    directory.mkdir()
    try:
        job = scheduler.submit(_submission(scheduler, site, directory, executable))
        try:
            return _await_report(directory, patience, scheduler.name)
        finally:
            scheduler.cancel(job)
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _submission(scheduler: Scheduler, site: Site, directory: Path, executable: str) -> Submission:
    script = directory / "script.sh"
    python = shlex.quote(site.python or sys.executable)
    search = "" if site.python else f"export PYTHONPATH={shlex.quote(search_path())}\n"
    words = [str(directory / "report.json"), executable]
    command = f"exec {python} -m simorc.cluster.node_report {shlex.join(words)}"
    script.write_text("#!/bin/sh\n" + search + "".join(line + "\n" for line in site.setup) + command + "\n")
    script.chmod(0o755)
    return Submission(f"simorc-doctor-{uuid.uuid4().hex[:6]}", script, 1, directory, site)


def _await_report(directory: Path, patience: float, name: str) -> tuple[NodeReport, float]:
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        os.listdir(directory)  # noqa: PTH208 - makes a network file system look again
        if (directory / "report.json").exists():
            report = NodeReport(**json.loads((directory / "report.json").read_text(encoding="utf-8")))
            return report, report.time - (directory / "report.json").stat().st_mtime
        out = directory / "1.out"
        if out.exists() and (words := out.read_text(encoding="utf-8", errors="replace").strip()):
            time.sleep(1.0)
            if not (directory / "report.json").exists():
                raise SimorcError(f"the job failed: {words.splitlines()[-1]}")
        time.sleep(0.2)
    raise SimorcError(
        f"no report within {patience:.0f} s",
        remedy=(
            f"check that the queue of {name} is not full and that every node can access {directory.parent}"
        ),
    )


if __name__ == "__main__":
    sys.exit(main())
