"""Projects for the end-to-end tests, and nothing left running behind them."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from simorc.launch.start import runner_info
from simorc.rundir.layout import find_runs
from tests.e2e.driving import Project, QuickProject, processes_of, write_project

MakeProject = Callable[..., Project]


@pytest.fixture
def make_project(tmp_path: Path) -> Iterator[MakeProject]:
    """Makes projects (see `write_project`) with quick commands; their runners are killed in the end."""
    roots: list[Path] = []

    def make(cases: int = 20, **what: str) -> Project:
        roots.append(tmp_path / f"project{len(roots)}")
        return QuickProject(write_project(roots[-1], cases=cases, **what).root)

    yield make
    for root in roots:
        end_runs(root)


def end_runs(root: Path) -> None:
    """Kill what still runs for the runs of the project at `root`."""
    for layout in find_runs(root):
        info = runner_info(layout)
        if info is not None and info.is_alive():
            os.kill(info.pid, signal.SIGKILL)
        for pid in processes_of(layout):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue  # the guardian was faster
