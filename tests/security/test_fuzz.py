"""Files that were damaged at random: never a traceback, always file and reason.

``SIMORC_FUZZ=10000`` sets how many mutations each kind of file gets; the default keeps the test short.
"""

from __future__ import annotations

import gzip
import json
import os
import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from simorc.config.project import Project
from simorc.errors import SimorcError, StoreError
from simorc.launch.build import build_run
from simorc.maintenance.archive import archive_run, restore_run
from simorc.maintenance.rebuild import listed_verdicts, traced_attempts
from simorc.measurements.meas_output import parse_meas_output
from simorc.netlist.deck.control_block import for_batch
from simorc.netlist.deck.deck import Deck
from simorc.rundir.attempts.attempt_log import Trace
from simorc.rundir.attempts.status_files import Report, gather_reports, leave_report
from simorc.rundir.circuit.circuits import settings_of
from simorc.rundir.layout import RunLayout
from simorc.rundir.lock import runner_info
from simorc.rundir.manifest import load_manifest
from simorc.rundir.requests import collect
from simorc.rundir.store.finished import Finished
from simorc.rundir.store.writer import Store
from simorc.rundir.summary import summarise
from simorc.runner.preparation import Preparation
from simorc.runner.retry_policy import budgets_from
from simorc.simulators.ngspice.log.scan import scan_log
from simorc.simulators.ngspice.verdict import Ending, judge
from simorc.simulators.outcome import FailureKind, Outcome
from simorc.sweeps.plan import Plan
from simorc.waveforms.rawfile import RawFile

MUTATIONS = int(os.environ.get("SIMORC_FUZZ", "120"))
DECK = """* d
.param x={{ parameters.r }}
V1 a 0 1
R1 a 0 {x}
.tran 1n 9n
.meas tran v find v(a) at=5n
.end
"""
LOG = b"""Circuit: * d
Doing analysis at TEMP = 27.000000 and TNOM = 27.000000
 Reference value :  4.60000e-09
v                   =  1.000000e+00
vx                  =  1.0e+00 at=  5.0e-09
Warning: singular matrix:  check nodes a and b
doAnalyses: TRAN:  Timestep too small; time = 5.0e-09, timestep = 1e-21: trouble with node "a"
run simulation(s) aborted
"""
NASTY = (
    *(b"null", b"NaN", b"-Infinity", b"1e999", b"-1", b"99999999999999999999", b"[]", b"{}", b'""', b"true"),
    *(
        b"\0",
        b"\xff\xfe",
        b"\x1b[31m",
        b"../../../etc/passwd",
        b"9" * 300,
        b"[" * 3000,
        b"{{",
        b"\n\n",
        b"\r",
    ),
    *("µΩ".encode(), b"&a *a", b"!!python/object:os.system", b": :", b"- -", b"'", b"0 0 0"),
)


def mutated(seed: bytes, chance: random.Random) -> bytes:
    """`seed` with up to six things done to it."""
    data = bytearray(seed)
    for _ in range(chance.randint(1, 6)):
        place, length = chance.randrange(len(data) + 1), chance.randint(1, 40)
        match chance.randrange(6):
            case 0:
                data[place : place + 1] = bytes([chance.randrange(256)])
            case 1:
                del data[place : place + length]
            case 2:
                data[place:place] = chance.choice(NASTY)
            case 3:
                data[place : place + length] = chance.choice(NASTY)
            case 4:
                data[place:place] = data[chance.randrange(len(data) + 1) :][:length]
            case _:
                del data[place:]
    return bytes(data)


def mutations(seed: bytes, salt: str) -> Iterator[bytes]:
    chance = random.Random(f"simorc {salt}")
    return (mutated(seed, chance) for _ in range(MUTATIONS))


@dataclass(frozen=True)
class Sample:
    """A run with everything in it."""

    layout: RunLayout
    plan: Plan


