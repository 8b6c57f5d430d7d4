"""A run keeps to its directory, to the umask and to plain text, whatever is put into it."""

from __future__ import annotations

import io
import json
import os
import stat
import subprocess
import sys
import tarfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from simorc.cli import main as cli
from simorc.config.project import Project
from simorc.errors import SimorcError, StoreError
from simorc.launch.build import build_run
from simorc.maintenance.archive import restore_run
from simorc.netlist.deck.deck import Deck
from simorc.rundir.attempts.status_files import gather_reports
from simorc.rundir.layout import RunLayout
from simorc.rundir.manifest import load_manifest
from simorc.rundir.requests import collect
from simorc.rundir.store.finished import Finished
from simorc.rundir.store.writer import Store
from simorc.runner.preparation import clear_case
from simorc.simulators.job import Job
from simorc.simulators.ngspice.outputs import collect_raw
from simorc.simulators.outcome import FailureKind, Outcome

DECK = "* d\nV1 a 0 1\nR1 a 0 {{ parameters.r }}\n.tran 1n 9n\n.end\n"
EVIL = "\x1b]0;owned\x07\x1b[2J\u202egnp.exe"


def project_at(root: Path, values: str = "1k, 2k") -> Project:
    (root / "tb").mkdir(parents=True)
    (root / "tb" / "tb.spice.j2").write_text(DECK)
    (root / "tb" / "config.yaml").write_text("template: tb.spice.j2\nparameters: {r: 1k}\n")
    (root / "dut.spice").write_text("* none\n")
    (root / "s.yaml").write_text(f"testbench: tb\nparameters: {{r: [{values}]}}\n")
    (root / "sim_setup.yaml").write_text(
        "dut: {netlist: dut.spice}\ntestbenches: {tb: tb}\nsweeps: {s: s.yaml}\n"
    )
    return Project.load(root)


@pytest.fixture
def run(tmp_path: Path) -> RunLayout:
    return build_run(project_at(tmp_path / "p"), "s")


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A directory of somebody else."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "keep").write_text("mine")
    return outside


# Paths --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("template", ["../../../etc/passwd", "/etc/passwd", "a/../../x", 7, None])
def test_a_manifest_names_nothing_outside(run: RunLayout, template: object) -> None:
    printed = json.loads(run.manifest.read_text()) | {"template": template}
    run.manifest.write_text(json.dumps(printed))
    with pytest.raises(StoreError, match=r"manifest.json.*template"):
        load_manifest(run)


def test_a_link_for_a_case_is_not_followed(run: RunLayout, secret: Path) -> None:
    run.case_dir(1).symlink_to(secret)
    clear_case(run.case_dir(1))
    assert (secret / "keep").read_text() == "mine"
    assert run.case_dir(1).is_dir() and not run.case_dir(1).is_symlink()


def test_a_link_inside_a_case_is_not_followed(run: RunLayout, secret: Path) -> None:
    run.case_dir(1).mkdir()
    (run.case_dir(1) / "elsewhere").symlink_to(secret)
    clear_case(run.case_dir(1))
    assert (secret / "keep").read_text() == "mine"


def test_a_deck_that_writes_elsewhere_has_no_waveforms(run: RunLayout, secret: Path) -> None:
    directory = run.case_dir(1)
    directory.mkdir()
    (secret / "x.raw").write_bytes(b"Title: t\n")
    deck = Deck.parse(
        f"t\n.control\nrun\nwrite {secret}/x.raw\nwrite ../../../../outside/x.raw\n.endc\n.end\n"
    )
    waveforms, complaint = collect_raw(Job(1, directory, deck.text), deck)
    assert waveforms is None
    assert f"{secret}/x.raw, outside the case's directory" in complaint


def member(name: str, **what: object) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    for key, value in what.items():
        setattr(info, key, value)
    return info


@pytest.mark.parametrize(
    "hostile",
    [
        member("../evil"),
        member("/tmp/evil"),
        member("run/../../evil"),
        member("run/link", type=tarfile.SYMTYPE, linkname="/etc"),
        member("run/link", type=tarfile.SYMTYPE, linkname="../../.."),
        member("run/hard", type=tarfile.LNKTYPE, linkname="../../evil"),
        member("run/device", type=tarfile.CHRTYPE, devmajor=1, devminor=3),
    ],
    ids=lambda info: f"{info.name} {info.linkname}",
)
def test_an_archive_stays_inside(tmp_path: Path, hostile: tarfile.TarInfo) -> None:
    archive = tmp_path / "a.tar.gz"
    with tarfile.open(archive, "w:gz") as made:
        manifest = member("run/manifest.json", size=2)
        made.addfile(manifest, io.BytesIO(b"{}"))
        made.addfile(hostile, io.BytesIO(b""))
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(SimorcError):
        restore_run(archive, tmp_path / "deep" / "simulations")
    left = [path for path in tmp_path.rglob("*") if path not in before and path.is_file()]
    assert not left and not Path("/tmp/evil").exists()


