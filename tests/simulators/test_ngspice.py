"""Cold cases on the real ngspice, and on simulators that misbehave."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import anyio
import pytest

from simorc.errors import ToolMissing
from simorc.simulators.job import Job, Limits
from simorc.simulators.ngspice.cold import Ngspice
from simorc.simulators.outcome import FailureKind, Outcome
from simorc.waveforms.rawfile import RawFile
from tests.simulators.clock import Clock
from tests.waiting import PATIENCE, until

DECKS = Path(__file__).parent / "decks"


def simulate(name: str, directory: Path, limits: Limits | None = None) -> Outcome:
    job = Job(
        1,
        directory,
        (DECKS / f"{name}.spice").read_text(encoding="utf-8"),
        limits or Limits(timeout=PATIENCE),
    )
    return anyio.run(Ngspice().run_cold, job)


@pytest.mark.ngspice
@pytest.mark.parametrize(
    ("name", "measured", "plots"),
    [
        ("plain", {"vmax", "delay"}, ["Transient Analysis"]),
        ("no_quit", {"vmax"}, ["Transient Analysis"]),
        ("own_control", {"gain"}, ["Operating Point", "AC Analysis"]),
        ("own_no_write", set(), ["Operating Point", "AC Analysis"]),
        (
            "several",
            {"gain", "vmax", "half"},
            ["AC Analysis", "DC transfer characteristic", "Operating Point", "Transient Analysis"],
        ),
    ],
)
def test_completed(name: str, measured: set[str], plots: list[str], tmp_path: Path) -> None:
    outcome = simulate(name, tmp_path)
    assert (outcome.status, outcome.message) == ("completed", "")
    assert outcome.measurements.keys() == measured
    raw = RawFile.open(tmp_path / "results.raw")
    assert raw.complete and [plot.name for plot in raw.plots] == plots


@pytest.mark.ngspice
@pytest.mark.parametrize(
    ("name", "kind", "message"),
    [
        ("partial", FailureKind.TIMESTEP_TOO_SMALL, "timestep too small at t=1.8"),
        ("missing_model", FailureKind.MISSING_MODEL, "model 'nosuch' not found (deck line 3:"),
        ("missing_subcircuit", FailureKind.MISSING_MODEL, "subcircuit 'nosub' not defined (deck line 3:"),
        ("missing_include", FailureKind.MISSING_FILE, "include file 'nosuch.inc' not found (deck line 2)"),
        ("missing_parameter", FailureKind.BAD_NETLIST, "parameter 'nosuch' is not defined"),
        ("singular", FailureKind.SINGULAR_MATRIX, "check node v1#branch"),
        (
            "failed_meas",
            FailureKind.MEASUREMENT_MISSING,
            "never (its .meas failed: when(WHEN): out of interval)",
        ),
        ("no_analysis", FailureKind.BAD_NETLIST, "the deck has no analysis"),
    ],
)
def test_failed(name: str, kind: FailureKind, message: str, tmp_path: Path) -> None:
    outcome = simulate(name, tmp_path)
    assert (outcome.status, outcome.kind) == ("failed", kind)
    assert message in outcome.message and "\n" not in outcome.message


@pytest.mark.ngspice
def test_what_a_failed_case_has_is_kept(tmp_path: Path) -> None:
    assert simulate("failed_meas", tmp_path).measurements["vmax"] == pytest.approx(0.73135, rel=1e-4)
    assert RawFile.open(tmp_path / "results.raw").complete
    (tmp_path / "partial").mkdir()
    simulate("partial", tmp_path / "partial")
    assert RawFile.open(tmp_path / "partial" / "results.raw").plots[0].n_points > 10


@pytest.mark.ngspice
@pytest.mark.parametrize(
    ("name", "limits", "kind"),
    [
        ("endless", Limits(timeout=0.8), FailureKind.TIMEOUT),
        ("huge_raw", Limits(timeout=PATIENCE, raw=1 << 20, log=1 << 18), FailureKind.RAW_LIMIT),
        ("chatty", Limits(timeout=PATIENCE, log=1 << 20), FailureKind.LOG_LIMIT),
        ("endless", Limits(timeout=PATIENCE, memory=80 << 20), FailureKind.OUT_OF_MEMORY),
    ],
)
def test_limits(name: str, limits: Limits, kind: FailureKind, tmp_path: Path) -> None:
    outcome = simulate(name, tmp_path, limits)
    assert outcome.kind == kind
    assert (tmp_path / "simulator.log").stat().st_size <= limits.log


@pytest.mark.ngspice
@pytest.mark.parametrize("name", ["with space", 'quote\'s "both"', "Größe µ", "-dash; $HOME"])
def test_odd_directories(name: str, tmp_path: Path) -> None:
    (tmp_path / name).mkdir()
    assert simulate("plain", tmp_path / name).status == "completed"
    (tmp_path / f"{name}2").mkdir()
    assert simulate("own_control", tmp_path / f"{name}2").status == "completed"


@pytest.mark.ngspice
def test_version_and_environment() -> None:
    assert int(Ngspice().version().split(".")[0]) >= 30
    assert Ngspice(run=Path("/a/run")).environment["SIMORC_RUN"] == "/a/run"


@pytest.mark.ngspice
def test_spiceinit_is_read(tmp_path: Path) -> None:
    (tmp_path / "init").write_text("echo this is the init file\n", encoding="utf-8")
    (tmp_path / "case").mkdir()
    job = Job(
        1, tmp_path / "case", (DECKS / "plain.spice").read_text(encoding="utf-8"), Limits(timeout=PATIENCE)
    )
    assert anyio.run(Ngspice(spiceinit=tmp_path / "init").run_cold, job).status == "completed"
    assert "this is the init file" in job.log.read_text(encoding="utf-8")
    assert not (job.directory / ".spiceinit").readlink().is_absolute()


@pytest.mark.ngspice
def test_progress(tmp_path: Path, clock: Clock) -> None:
    heard: list[float] = []

    def hears(fraction: float) -> None:
        heard.append(fraction)
        if len(heard) == 2:
            clock.forward(3600)

    async def run() -> Outcome:
        job = Job(1, tmp_path, (DECKS / "endless.spice").read_text(encoding="utf-8"), Limits(timeout=3600))
        return await Ngspice().run_cold(job, on_progress=hears)

    outcome = anyio.run(run)
    assert outcome.kind is FailureKind.TIMEOUT
    assert heard and heard == sorted(heard) and 0 < heard[-1] < 1
    assert "% done" in outcome.message


# Simulators that misbehave ----------------------------------------------------------------------------------


@pytest.fixture
def fake(tmp_path: Path) -> Callable[[str], Outcome]:
    def run(script: str, limits: Limits | None = None) -> Outcome:
        program = tmp_path / "fake"
        program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        program.chmod(0o755)
        (tmp_path / "case").mkdir()
        deck = (DECKS / "plain.spice").read_text(encoding="utf-8")
        return anyio.run(
            Ngspice(str(program)).run_cold,
            Job(1, tmp_path / "case", deck, limits or Limits(timeout=PATIENCE)),
        )

    return run


def test_crash(fake: Callable[[str], Outcome]) -> None:
    outcome = fake("kill -SEGV $$")
    assert (outcome.kind, outcome.exit_code) == (FailureKind.CRASHED, -11)
    assert "SIGSEGV" in outcome.message


def test_lie(fake: Callable[[str], Outcome]) -> None:
    assert fake("echo ngspice-39 done; exit 0").kind == FailureKind.OUTPUT_MISSING


def test_stubborn_simulator_dies(fake: Callable[..., Outcome]) -> None:
    outcome = fake("trap '' TERM\nwhile :; do sleep 0.1; done", Limits(timeout=0.3))
    assert outcome.kind == FailureKind.TIMEOUT


def test_stopped_simulator_is_stuck_and_dies(fake: Callable[..., Outcome]) -> None:
    assert fake("kill -STOP $$", Limits(timeout=PATIENCE, stuck=0.6)).kind == FailureKind.STUCK


def test_children_die_with_it(fake: Callable[[str], Outcome], tmp_path: Path) -> None:
    fake(f"sleep 300 &\necho $! > {tmp_path}/child\nexit 0")
    child = int((tmp_path / "child").read_text(encoding="utf-8"))
    until(lambda: not _alive(child))


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def _lives_in_group(name: str, group: int) -> bool:
    """Whether process `name` of /proc belongs to `group` and is not merely waiting to be reaped."""
    try:
        return name.isdigit() and os.getpgid(int(name)) == group and _alive(int(name))
    except ProcessLookupError:
        return False


def test_cancelling_kills_it(tmp_path: Path) -> None:
    program = tmp_path / "fake"
    program.write_text("#!/bin/sh\nsleep 300\n", encoding="utf-8")
    program.chmod(0o755)
    spawned: list[int] = []
    exited: list[int] = []

    async def run() -> None:
        job = Job(1, tmp_path, (DECKS / "plain.spice").read_text(encoding="utf-8"))
        with anyio.CancelScope() as scope:

            def is_born(pid: int) -> None:
                spawned.append(pid)
                scope.cancel()

            await Ngspice(str(program)).run_cold(job, on_spawn=is_born, on_exit=exited.append)

    anyio.run(run)
    assert spawned == exited and not _alive(spawned[0])
    until(lambda: not _group(spawned[0]))


def _group(leader: int) -> list[str]:
    """The processes of a group that live; what init has not collected yet does not."""
    found = [entry.name for entry in os.scandir("/proc") if _lives_in_group(entry.name, leader)]
    return [name for name in found if _alive(int(name))]


def test_no_such_simulator(tmp_path: Path) -> None:
    missing = Ngspice(str(tmp_path / "nothing"))
    outcome = anyio.run(missing.run_cold, Job(1, tmp_path, "t\n.op\n.end\n"))
    assert outcome.kind == FailureKind.SPAWN_FAILED
    with pytest.raises(ToolMissing):
        missing.version()
