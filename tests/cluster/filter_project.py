"""A project of a low-pass filter, and a real throw-away Slurm for the tests that talk to one."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from simorc.rundir.layout import RunLayout
from simorc.rundir.summary import summarise
from tests.forked_command import forked_simorc
from tests.waiting import PATIENCE

REPOSITORY = Path(__file__).resolve().parents[2]

SETUP = """\
testbenches: {rc: testbenches/rc}
sweeps: {many: sweeps/many.yaml, few: sweeps/few.yaml, slow: sweeps/slow.yaml}
execution:
  disk_floor: 0
  cluster: {poll: 1}
"""
CONFIG = """\
template: rc.spice.j2
parameters: {r: 1k, c: 1n, points: 1}
measurements: {vend: {meas: vend}}
"""
TEMPLATE = """\
* low pass
v1 in 0 pulse(0 1 0 1n 1n 1u 2u)
r1 in out {{ parameters.r }}
c1 out 0 {{ parameters.c }}
.tran 1n {{ parameters.points }}u
.meas tran vend find v(out) at=900n
.end
"""
MANY = """\
testbench: rc
parameters:
  r: {start: 1k, stop: 10k, num: 25}
  c: {start: 100p, stop: 2n, num: 20}
"""
FEW = "testbench: rc\nparameters: {r: [1k, 2k, 3k, 4k, 5k, 6k]}\n"
SLOW = "testbench: rc\nparameters: {r: {start: 1k, stop: 9k, num: 16}, points: [1]}\n"


@pytest.fixture
def filter_project(tmp_path: Path) -> Path:
    """A project with the sweeps many (500 cases), few (6) and slow (16 cases)."""
    root = tmp_path / "filter"
    files = {
        "sim_setup.yaml": SETUP,
        "testbenches/rc/config.yaml": CONFIG,
        "testbenches/rc/rc.spice.j2": TEMPLATE,
        "sweeps/many.yaml": MANY,
        "sweeps/few.yaml": FEW,
        "sweeps/slow.yaml": SLOW,
    }
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def slow_down(root: Path) -> None:
    """Every case of the project takes half a second from now on, and hardly any CPU."""
    simulator = root / "slow_ngspice"
    simulator.write_text('#!/bin/sh\nsleep 0.5\nexec ngspice "$@"\n')
    simulator.chmod(0o755)
    setup = root / "sim_setup.yaml"
    setup.write_text(setup.read_text() + "simulator: {executable: ./slow_ngspice}\n")


def hold_all_but_one(root: Path) -> Path:
    """The first case of the project runs; the others wait until the file that is returned is removed."""
    hold, simulator = root / "hold", root / "held_ngspice"
    hold.touch()
    simulator.write_text(
        "#!/bin/sh\n"
        f'case "$*" in *netlist.spice*) mkdir {root}/first 2>/dev/null ||'
        f" while [ -e {hold} ]; do sleep 0.05; done ;; esac\n"
        'exec ngspice "$@"\n'
    )
    simulator.chmod(0o755)
    setup = root / "sim_setup.yaml"
    setup.write_text(setup.read_text() + "simulator: {executable: ./held_ngspice}\n")
    return hold


@dataclass(frozen=True)
class Simorc:
    """The real program in a project."""

    root: Path
    environment: dict[str, str]

    def __call__(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "simorc", *arguments],
            cwd=self.root,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert done.returncode == 0, (arguments, done.stdout, done.stderr)
        return done.stdout.strip()

    def quick(self, *arguments: str) -> str:
        """The same by a fork of this process."""
        done = forked_simorc(arguments, self.root, self.environment)
        assert done.returncode == 0, (arguments, done.stdout, done.stderr)
        return done.stdout.strip()

    def counts(self, run: str) -> dict[str, int]:
        return dict(summarise(RunLayout(self.root / "simulations" / run), inputs=False).counts)

    def results(self, run: str) -> dict[int, Any]:
        return {row["case_id"]: row for row in json.loads(self.quick("results", run, "--json"))}

    def runner_pid(self, run: str) -> int:
        return int(json.loads((self.root / "simulations" / run / "runner.json").read_text())["pid"])


@pytest.fixture
def simorc_here(filter_project: Path) -> Simorc:
    path = os.pathsep.join([str(REPOSITORY / "engine"), str(REPOSITORY)])
    return Simorc(filter_project, {**os.environ, "PYTHONPATH": path})


@dataclass(frozen=True)
class Lab:
    """A throw-away Slurm of three nodes on this machine."""

    directory: Path
    environment: dict[str, str]

    def control(self, verb: str) -> None:
        subprocess.run(
            [REPOSITORY / "scripts" / "slurm-lab", verb],
            env=self.environment,
            check=True,
            timeout=PATIENCE,
            stdout=subprocess.DEVNULL,
        )

    def slurmd(self, node: str) -> int:
        return int((self.directory / "run" / f"slurmd.{node}.pid").read_text())

    def queue(self) -> list[str]:
        said = subprocess.run(
            ["squeue", "-h", "-r", "-o", "%i %T"], check=True, capture_output=True, text=True, timeout=30
        )
        return said.stdout.splitlines()


@pytest.fixture(scope="session")
def slurm_started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    if os.geteuid() != 0 or not all(shutil.which(name, path=_sbin()) for name in ("slurmctld", "munged")):
        pytest.skip("a Slurm of one's own needs root, slurmctld and munged")
    directory = tmp_path_factory.mktemp("slurm")
    # The sockets of munge want a path that others may enter.
    for parent in (directory, *directory.parents[:2]):
        parent.chmod(0o755)
    environment = {
        **os.environ,
        "SLURM_LAB": str(directory),
        "NODES": "3",
        "CPUS": "2",
        "BASE_PORT": str(_free_ports(1 + 3)),
        "OWNER": str(os.getpid()),
        "SLURMD_TIMEOUT": "8",
    }
    lab = Lab(directory, environment)
    try:
        try:
            lab.control("start")
        except subprocess.CalledProcessError:
            if _lacks_cgroups(directory):
                pytest.skip("slurmd needs a cgroup file system, and none is mounted here")
            raise
        yield lab
    finally:
        lab.control("stop")


def _free_ports(count: int) -> int:
    """The first of so many ports in a row that nobody listens on: other tests have labs, too."""
    for first in range(20_000 + os.getpid() % 1000 * 10, 32_000, 10):
        with ExitStack() as tried, suppress(OSError):
            for port in range(first, first + count):
                tried.enter_context(socket.socket()).bind(("127.0.0.1", port))
            return first
    raise OSError("no ports are free for a lab")


def _sbin() -> str:
    return os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])


def _lacks_cgroups(lab: Path) -> bool:
    said = [log.read_text(errors="replace") for log in lab.glob("log/slurmd.*.log")]
    return any("No filesystem mounted on /sys/fs/cgroup" in text for text in said)


@pytest.fixture
def slurm(slurm_started: Lab, monkeypatch: pytest.MonkeyPatch) -> Lab:
    """All nodes up, and the environment of this test pointing at it."""
    monkeypatch.setenv("SLURM_CONF", str(slurm_started.directory / "slurm.conf"))
    slurm_started.control("start")
    return slurm_started
