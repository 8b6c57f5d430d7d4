"""A sweep of a million cases starts at once and stays small. The benchmark has the strict bounds."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from simorc.launch.start import runner_info
from simorc.rundir.layout import find_run
from simorc.rundir.summary import summarise
from tests.counted_work import lines_run
from tests.e2e.driving import Project, completed, wait_for_end
from tests.waiting import until

pytestmark = [pytest.mark.ngspice, pytest.mark.e2e]


GRID = """parameters:
  r: {start: 1000, stop: 1999, step: 1}
  c: {start: 1e-12, stop: 1e-9, num: 1000}
"""


def test_a_million_cases(make_project: Callable[..., Project]) -> None:
    project = make_project(sweep=GRID)
    layout = find_run(project.root, project.process("run", "rc", "--detach").stdout.strip())
    until(lambda: any(layout.results.glob("*/results.raw")))
    until(lambda: completed(layout) > 50)
    (run,) = json.loads(project.ok("status", "--json"))["runs"]
    summarise(layout)  # imports what it needs
    assert lines_run(lambda: summarise(layout)) < 4000, "no look at a case"
    assert run["total"] == 1_000_000 and run["counts"]["completed"] > 0
    info = runner_info(layout)
    assert info is not None
    resident = re.search(r"VmHWM:\s*(\d+) kB", Path(f"/proc/{info.pid}/status").read_text())
    assert resident is not None and int(resident[1]) < 300_000
    project.ok("cancel", layout.name)
    wait_for_end(layout)
