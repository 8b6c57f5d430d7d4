"""Driving the real program, and what must hold of a run whatever happened to it."""

from __future__ import annotations

import csv
import json
import os
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from simorc.launch.start import runner_alive, runner_info
from simorc.rundir.layout import RunLayout, find_run, find_runs
from simorc.waveforms.rawfile import RawFile
from tests.forked_command import forked_simorc
from tests.waiting import PATIENCE, until

STATUSES = {"pending", "in_progress", "completed", "failed"}

RC_TEMPLATE = """* RC low-pass
v1 in 0 pulse(0 1 0 1n 1n 1 2)
.param r={{ parameters.r }} c={{ parameters.c }}
r1 in out {r}
c1 out 0 {c}
.tran {{ parameters.step }} 10u 0 {{ parameters.step }}
.meas tran rise trig v(out) val=0.1 rise=1 targ v(out) val=0.5 rise=1
.end
"""
QUICK, SLOW, ENDLESS = "100n", "1n", "1p"
"""Largest time steps of the transient: some 5 ms, 50 ms, and more than anybody waits."""


def write_project(
    root: Path,
    *,
    cases: int,
    step: str = QUICK,
    template: str = RC_TEMPLATE,
    settings: str = "",
    config: str = "",
    sweep: str = "",
) -> Project:
    """A project with one testbench and the sweep ``rc``: `cases` values of r, or `sweep`."""
    bench = root / "testbenches" / "rc"
    bench.mkdir(parents=True)
    (root / "sweeps").mkdir()
    (root / "dut.spice").write_text("* nothing\n")
    (bench / "tb.spice.j2").write_text(template)
    (bench / "config.yaml").write_text(
        f"parameters: {{r: 1k, c: 100p, step: {step}}}\nmeasurements: {{rise: {{meas: rise}}}}\n{config}"
    )
    grid = f"parameters:\n  r: {{start: 1000, stop: {1000 + 10 * (cases - 1)}, step: 10}}\n"
    (root / "sweeps" / "rc.yaml").write_text("testbench: rc\n" + (sweep or grid))
    (root / "sim_setup.yaml").write_text(
        "dut: {netlist: dut.spice}\ntestbenches: {rc: testbenches/rc}\nsweeps: {rc: sweeps/rc.yaml}\n"
        + settings
    )
    return Project(root)