# Files that are none -------------------------------------------------------------------------------


def within(seconds: float, work: Callable[[], object]) -> None:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(seconds)
    assert not thread.is_alive(), "it hangs"


def test_pipes_and_directories_hang_nobody(run: RunLayout) -> None:
    os.mkfifo(run.requests / "1.json")
    (run.requests / "2.json").mkdir()
    os.mkfifo(run.status_file(1))
    os.mkfifo(run.runner_json)
    asked: list[str] = []
    within(5, lambda: asked.extend(request.kind for request in collect(run)))
    assert asked == ["unreadable"]
    problems: list[str] = []
    within(5, lambda: problems.extend(found.problem for found in gather_reports(run, 2)))
    assert "not a regular file" in problems[0]
    within(5, lambda: cli.run(["--project", str(run.root), "status"]))


# The umask ----------------------------------------------------------------------------------------

BUILD = """
import os, sys
from pathlib import Path
os.umask(int(sys.argv[2], 8))
from simorc.cli import main
sys.exit(main.run(["--project", sys.argv[1], "run", "s"]))
"""


@pytest.mark.ngspice
@pytest.mark.parametrize("umask", ["077", "027", "002"])
def test_everything_keeps_to_the_umask(tmp_path: Path, umask: str) -> None:
    project = project_at(tmp_path / "p")
    subprocess.run([sys.executable, "-c", BUILD, str(project.root), umask], check=True, capture_output=True)
    mask = int(umask, 8)
    simulations = project.root / "simulations"
    made = [simulations, *simulations.rglob("*")]
    assert any(path.name == "results.raw" for path in made)
    for path in made:
        mode = stat.S_IMODE(path.lstat().st_mode)
        if not path.is_symlink():
            assert not mode & mask, f"{path.name} is open to others: {mode:o}"
        if umask == "002" and path.name in {"netlist.spice", "simulator.log", "metadata.csv", "results"}:
            assert mode & stat.S_IWGRP, f"{path.name} is closed to the group: {mode:o}"


# Terminals ----------------------------------------------------------------------------------------


@pytest.fixture
def evil_run(tmp_path: Path) -> Iterator[RunLayout]:
    """A run whose every text wants to take over the terminal."""
    built = build_run(project_at(tmp_path / "p", '"a\\e[31mb", 2k'), "s")
    layout = RunLayout(built.path.with_name(f"s\x1b[31m{EVIL.replace('/', '')}_20260101000000"))
    built.path.rename(layout.path)
    plan = load_manifest(layout).plan
    with Store(layout, plan) as store:
        while store.fill(1000):
            pass
        bad = Outcome.failed(FailureKind.CRASHED, f"it said {EVIL}")
        store.attempt_finished(Finished(1, 1, bad, "give_up", True, 1.0, f"host{EVIL}", EVIL))
        store.set_meta(state="cancelled", pause_reason=EVIL)
        store.event("warning", f"beware {EVIL}", 1)
        store.flush()
    layout.case_dir(1).mkdir()
    layout.log(1).write_text(f"log {EVIL}\n")
    layout.deck(1).write_text("* x\n")
    yield layout


@pytest.mark.parametrize(
    "arguments",
    [
        ["status"],
        ["status", "RUN"],
        ["results", "RUN"],
        ["results", "RUN", "--failed"],
        ["show", "RUN", "1"],
        ["log", "RUN", "1"],
        ["fsck", "RUN"],
        ["run", "RUNx"],
        ["cancel", "RUN"],
    ],
)
def test_no_escape_reaches_the_terminal(
    evil_run: RunLayout, arguments: list[str], capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    words = [word.replace("RUN", str(evil_run.path)) for word in arguments]
    cli.run(["--project", str(evil_run.root), *words])
    printed = capfdbinary.readouterr()
    for stream in (printed.out, printed.err):
        assert b"\x1b" not in stream and b"\x07" not in stream
        assert "\u202e".encode() not in stream
