"""What a case costs beside ngspice: the runner's own CPU time over 2,000 RC cases.

The runner is run in this process's place of a parent, so that the kernel's accounts tell its own CPU time
(rendering, files, SQLite, raw headers, measurements, events) from that of the simulators it waited for.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.contestants import SIMORC
from benchmarks.machine import quiet_environment
from benchmarks.workloads import rc

CASES = 2000
_ACCOUNT = """
import json, resource, runpy, sys
sys.argv = ["simorc.launch.runner", sys.argv[1]]
try:
    runpy.run_module("simorc.launch.runner", run_name="__main__", alter_sys=True)
except SystemExit as end:
    assert not end.code, end.code
own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([own.ru_utime + own.ru_stime, children.ru_utime + children.ru_stime, own.ru_maxrss]))
"""


def measure_overhead(directory: Path) -> dict[str, dict[str, float]]:
    """``{"cold": {...}, "warm": {...}}`` with wall (s), runner_ms and simulator_ms per case."""
    project = directory / "overhead"
    project.mkdir()
    rc(project)
    found = {"warm": _one(project, "auto"), "cold": _one(project, "off")}
    shutil.rmtree(project)
    return found


def _one(project: Path, warm: str) -> dict[str, float]:
    said = subprocess.run(
        (*SIMORC, "build", "bench"), cwd=project, capture_output=True, text=True, check=True
    )
    run = project / "simulations" / said.stdout.strip()
    began = time.perf_counter()
    done = subprocess.run(
        (sys.executable, "-c", _ACCOUNT, str(run)),
        input=json.dumps({"warm": warm, "jobs": 2}),
        capture_output=True,
        text=True,
        check=True,
        env=quiet_environment(),
    )
    wall = time.perf_counter() - began
    runner, simulators, memory = json.loads(done.stdout)
    return {
        "cases": CASES,
        "wall": round(wall, 3),
        "runner_ms": round(1e3 * runner / CASES, 3),
        "simulator_ms": round(1e3 * simulators / CASES, 3),
        "runner_mb": round(memory / 1024, 1),
    }