class Project:
    """A project directory and the simorc command in it."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def environment(self, extra: Mapping[str, str] | None = None) -> dict[str, str]:
        """Ours, with the module search path of this interpreter."""
        search = os.pathsep.join(path for path in sys.path if path)
        return {**os.environ, "PYTHONPATH": search, **(extra or {})}

    def simorc(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the command to its end."""
        return self.process(*arguments)

    def process(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the command to its end, as a process of its own."""
        return subprocess.run(
            [sys.executable, "-m", "simorc", *arguments],
            cwd=self.root,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    def ok(self, *arguments: str) -> str:
        """Run the command, expect exit code 0, return what it printed."""
        done = self.simorc(*arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start the command and leave it running."""
        return subprocess.Popen(
            [sys.executable, "-m", "simorc", *arguments],
            cwd=self.root,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def build(self, sweep: str = "rc") -> RunLayout:
        return find_run(self.root, self.ok("build", sweep).strip())

    @property
    def newest(self) -> RunLayout:
        return find_runs(self.root)[0]

    def wait_for_run(self) -> RunLayout:
        until(lambda: bool(find_runs(self.root)) and runner_info(self.newest) is not None)
        return self.newest


class QuickProject(Project):
    """A project whose commands, and the runners they start, are forks of the tests' process."""

    def simorc(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return forked_simorc(arguments, self.root, self.environment())


def rows(layout: RunLayout, sql: str) -> list[tuple[object, ...]]:
    db = sqlite3.connect(f"file:{layout.database}?mode=ro", uri=True, timeout=10)
    try:
        return db.execute(sql).fetchall()
    finally:
        db.close()


def counts(layout: RunLayout) -> dict[str, int]:
    """How many cases are in each status that has any, from the rows themselves."""
    return {
        str(status): int(str(n))
        for status, n in rows(layout, "SELECT status, count(*) FROM cases GROUP BY 1")
    }


def completed(layout: RunLayout) -> int:
    return counts(layout).get("completed", 0)


def done(layout: RunLayout) -> bool:
    return not runner_alive(layout)


def wait_for_end(layout: RunLayout) -> None:
    until(lambda: done(layout))


def processes_of(layout: RunLayout) -> list[int]:
    """Simulators that carry this run's name in their environment."""
    mark = f"SIMORC_RUN={layout.path}".encode()
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and mark in (entry / "environ").read_bytes().split(b"\0"):
                found.append(int(entry.name))
        except OSError:
            continue  # it ended while we looked
    return found


def assert_sound(layout: RunLayout, total: int, *, raws: bool = True) -> None:
    """Every case completed exactly once, every file whole, nothing left behind."""
    assert rows(layout, "PRAGMA integrity_check") == [("ok",)]
    assert counts(layout) == {"completed": total}
    assert not_once_completed(layout, total) == {}, _warm_events(layout)
    _assert_trace(layout)
    assert [row["status"] for row in read_metadata(layout)] == ["completed"] * total
    left = [path.name for path in layout.path.rglob("*") if path.name.endswith(".tmp")]
    assert left == []
    assert list(layout.requests.glob("*.json")) == [] and list(layout.status_dir.glob("*.json")) == []
    until(lambda: processes_of(layout) == [])
    for case_id in range(1, total + 1) if raws else ():
        assert all(plot.complete for plot in RawFile.open(layout.raw(case_id)).plots)


def not_once_completed(layout: RunLayout, total: int) -> dict[int, list[str]]:
    """The cases that have no completed attempt, or more than one, with all their attempts."""
    found: dict[int, list[str]] = {case_id: [] for case_id in range(1, total + 1)}
    columns = "case_id, seq, attempt, status, kind, action, warm, cold_why, message"
    for case_id, *told in rows(layout, f"SELECT {columns} FROM attempts ORDER BY seq"):
        found[int(str(case_id))].append(" ".join(map(str, told)))
    successes = Counter(
        row[0] for row in rows(layout, "SELECT case_id FROM attempts WHERE status='completed'")
    )
    return {case_id: told for case_id, told in found.items() if successes[case_id] != 1}


def _warm_events(layout: RunLayout) -> list[object]:
    """What the run said of its warm sessions."""
    return [row[0] for row in rows(layout, "SELECT message FROM events WHERE kind='warm'")]


def _assert_trace(layout: RunLayout) -> None:
    """The trace tells each attempt once."""
    told = [json.loads(line)["seq"] for line in layout.trace.read_text().splitlines()]
    assert told == [row[0] for row in rows(layout, "SELECT seq FROM attempts ORDER BY seq")]


def read_metadata(layout: RunLayout) -> list[dict[str, str]]:
    with layout.metadata_csv.open(newline="") as file:
        return list(csv.DictReader(file))


class MetadataReader:
    """Reads metadata.csv all the while, as a script beside a run would; `problems` tells what went wrong."""

    def __init__(self, layout: RunLayout, total: int) -> None:
        self.problems: list[str] = []
        self.times = 0
        self._layout, self._total = layout, total
        self._stopped = threading.Event()
        self._reading = threading.Lock()
        self._thread = threading.Thread(target=self._read)

    def __enter__(self) -> MetadataReader:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()

    @contextmanager
    def away(self) -> Iterator[None]:
        """Read nothing while the block lasts: the run is not where it was."""
        with self._reading:
            yield

    def _read(self) -> None:
        while not self._stopped.wait(0.01):
            self.times += 1
            with self._reading:
                problem = self._problem()
            if problem:
                self.problems.append(problem)

    def _problem(self) -> str:
        try:
            found = read_metadata(self._layout)
        except (OSError, csv.Error) as error:
            return repr(error)
        ids = [int(row["case_id"]) for row in found]
        if ids != list(range(1, self._total + 1)):
            return f"{len(ids)} rows"
        return "" if {row["status"] for row in found} <= STATUSES else "an unknown status"
