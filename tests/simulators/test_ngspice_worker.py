"""Warm sessions by the ngspice library, on every ngspice under test, without a display."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

import anyio
import pytest

from simorc.measurements.meas_output import parse_meas_output
from simorc.simulators.job import Callbacks, Job, Limits
from simorc.simulators.ngspice.cold import Ngspice
from simorc.simulators.ngspice.library_worker import COMMAND_LIMIT
from simorc.simulators.ngspice.log.scan import last_progress
from simorc.simulators.ngspice.session import Session, SessionEnded
from simorc.simulators.ngspice.session_way import WarmWay, find_warm_way
from simorc.simulators.ngspice.slot_session import SessionLife
from simorc.simulators.ngspice.verified_decks import VerifiedDecks
from simorc.simulators.ngspice.worker import NgspiceWorker
from simorc.waveforms.rawfile import RawFile
from simorc.waveforms.sections import same_data
from tests.simulators.ngspice_versions import programs_under_test

HEAD = "* deck\n.param r={r} cl=1n\nV1 in 0 dc 1 ac 1 pulse(0 1 1u 1n 1n 5u 10u)\nR1 in out {{r}} tc=1m\n"
RC = HEAD + "C1 out 0 {{cl}}\n"
DECKS = {
    "tran": RC + ".tran 20n 20u\n.meas tran vmax max v(out)\n.end\n",
    "ac": RC + ".ac dec 5 1k 1meg\n.meas ac gain max vdb(out)\n.end\n",
    "dc": RC + "R2 out 0 1k\n.dc V1 0 1 0.1\n.end\n",
    "op": RC + "R2 out 0 1k\n.op\n.end\n",
    "noise": RC + ".noise v(out) V1 dec 5 1k 1meg\n.end\n",
    "mosfet": HEAD
    + "M1 out in 0 0 n w=10u l=1u\nR2 out 0 10k\n.model n nmos level=8\n.dc V1 0 3 0.1\n.end\n",
    "xspice": RC + "a1 out lim m1\nr3 lim 0 1k\n.model m1 limit(gain=2 out_lower_limit=-1 "
    "out_upper_limit=1 limit_range=0.1 fraction=FALSE)\n.tran 20n 20u\n.end\n",
    "digital": RC + "abridge [out] [d] adc\na2 d q inv\nadac [q] [back] dac\nr3 back 0 1k\n"
    ".model adc adc_bridge(in_low=0.3 in_high=0.6)\n.model inv d_inverter\n"
    ".model dac dac_bridge(out_low=0 out_high=1)\n.tran 20n 20u\n.end\n",
}
SKY130 = """* inverter
.lib "{models}" tt
.param vdd={vdd}
vdd vdd 0 {{vdd}}
vin in 0 dc {{vdd/2}} ac 1
xmn out in 0 0 sky130_fd_pr__nfet_01v8 L=0.15 W=1 nf=1 mult=1
xmp out in vdd vdd sky130_fd_pr__pfet_01v8 L=0.15 W=2 nf=1 mult=1
cl out 0 10f
.ac dec 5 1k 10g
.meas ac gain max vdb(out)
.end
"""
LONG = "* long\nV1 in 0 pulse(0 1 0 1n 1n 1u 2u)\nR1 in out 1k\nC1 out 0 1n\n.tran 1n 20m\n.end\n"
UNHEARD = Callbacks(lambda pid: None, lambda pid: None, lambda part: None, lambda cases, why: None)


@pytest.fixture(params=programs_under_test())
def simulator(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Ngspice:
    monkeypatch.delenv("DISPLAY", raising=False)
    return Ngspice(request.param)


@pytest.fixture
def way(simulator: Ngspice) -> WarmWay:
    """The way by the library, where the executable under test has one."""
    way = find_warm_way(simulator)
    if way.kind != "library":
        pytest.skip(f"no library of {simulator.executable}: {way.reason}; {way.remedy}")
    return way


def session_of(simulator: Ngspice, way: WarmWay, directory: Path, deck: str) -> Session:
    directory.mkdir()
    (directory / "deck.sp").write_text(deck)
    command = way.command_line(interruptible=True)
    return Session(command, directory, {**simulator.environment, **dict(way.environment)})


async def asked(session: Session, *commands: str, **options: object) -> bytes:
    try:
        return await session.ask(["source deck.sp", *commands], **options)  # type: ignore[arg-type]
    finally:
        session.kill()


async def both_ways(
    simulator: Ngspice, way: WarmWay, root: Path, decks: Sequence[str], *, interruptible: bool = False
) -> list[int]:
    """Run decks that differ in values, warm; the cases whose waveforms or numbers differ from a cold run."""
    bench = NgspiceWorker(simulator, VerifiedDecks("auto", 0), root / ".warm" / "0", SessionLife(), way)
    limits = Limits(timeout=600.0) if interruptible else Limits()
    differing = []
    for number, deck in enumerate(decks, 1):
        for place in ("results", "cold"):
            (root / place / str(number)).mkdir(parents=True)
        job = Job(
            number,
            root / "results" / str(number),
            deck,
            limits,
            siblings=100,
            partners=lambda: [(decks[-1], None)],
        )
        warm = await bench.run(job, UNHEARD)
        cold = await simulator.run_cold(Job(number, root / "cold" / str(number), deck))
        raws = [root / place / str(number) / "results.raw" for place in ("results", "cold")]
        assert (warm.status, cold.status) == ("completed", "completed"), warm.message
        assert warm.warm is (number > 1), warm.cold_reason
        if not same_data(*raws) or dict(warm.measurements) != dict(cold.measurements):
            differing.append(number)
    await bench.close()
    return differing


@pytest.mark.parametrize("interruptible", [False, True], ids=["inline", "interruptible"])
@pytest.mark.parametrize("name", DECKS)
async def test_waveforms_and_numbers_are_those_of_a_cold_run(
    tmp_path: Path, simulator: Ngspice, way: WarmWay, name: str, interruptible: bool
) -> None:
    decks = [DECKS[name].format(r=r) for r in ("1k", "2.2k", "330", "1k", "47k")]
    assert await both_ways(simulator, way, tmp_path, decks, interruptible=interruptible) == []


async def test_sky130_is_that_of_a_cold_run(
    tmp_path: Path, simulator: Ngspice, way: WarmWay, pdk_root: Path
) -> None:
    kit = pdk_root / "sky130A" / "libs.tech"
    models = kit / "combined" / "continuous" / "sky130.lib.spice"
    if not models.is_file():
        pytest.skip(f"{models} is not there")
    own = Ngspice(simulator.executable, spiceinit=kit / "ngspice" / "spinit")
    decks = [SKY130.format(models=models, vdd=vdd) for vdd in ("1.8", "1.62", "1.98")]
    assert await both_ways(own, find_warm_way(own), tmp_path, decks) == []


async def test_a_worker_speaks_as_a_pipe_does(tmp_path: Path, simulator: Ngspice, way: WarmWay) -> None:
    session = session_of(simulator, way, tmp_path / "s", DECKS["tran"].format(r="1k"))
    said = await asked(session, "run", "meas tran bad when v(out)=40", "nothing", "echo  that is  all")
    output = parse_meas_output(said)
    assert set(output.printed) == {"vmax"}
    assert output.failed == {"bad"}
    lines = said.decode().splitlines()
    assert lines[-1] == "that is all"
    assert any("nothing: no such command" in line for line in lines)
    assert not any(line.startswith(("stdout", "stderr")) for line in lines)
    assert not any("thread" in line or "ngspice.dll" in line for line in lines)


async def test_an_interrupted_analysis_writes_what_it_has(
    tmp_path: Path, simulator: Ngspice, way: WarmWay
) -> None:
    session = session_of(simulator, way, tmp_path / "s", LONG)
    heard = bytearray()

    def over() -> str | None:
        return "timeout" if b"Reference value" in heard else None

    with pytest.raises(SessionEnded) as ended:
        await asked(session, "run", "write results.raw", on_output=heard.extend, look=over, salvage=60.0)
    assert ended.value.reason == "timeout"
    reached = last_progress(bytes(heard))
    assert reached is not None and 0 < reached < 0.02
    assert RawFile.open(tmp_path / "s" / "results.raw").plots[0].n_points > 1000


async def test_a_fatal_error_ends_the_process_with_its_code(
    tmp_path: Path, simulator: Ngspice, way: WarmWay
) -> None:
    session = session_of(simulator, way, tmp_path / "s", "* bad\nV1 a 0 {nothing}\nR1 a 0 1k\n.op\n.end\n")
    with pytest.raises(SessionEnded) as ended:
        await asked(session, "run")
    assert (ended.value.reason, ended.value.exit_code) == ("died", 1)
    assert b"nothing" in ended.value.output


async def test_quit_ends_the_process_with_its_code(tmp_path: Path, simulator: Ngspice, way: WarmWay) -> None:
    session = session_of(simulator, way, tmp_path / "s", LONG)
    with pytest.raises(SessionEnded) as ended:
        await asked(session, "quit 3")
    assert ended.value.exit_code == 3


async def test_a_command_that_the_library_would_cut_is_refused(
    tmp_path: Path, simulator: Ngspice, way: WarmWay
) -> None:
    session = session_of(simulator, way, tmp_path / "s", DECKS["op"].format(r="1k"))
    with pytest.raises(SessionEnded) as ended:
        await asked(session, "run", f"write results.raw {'v(out) ' * COMMAND_LIMIT}")
    assert b"longer than the ngspice library takes" in ended.value.output


async def test_loops_of_a_control_block_run_in_a_worker(
    tmp_path: Path, simulator: Ngspice, way: WarmWay
) -> None:
    session = session_of(simulator, way, tmp_path / "s", DECKS["op"].format(r="1k"))
    said = await asked(session, "foreach value 1 2", "alter v1 dc = $value", "op", "print v(in)", "end")
    assert said.decode().count("v(in) = ") == 2


async def test_the_limit_of_a_log_ends_a_worker(tmp_path: Path, simulator: Ngspice, way: WarmWay) -> None:
    session = session_of(simulator, way, tmp_path / "s", DECKS["op"].format(r="1k"))
    with pytest.raises(SessionEnded) as ended:
        await asked(session, "run", "while 1", "echo and on", "end", log_limit=100_000)
    assert ended.value.reason == "log_limit"


def test_a_worker_ends_when_nobody_is_left_to_command_it(
    tmp_path: Path, simulator: Ngspice, way: WarmWay
) -> None:
    process = subprocess.Popen(
        way.command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, env=simulator.environment, cwd=tmp_path
    )
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait() == 0


def test_a_library_that_cannot_be_loaded_says_so(tmp_path: Path, way: WarmWay) -> None:
    done = subprocess.run(
        [*way.command[:-1], str(tmp_path / "nothing.so")],
        capture_output=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 1
    assert b"nothing.so" in done.stderr


async def test_a_killed_worker_is_told_from_one_that_died(
    tmp_path: Path, simulator: Ngspice, way: WarmWay
) -> None:
    session = session_of(simulator, way, tmp_path / "s", LONG)

    def kill() -> str | None:
        os.killpg(session.pid, signal.SIGKILL)
        return None

    with pytest.raises(SessionEnded) as ended, anyio.fail_after(60):
        await asked(session, "run", look=kill)
    assert ended.value.killed