@pytest.fixture
def sample(tmp_path: Path) -> Sample:
    root = tmp_path / "p"
    (root / "tb").mkdir(parents=True)
    (root / "tb" / "tb.spice.j2").write_text(DECK)
    (root / "tb" / "config.yaml").write_text(
        "template: tb.spice.j2\nparameters: {r: 1k, corner: tt}\n"
        "measurements: {v: {unit: V}, twice: {expr: 2 * v}}\nspecs: {v: {min: 0.5, max: 1.5}}\n"
    )
    (root / "dut.spice").write_text("* none\n")
    (root / "s.yaml").write_text(
        "testbench: tb\nparameters:\n  r: {start: 1k, stop: 100k, num: 5, scale: log}\n"
        "corners: {slow: {corner: ss}, fast: {corner: ff}}\nexclude: [\"corner == 'ff' and r > 50k\"]\n"
    )
    (root / "sim_setup.yaml").write_text(
        "dut: {netlist: dut.spice}\ntestbenches: {tb: tb}\nsweeps: {s: s.yaml}\n"
        "execution: {jobs: 2, timeout: 10m, convergence: {ladder: [gear]}}\n"
        "environments: {fast: {execution: {jobs: 4}, parameters: {r: 2k}}}\n"
    )
    layout = build_run(Project.load(root), "s")
    plan = load_manifest(layout).plan
    with Store(layout, plan) as store:
        while store.fill(1000):
            pass
        for case_id in (1, 2):
            done = Outcome.completed({"v": 1.0}, seconds=0.1)
            store.attempt_finished(Finished(case_id, 1, done, "done", True, 1.0, "host"))
        failed = Outcome.failed(FailureKind.CRASHED, 'it "crashed", badly\n')
        store.attempt_finished(Finished(3, 1, failed, "give_up", True, 2.0, "host"))
        store.flush()
        trace = Trace(layout)
        trace.append(store.attempts_after(0), {(1, 1): {"v": 1.0}})
        trace.close()
    return Sample(layout, plan)


def reported(work: Callable[[], object], *names: str) -> None:
    """Do `work`; what it raises must be for a person, and name one of the files."""
    try:
        work()
    except SimorcError as error:
        assert error.message.strip()
        assert not names or any(name in str(error) for name in names), f"no file named: {error.message}"


def read_run(layout: RunLayout) -> None:
    manifest = load_manifest(layout)
    settings = settings_of(layout, manifest, {})
    budgets_from(settings)
    preparation = Preparation(layout, manifest, settings)
    if len(preparation.plan):
        preparation.deck(preparation.plan.case(1))


def test_manifest(sample: Sample) -> None:
    seed = sample.layout.manifest.read_bytes()
    for data in mutations(seed, "manifest"):
        sample.layout.manifest.write_bytes(data)
        reported(lambda: read_run(sample.layout))
        reported(lambda: summarise(sample.layout))


def test_requests(sample: Sample) -> None:
    seed = json.dumps(
        {"kind": "cancel", "time": 1.5, "data": {"cases": [3, 7], "n": 4, "delta": -1}}
    ).encode()
    for data in mutations(seed, "requests"):
        (sample.layout.requests / "1.json").write_bytes(data)
        for asked in collect(sample.layout):
            assert all(isinstance(case, int) for case in asked.cases)
            asked.whole("n")
            json.dumps(dict(asked.data))
        assert not list(sample.layout.requests.iterdir()), "a request is read once"


def test_status_files(sample: Sample) -> None:
    leave_report(sample.layout, Report(2, Outcome.completed({"v": 1.0}, message="m"), 1.0, "host"))
    seed = sample.layout.status_file(2).read_bytes()
    for data in mutations(seed, "status"):
        sample.layout.status_file(2).write_bytes(data)
        for found in gather_reports(sample.layout, len(sample.plan)):
            assert found.report is not None or "case_2.json" in found.problem


def test_runner_json(sample: Sample) -> None:
    printed = {"host": "h", "pid": 12, "started": 1.5, "started_ticks": 77, "heartbeat": 2.5}
    for data in mutations(json.dumps(printed).encode(), "runner"):
        sample.layout.runner_json.write_bytes(data)
        info = runner_info(sample.layout)
        assert info is None or info.is_alive() in (True, False)


