"""Projects made on the spot, and runs of them by a runner of their own."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from simorc.config.project import Project
from simorc.launch.build import build_run
from simorc.launch.start import start_runner
from simorc.rundir.layout import RunLayout
from simorc.rundir.lock import runner_alive, runner_info
from tests.waiting import until

DIVIDER = """* divider of {{ parameters.r }} ohms
V1 in 0 1
R1 in out {{ parameters.r }}
R2 out 0 1k
.op
.meas op vout find v(out) at=0
.end
"""


@dataclass(frozen=True)
class MakeProject:
    """Writes projects with one testbench ``tb``, whose parameter is ``r``, and one sweep ``s``."""

    root: Path

    def __call__(
        self,
        template: str,
        *,
        execution: str = "",
        sweep: str = "",
        name: str = "p",
        root: Path | None = None,
    ) -> Project:
        """`execution` and `sweep` are lines of YAML; by default the sweep has the one case r=1k."""
        root = (root or self.root) / name
        (root / "tb").mkdir(parents=True)
        (root / "tb" / "tb.spice.j2").write_text(template)
        (root / "tb" / "config.yaml").write_text("template: tb.spice.j2\nparameters: {r: 1k}\n")
        (root / "dut.spice").write_text("* no circuit of its own\n")
        (root / "s.yaml").write_text("testbench: tb\n" + (sweep or "parameters: {r: [1k]}\n"))
        printed = f"execution: {{{execution}}}\n" if execution else ""
        setup = "dut: {netlist: dut.spice}\ntestbenches: {tb: tb}\nsweeps: {s: s.yaml}\n" + printed
        (root / "sim_setup.yaml").write_text(setup)
        return Project.load(root)


@pytest.fixture
def make_project(tmp_path: Path) -> MakeProject:
    return MakeProject(tmp_path)


@pytest.fixture
def start() -> Iterator[Callable[..., RunLayout]]:
    """Starts runners, and kills those that are left when the test is over."""
    started: list[RunLayout] = []

    def begin(layout: RunLayout, **options: object) -> RunLayout:
        started.append(layout)
        start_runner(layout, **options)  # type: ignore[arg-type]
        return layout

    yield begin
    for layout in started:
        info = runner_info(layout)
        if info is not None and info.is_alive():
            os.kill(info.pid, signal.SIGKILL)


@pytest.fixture
def run_through(start: Callable[..., RunLayout]) -> Callable[..., RunLayout]:
    """Builds and runs the sweep ``s`` of a project and waits for its end."""

    def through(project: Project, **options: object) -> RunLayout:
        layout = start(build_run(project, "s"), **options)
        until(lambda: not runner_alive(layout))
        return layout

    return through
