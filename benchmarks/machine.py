"""The machine the numbers come from, and how busy it is."""

from __future__ import annotations

import ctypes
import os
import platform
import re
import resource
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Took:
    """Wall-clock seconds, CPU seconds of all processes waited for, load of the machine meanwhile."""

    wall: float
    cpu: float
    load: float

    def scaled(self, factor: float) -> Took:
        return Took(self.wall * factor, self.cpu * factor, self.load)


def quiet_environment(threads: int = 1) -> dict[str, str]:
    """The environment every contestant gets: ours, with OpenMP kept quiet and no screen."""
    environment = {
        name: text for name, text in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")
    }
    return environment | {
        "OMP_THREAD_LIMIT": str(threads),
        "OMP_NUM_THREADS": str(threads),
        "OMP_WAIT_POLICY": "passive",
        "LC_ALL": "C",
    }


def adopt_orphans() -> None:
    """Become the parent of processes that lose theirs, so that their CPU time is counted (a run's runner)."""
    set_child_subreaper = 36
    ctypes.CDLL(None).prctl(set_child_subreaper, 1, 0, 0, 0)


def _await_orphans() -> None:
    while True:
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


def timed(
    command: Sequence[str],
    directory: Path,
    *,
    environment: Mapping[str, str] | None = None,
    orphans: bool = True,
) -> Took:
    """Run `command` and measure it, with the processes it leaves behind if `orphans`. Raises
    CalledProcessError, with its output, if it fails.
    """
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(
        command,
        cwd=directory,
        env=quiet_environment() if environment is None else environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    wall = time.perf_counter() - began
    if orphans:
        _await_orphans()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise subprocess.CalledProcessError(done.returncode, command, done.stdout[-2000:])
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Took(wall, cpu, os.getloadavg()[0])


def best(several: Sequence[Took]) -> Took:
    """The one that took the least wall-clock time."""
    return min(several, key=lambda took: took.wall)


def description() -> dict[str, object]:
    """What a reader has to know to compare numbers."""
    said = subprocess.run(["ngspice", "--version"], capture_output=True, text=True, check=False).stdout
    version = re.search(r"ngspice-([\d.]+)", said)
    return {
        "cpu": _cpu_model(),
        "cpus": len(os.sched_getaffinity(0)),
        "memory_gb": round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e9),
        "system": platform.platform(),
        "python": platform.python_version(),
        "ngspice": version[1] if version else "?",
        "load": [round(load, 2) for load in os.getloadavg()],
        "time": time.strftime("%Y-%m-%d %H:%M:%S %z"),
    }


def _cpu_model() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
