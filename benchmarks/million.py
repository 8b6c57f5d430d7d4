"""A sweep of a million cases: how soon it starts, what its runner takes, how fast `simorc status` answers."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

from benchmarks.contestants import SIMORC
from benchmarks.machine import quiet_environment, timed
from benchmarks.workloads import rc
from simorc.launch.start import runner_info
from simorc.rundir.layout import RunLayout, find_runs

WATCHED = 20.0
"""Seconds the run is watched before it is cancelled."""


def measure_million(directory: Path) -> dict[str, dict[str, Any]]:
    """Each figure with its unit and what is wanted of it."""
    project = directory / "million"
    project.mkdir()
    rc(project, 1000, 1000)
    began = time.perf_counter()
    subprocess.run(
        (*SIMORC, "run", "bench", "--detach"),
        cwd=project,
        env=quiet_environment(),
        capture_output=True,
        check=True,
    )
    run = find_runs(project)[0]
    while not _simulating(run):
        time.sleep(0.002)
    first = time.perf_counter() - began
    memory, filled_after = _watch(run, began)
    status = [timed((*SIMORC, "status", "--json"), project, orphans=False) for _ in range(5)]
    subprocess.run(
        (*SIMORC, "cancel", run.name), cwd=project, env=quiet_environment(), capture_output=True, check=True
    )
    while runner_info(run) is not None:
        time.sleep(0.1)
    shutil.rmtree(project)
    return {
        "first simulation after `simorc run`": {"measured": round(first, 2), "unit": "s", "wanted": "3 s"},
        f"runner's memory, largest in {WATCHED:g} s": {"measured": memory, "unit": "MB", "wanted": "300 MB"},
        "cases ended while watched": {"measured": filled_after, "unit": "", "wanted": "-"},
        "simorc status, wall": {
            "measured": round(1e3 * min(took.wall for took in status)),
            "unit": "ms",
            "wanted": "150 ms",
        },
        "simorc status, CPU": {
            "measured": round(1e3 * min(took.cpu for took in status)),
            "unit": "ms",
            "wanted": "100 ms",
        },
    }


def _simulating(run: RunLayout) -> bool:
    """Whether a simulator was given its deck: the first case's netlist is there."""
    return any(run.results.glob("*/netlist.spice"))


def _watch(run: RunLayout, began: float) -> tuple[float, int]:
    """The runner's largest resident size in MB, and how many cases ended."""
    info = runner_info(run)
    assert info is not None
    while time.perf_counter() - began < WATCHED:
        time.sleep(0.2)
    said = Path(f"/proc/{info.pid}/status").read_text()
    peak = re.search(r"VmHWM:\s*(\d+) kB", said)
    assert peak is not None
    return round(int(peak[1]) / 1024, 1), len(list(run.results.glob("*/simulator.log")))
