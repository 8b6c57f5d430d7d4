"""Projects that once went wrong: run each as a person would, and print what it gives."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from simorc.config.project import Project
from simorc.errors import SimorcError

SECONDS = 120.0


def print_faults(folder: Path, work: Path, executable: str) -> int:
    """What `validate` and each sweep of every project below `folder` say; 2 if there is no project."""
    projects = sorted(path.parent for path in folder.glob("*/sim_setup.yaml"))
    for project in projects:
        copy = work / project.name
        shutil.copytree(project, copy)
        print(f"== {project.name}")
        for line in (*_said(copy, executable, "validate"), *_runs(copy, executable)):
            print(f"   {line}")
    if not projects:
        print(f"{folder}: no project below it", file=sys.stderr)
    return 0 if projects else 2


def _runs(project: Path, executable: str) -> Iterator[str]:
    try:
        sweeps = list(Project.load(project).sweeps)
    except SimorcError as error:
        yield f"not loaded: {error}"
        return
    for sweep in sweeps:
        ended = _simorc(project, executable, "run", sweep, "--json")
        yield f"run {sweep}: exit {ended.returncode}"
        yield from (f"    {line}" for line in ended.stderr.splitlines() if line.strip())
        results = _simorc(project, executable, "results", sweep, "--json")
        if results.returncode == 0:
            yield from (f"    {_row(row)}" for row in json.loads(results.stdout))


def _said(project: Path, executable: str, *arguments: str) -> Iterator[str]:
    ended = _simorc(project, executable, *arguments)
    yield f"{' '.join(arguments)}: exit {ended.returncode}"
    yield from (f"    {line}" for line in (ended.stdout + ended.stderr).splitlines() if line.strip())


def _simorc(project: Path, executable: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "simorc", "--project", str(project), *arguments]
    path = os.pathsep.join([str(Path(executable).parent), os.environ.get("PATH", "")])
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        stdin=subprocess.DEVNULL,
        env=os.environ | {"PATH": path},
    )


def _row(row: dict[str, Any]) -> str:
    values = " ".join(f"{name}={value}" for name, value in row["parameters"].items())
    measured = " ".join(f"{name}={value}" for name, value in row["measurements"].items())
    reported = f" ({row['kind']}: {row['error_message']})" if row["status"] == "failed" else ""
    return f"{row['case_id']} {values}: {row['status']} {measured}{reported}"
