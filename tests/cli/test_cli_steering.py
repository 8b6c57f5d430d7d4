from __future__ import annotations

import json
import os
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simorc.processes import process_ticks
from simorc.rundir.layout import RunLayout

Simorc = Callable[..., Any]


@pytest.fixture
def live_run(finished_run: RunLayout) -> RunLayout:
    """A run that this very process seems to hold."""
    reported = {
        "host": socket.gethostname(),
        "pid": os.getpid(),
        "started": time.time(),
        "started_ticks": process_ticks(os.getpid()),
        "heartbeat": time.time(),
    }
    finished_run.runner_json.write_text(json.dumps(reported))
    return finished_run


def asked(layout: RunLayout) -> dict[str, object]:
    (file,) = layout.requests.glob("*.json")
    reported = json.loads(file.read_text())
    return {"kind": reported["kind"], **reported["data"]}


@pytest.mark.parametrize(
    ("arguments", "request_left"),
    [
        (["cancel", "pvt"], {"kind": "cancel"}),
        (["cancel", "pvt", "--case", "2,4-5"], {"kind": "cancel", "cases": [2, 4, 5]}),
        (["pause"], {"kind": "pause"}),
        (["resume"], {"kind": "resume"}),
        (["retry", "--case", "4"], {"kind": "retry", "cases": [4]}),
        (["jobs", "pvt", "8"], {"kind": "jobs", "n": 8}),
        (["jobs", "pvt", "+2"], {"kind": "jobs", "delta": 2}),
        (["jobs", "pvt", "-1"], {"kind": "jobs", "delta": -1}),
    ],
)
def test_leaves_a_request(
    simorc: Simorc, project: Path, live_run: RunLayout, arguments: list[str], request_left: dict[str, object]
) -> None:
    printed = simorc(*arguments, "--project", project)
    assert printed.code == 0, printed.err
    assert printed.out == ""
    assert asked(live_run) == request_left


@pytest.mark.parametrize("command", ["cancel", "pause", "resume"])
def test_a_run_nobody_holds(simorc: Simorc, project: Path, finished_run: RunLayout, command: str) -> None:
    printed = simorc(command, "--project", project)
    assert printed.code == 1
    assert "is not running" in printed.err
    assert not list(finished_run.requests.iterdir())


@pytest.mark.parametrize("number", ["0", "many", "1.5", "--"])
def test_no_number_of_jobs(simorc: Simorc, project: Path, live_run: RunLayout, number: str) -> None:
    assert simorc("jobs", "pvt", number, "--project", project).code == 2
    assert not list(live_run.requests.iterdir())


def test_clean_refuses_a_live_run(simorc: Simorc, project: Path, live_run: RunLayout) -> None:
    printed = simorc("clean", "pvt", "--yes", "--project", project)
    assert printed.code == 1
    assert "is running on" in printed.err
    assert live_run.exists()
    assert simorc("clean", "--all", "--yes", "--project", project).code == 0
    assert live_run.exists()


def test_clean_removes_what_is_named(simorc: Simorc, project: Path, finished_run: RunLayout) -> None:
    assert simorc("clean", finished_run.name, "--yes", "--project", project).code == 0
    assert not finished_run.path.exists()
    assert not list((project / "simulations").iterdir())


@pytest.mark.parametrize("arguments", [[], ["pvt"], ["pvt", "--all"], ["pvt", "--all", "--yes"]])
def test_clean_without_anybody_to_ask(
    simorc: Simorc, project: Path, finished_run: RunLayout, arguments: list[str]
) -> None:
    assert simorc("clean", *arguments, "--project", project).code == 2
    assert finished_run.exists()


def test_clean_does_not_follow_a_link(simorc: Simorc, project: Path, finished_run: RunLayout) -> None:
    link = finished_run.path.with_name("link_20260102030406")
    link.symlink_to(finished_run.path)
    assert simorc("clean", "link_20260102030406", "--yes", "--project", project).code == 1
    assert finished_run.exists()
