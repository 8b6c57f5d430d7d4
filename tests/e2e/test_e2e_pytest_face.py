"""The generated pytest module, and what simorc makes of its results."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable

import pytest

from tests.e2e.driving import RC_TEMPLATE, Project, assert_sound, counts
from tests.waiting import PATIENCE

pytestmark = [pytest.mark.ngspice, pytest.mark.e2e]


def run_pytest(project: Project, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments, "test_rc.py"],
        cwd=project.newest.path,
        env=project.environment(),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def test_status_shows_what_pytest_workers_did(make_project: Callable[..., Project]) -> None:
    project = make_project(12)
    layout = project.build()
    done = run_pytest(project, "-n", "2")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "12 passed" in done.stdout
    (run,) = json.loads(project.ok("status", "--json"))["runs"]
    assert run["counts"] == {"pending": 0, "in_progress": 0, "completed": 12, "failed": 0}
    assert_sound(layout, 12)


def test_a_failed_case_is_a_failed_test_that_a_runner_can_repeat(
    make_project: Callable[..., Project],
) -> None:
    broken = RC_TEMPLATE.replace(".end\n", "{% if parameters.r == 1020 %}q1 out 0 0 gone\n{% endif %}.end\n")
    project = make_project(5, template=broken)
    layout = project.build()
    done = run_pytest(project)
    assert done.returncode == 1 and "missing_model" in done.stdout
    project.ok("status")
    assert counts(layout) == {"completed": 4, "failed": 1}
    assert project.simorc("run", layout.name).returncode == 1
    assert counts(layout) == {"completed": 4, "failed": 1}