def test_trace(sample: Sample) -> None:
    seed = sample.layout.trace.read_bytes()
    for data in mutations(seed, "trace"):
        sample.layout.trace.write_bytes(data)
        for attempt in traced_attempts(sample.layout.trace, len(sample.plan)):
            assert 1 <= attempt.case_id <= len(sample.plan)
        Trace(sample.layout).close()


def test_metadata_csv(sample: Sample) -> None:
    seed = sample.layout.metadata_csv.read_bytes()
    for data in mutations(seed, "metadata"):
        sample.layout.metadata_csv.write_bytes(data)
        verdicts = listed_verdicts(sample.layout.metadata_csv, len(sample.plan)) or {}
        assert all(1 <= case_id <= len(sample.plan) for case_id in verdicts)


def raw_seed(binary: bool) -> bytes:
    names = "Title: t\nDate: d\nPlotname: Transient Analysis\nFlags: real\nNo. Variables: 2\nNo. Points: 4\n"
    header = names + "Variables:\n\t0\ttime\ttime\n\t1\tv(a)\tvoltage\n"
    if binary:
        import numpy as np

        return header.encode() + b"Binary:\n" + np.arange(8, dtype="<f8").tobytes()
    return (header + "Values:\n" + "".join(f" {n}\t{n}.0\n\t{n}.5\n" for n in range(4))).encode()


@pytest.mark.parametrize("binary", [True, False])
def test_raw_files(tmp_path: Path, binary: bool) -> None:
    path = tmp_path / "results.raw"
    deck = Deck.parse("t\nV1 a 0 1\n.tran 1n 9n\n.meas tran v find v(a) at=5n\n.end\n")

    def read() -> None:
        raw = RawFile.open(path)
        for plot in raw.plots:
            plot.last_row()
        outcome = judge(deck, LOG, raw, Ending(0))
        assert outcome.status in ("completed", "failed")

    for data in mutations(raw_seed(binary), f"raw {binary}"):
        path.write_bytes(data)
        reported(read, "results.raw")


def test_logs_and_decks() -> None:
    deck = Deck.parse("t\nV1 a 0 1\n.tran 1n 9n\n.end\n")
    for data in mutations(LOG, "log"):
        scan_log(data, deck)
        parse_meas_output(data)
    for data in mutations(DECK.encode(), "deck"):
        reported(partial(for_batch, Deck.parse(data.decode("utf-8", "surrogateescape"))))


@pytest.mark.parametrize("name", ["sim_setup.yaml", "s.yaml", "tb/config.yaml", "tb/tb.spice.j2"])
def test_what_the_user_wrote(sample: Sample, name: str) -> None:
    path = sample.layout.root / name
    seed = path.read_bytes()
    for data in mutations(seed, name):
        path.write_bytes(data)
        reported(
            lambda: Project.load(sample.layout.root), path.name, "sim_setup.yaml", "s.yaml", "config.yaml"
        )


def test_archives(sample: Sample, tmp_path: Path) -> None:
    archive = tmp_path / "run.tar.gz"
    archive_run(sample.layout, archive)
    plain = gzip.decompress(archive.read_bytes())
    target = tmp_path / "into" / "deep"
    outside = sorted(tmp_path.rglob("*"))
    for data in mutations(plain, "archive"):
        broken = tmp_path / "broken.tar.gz"
        broken.write_bytes(gzip.compress(data, 1))
        reported(partial(restore_run, broken, target), "broken.tar.gz", "into")
        shutil.rmtree(tmp_path / "into", ignore_errors=True)
        broken.unlink()
    assert sorted(tmp_path.rglob("*")) == outside, "nothing is written outside"


def test_stores(sample: Sample) -> None:
    seed = sample.layout.database.read_bytes()
    for data in mutations(seed, "store"):
        for path in sample.layout.path.glob("run.sqlite-*"):
            path.unlink()
        sample.layout.database.write_bytes(data)
        summary = summarise(sample.layout)
        assert summary.state
        if summary.state == "broken":
            assert "run.sqlite" in summary.note
        try:
            with Store(sample.layout, sample.plan) as store:
                store.failure_messages()
        except StoreError as error:
            assert "run.sqlite" in error.message
