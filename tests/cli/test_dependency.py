"""`after:`: a sweep that waits for another, or is refused."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simorc.cli.dependency import Dependency, dependency_on, wait_for
from simorc.errors import UsageError
from simorc.rundir.layout import RunLayout, find_runs
from simorc.rundir.manifest import load_manifest
from simorc.rundir.store.finished import Finished
from simorc.rundir.store.reader import RunReader
from simorc.rundir.store.writer import Store
from simorc.simulators.outcome import FailureKind, Outcome

Simorc = Callable[..., Any]


@pytest.fixture
def pair(project: Path) -> Path:
    """The project with a sweep ``late`` that runs after ``spread`` passed."""
    setup = project / "sim_setup.yaml"
    text = setup.read_text()
    late = (project / "sweeps" / "spread.yaml").read_text() + "\nafter: spread passed\n"
    (project / "sweeps" / "late.yaml").write_text(late)
    setup.write_text(text.replace("sweeps:", "sweeps:\n  late: sweeps/late.yaml", 1))
    return project


def ended(layout: RunLayout, outcome: Outcome, state: str = "finished") -> None:
    """Write down that every case of a run ended so."""
    plan = load_manifest(layout).plan
    with Store(layout, plan) as store:
        for case_id in range(1, len(plan) + 1):
            store.attempt_finished(Finished(case_id, 1, outcome, "done", True, time.time(), "host"))
        store.set_meta(state=state)
        store.flush()


def test_it_is_refused_before_anything_is_made(pair: Path, simorc: Simorc) -> None:
    printed = simorc("--project", pair, "run", "late")
    assert printed.code == 2
    assert "runs after 'spread', which has no run yet" in printed.err
    assert not any((pair / "simulations").iterdir())


@pytest.mark.parametrize(
    ("state", "outcome", "reason"),
    [
        ("finished", Outcome.failed(FailureKind.CRASHED, "no"), "cases failed"),
        ("cancelled", Outcome.completed(), "is cancelled"),
        ("running", Outcome.completed(), "is dead"),
    ],
)
def test_what_did_not_pass_stops_it(
    pair: Path, simorc: Simorc, state: str, outcome: Outcome, reason: str
) -> None:
    name = simorc("--project", pair, "build", "spread").out.strip()
    ended(RunLayout(pair / "simulations" / name), outcome, state)
    printed = simorc("--project", pair, "run", "late")
    assert printed.code == 2 and reason in printed.err
    assert len(find_runs(pair)) == 1


def test_finished_is_less_than_passed(pair: Path, simorc: Simorc) -> None:
    name = simorc("--project", pair, "build", "spread").out.strip()
    ended(RunLayout(pair / "simulations" / name), Outcome.failed(FailureKind.CRASHED, "no"))
    assert dependency_on(pair, "spread finished").settled()
    assert dependency_on(pair, "spread").settled()
    with pytest.raises(UsageError):
        dependency_on(pair, "spread passed").settled()


@pytest.mark.ngspice
def test_it_runs_after_what_passed(pair: Path, simorc: Simorc) -> None:
    assert simorc("--project", pair, "run", "spread").code == 0
    assert simorc("--project", pair, "run", "late", "--case", "1").code == 0
    with RunReader(find_runs(pair)[0]) as view:
        assert view.layout.sweep == "late" and view.counts()["completed"] == 1


@pytest.mark.ngspice
def test_now_does_not_wait(pair: Path, simorc: Simorc) -> None:
    assert simorc("--project", pair, "run", "late", "--now", "--case", "1").code == 0


class Slowly(Dependency):
    """Settled at the third look."""

    looks = 0

    def settled(self) -> bool:
        type(self).looks += 1
        return type(self).looks > 2


def test_it_waits(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    waiting = threading.Thread(target=wait_for, args=(Slowly(RunLayout(tmp_path / "pvt"), True),))
    waiting.start()
    waiting.join(10)
    assert not waiting.is_alive() and Slowly.looks == 3
    assert "waiting for pvt" in capfd.readouterr().err
