"""A project with one run in every state a command line meets, made without a simulator."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from simorc.cli import main as cli
from simorc.rundir.layout import RunLayout
from simorc.rundir.store import connection as database
from simorc.rundir.store.columns import declare_columns
from simorc.rundir.store.finished import Finished
from simorc.rundir.store.writer import Store
from simorc.simulators.outcome import FailureKind, Outcome
from simorc.sweeps.plan import Plan
from simorc.units import ShownAs


@dataclass(frozen=True)
class Said:
    """What a command printed and its exit code."""

    code: int
    out: str
    err: str


@pytest.fixture
def simorc(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """Run a command line in this process, through everything but the interpreter's start."""

    def run(*arguments: object) -> Said:
        code = cli.run([str(argument) for argument in arguments])
        captured = capfd.readouterr()
        return Said(code, captured.out, captured.err)

    return run


@pytest.fixture(scope="session")
def made_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project `simorc init` makes; tests have copies of it."""
    root = tmp_path_factory.mktemp("made") / "lowpass"
    result = CliRunner().invoke(cli.simorc, ["init", str(root)])
    assert result.exit_code == 0, result.output
    return root


@pytest.fixture
def project(made_project: Path, tmp_path: Path) -> Path:
    """The project `simorc init` makes."""
    return Path(shutil.copytree(made_project, tmp_path / "lowpass", symlinks=True))


PLAN = {"parameters": {"vdda": [3.0, 3.3], "corner": ["tt", "ss", "ff"]}}


def outcome_of(case_id: int) -> Outcome:
    """Case 4 fails, the others measure a gain."""
    if case_id == 4:
        return Outcome.failed(FailureKind.NO_CONVERGENCE, "timestep too small at \x1b[31mt=3us", seconds=0.25)
    return Outcome.completed({"gain": 40.0 + case_id}, seconds=0.01)


@pytest.fixture
def finished_run(made_run: RunLayout, project: Path) -> RunLayout:
    """Six cases, five of them over: four completed, case 4 failed, case 6 never started."""
    copy = project / "simulations" / made_run.name
    return RunLayout(Path(shutil.copytree(made_run.path, copy, symlinks=True)))


@pytest.fixture(scope="session")
def made_run(tmp_path_factory: pytest.TempPathFactory) -> RunLayout:
    """The run that tests have copies of."""
    layout = RunLayout(tmp_path_factory.mktemp("made") / "simulations" / "pvt_20260102030405")
    for directory in (layout.path, layout.inputs, layout.results, layout.requests):
        directory.mkdir(parents=True)
    plan = Plan.expand(PLAN, defaults={"vdda": 3.3, "corner": "tt"})
    manifest = {"format": 1, "run": layout.name, "sweep": "pvt", "plan": plan.to_json(), "specs": {}}
    manifest |= {"testbench": "dc", "total": len(plan), "template": "tb.spice.j2", "measurements": {}}
    settings = {"simulator": {"executable": "ngspice", "args": []}, "execution": {}}
    layout.manifest.write_text(json.dumps(manifest | {"settings": settings}))
    meta = {
        "state": "cancelled",
        "sweep": "pvt",
        "testbench": "dc",
        "total": str(len(plan)),
        "started": "1767323045",
    }
    database.create(layout.database, meta)
    declare_columns(layout, plan.parameters, {"gain": ShownAs("dB")}, len(plan))
    with Store(layout, plan) as store:
        store.fill(len(plan))
        for case_id in range(1, 6):
            store.attempt_finished(
                Finished(case_id, 1, outcome_of(case_id), "done", True, time.time(), "host")
            )
        store.event("cancelled", "cancelled by the user")
        store.flush()
    layout.case_dir(4).mkdir()
    layout.log(4).write_bytes(b"Circuit: ota\nTimestep too small\x1b]0;title\x07\n")
    layout.deck(4).write_text("* case 4\n.end\n")
    return layout
