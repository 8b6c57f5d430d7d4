"""The terminal interface under load: a run of a million cases, a thousand updates a second.

    python -m benchmarks.tui                 # all of it, about three minutes
    python -m benchmarks.tui --cases 20000 --seconds 5
    python -m benchmarks.tui --seconds 600   # is memory flat over ten minutes?

Prints one table for each profile: frames and KiB a second, share of one core, memory, key to paint, sorting
and filtering a million cases; beside it what Textual's own table and a bare Textual program cost.
"""

from __future__ import annotations

import argparse
import json
import random
import sqlite3
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.pseudo_terminal import PseudoTerminal
from simorc.rundir.layout import RunLayout
from simorc.rundir.store import connection as database

RUN = "big_20261121120000"
ROWS_AT_ONCE = 20_000
KEYS = {"cursor": ("j", "k"), "page": ("\x04", "\x15"), "pane": ("1", "3"), "end": ("G", "g")}


def make_project(root: Path, cases: int) -> RunLayout:
    """A project and a run of it with `cases` cases, as a runner would have left it half way."""
    (root / "testbenches" / "dc").mkdir(parents=True)
    (root / "sweeps").mkdir()
    (root / "testbenches" / "dc" / "tb.spice.j2").write_text(
        "rc {{ parameters.vdd }} {{ parameters.corner }}\n"
    )
    (root / "testbenches" / "dc" / "config.yaml").write_text("parameters: {vdd: 1.8, corner: tt}\n")
    (root / "sweeps" / "big.yaml").write_text(
        "testbench: dc\nparameters: {vdd: [1.62, 1.8], corner: [tt, ss]}\n"
    )
    (root / "sim_setup.yaml").write_text(
        "testbenches: {dc: testbenches/dc}\nsweeps: {big: sweeps/big.yaml}\n"
    )
    layout = RunLayout(root / "simulations" / RUN)
    layout.path.mkdir(parents=True)
    layout.manifest.write_text(json.dumps({"format": 1, "inputs": {}}))
    meta = {"state": "running", "sweep": "big", "testbench": "dc", "total": str(cases), "jobs": "8"}
    database.create(layout.database, meta)
    _fill(layout, cases)
    return layout


def _fill(layout: RunLayout, cases: int) -> None:
    db = sqlite3.connect(layout.database, isolation_level=None)
    columns = (
        ("p_vdd", "parameter", "vdd", "V"),
        ("p_corner", "parameter", "corner", ""),
        ("m_gain", "measurement", "gain", "dB"),
    )
    for position, column in enumerate(columns):
        db.execute(f'ALTER TABLE cases ADD COLUMN "{column[0]}"')
        db.execute(
            "INSERT INTO columns (name, role, label, unit, position) VALUES (?, ?, ?, ?, ?)",
            (*column, position),
        )
    names = "id, status, seconds, attempts, p_vdd, p_corner, m_gain"
    sql = f"INSERT INTO cases ({names}) VALUES (?, ?, 0.2, 1, ?, ?, ?)"
    for start in range(1, cases + 1, ROWS_AT_ONCE):
        db.execute("BEGIN")
        db.executemany(sql, (_row(case) for case in range(start, min(cases, start + ROWS_AT_ONCE - 1) + 1)))
        db.execute("COMMIT")
    half = cases // 2
    db.executemany(
        "INSERT OR REPLACE INTO counts VALUES (?, ?)", [("completed", half), ("pending", cases - half)]
    )
    db.close()


def _row(case: int) -> tuple[object, ...]:
    return (
        case,
        ("completed", "pending")[case % 2],
        (1.62, 1.8)[case % 2],
        ("tt", "ss")[case % 3 == 0],
        70 + case % 97 / 10,
    )


class Updates:
    """Changes cases in view at a given rate: ten changes in a transaction."""

    def __init__(self, layout: RunLayout, per_second: int, cases: int) -> None:
        self._layout, self._rate, self._among = layout, per_second, min(cases, 60)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._write, daemon=True)
        self.written = 0

    def __enter__(self) -> Updates:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(5)

    def _write(self) -> None:
        db = sqlite3.connect(self._layout.database, isolation_level=None, timeout=10)
        chance, batch, began = random.Random(1), 10, time.monotonic()
        while not self._stop.is_set():
            db.execute("BEGIN IMMEDIATE")
            for _ in range(batch):
                case, status = (
                    chance.randint(1, self._among),
                    chance.choice(("pending", "in_progress", "completed", "failed")),
                )
                db.execute(
                    "UPDATE cases SET status = ?, m_gain = ? WHERE id = ?",
                    (status, chance.uniform(60, 80), case),
                )
                db.execute("INSERT INTO changes (case_id) VALUES (?)", (case,))
            db.execute("DELETE FROM changes WHERE seq < (SELECT max(seq) FROM changes) - 50000")
            db.execute("COMMIT")
            self.written += batch
            time.sleep(max(0.0, began + self.written / self._rate - time.monotonic()))
        db.close()


def measure(
    layout: RunLayout, cases: int, seconds: float, rate: int, environment: dict[str, str]
) -> dict[str, float]:
    """One profile: first frame, rest, load."""
    with PseudoTerminal(layout.root, 160, 48, environment) as terminal:
        found: dict[str, float] = {}
        if not terminal.wait_for("3 cases"):
            raise SystemExit(f"nothing was drawn: {terminal.seen[-400:]!r}")
        found["first frame, s of CPU"] = terminal.first_frame
        terminal.wait_for("0012")
        terminal.at_rest(1.0, 15.0)
        found |= _delays(terminal)
        found["memory before, MB"] = terminal.memory
        with Updates(layout, rate, cases) as updates:
            time.sleep(2)
            found |= _load(terminal, seconds, lambda: updates.written)
        found["memory after, MB"] = terminal.memory
        return found | _searches(terminal)


def _delays(terminal: PseudoTerminal) -> dict[str, float]:
    """Key to paint at the 95th percentile, and the CPU of a key, which a busy machine leaves alone; in ms."""
    found = {}
    for name, keys in KEYS.items():
        times, cpu = [], terminal.cpu
        for place in range(40):
            terminal.at_rest(0.12, 2.0)
            answer = terminal.answer_time(keys[place % len(keys)])
            times.append(2.0 if answer is None else answer)
        found[f"a key, {name}, ms of CPU"] = 1000 * (terminal.cpu - cpu) / len(times)
        found[f"key to paint, {name}, p95 ms"] = 1000 * statistics.quantiles(times, n=20)[-1]
    return found


def _searches(terminal: PseudoTerminal) -> dict[str, float]:
    """Seconds from the last key to the cases in another order, and what a key waits for meanwhile, in ms."""
    found = {}
    for name, keys, last, word in (
        ("filter", "/gain>79.", "5", "match  /gain>79.5"),
        ("sort", "s" + "j" * 5, "\r", " gain↑"),
    ):
        terminal.press(keys)
        time.sleep(0.5)
        terminal.at_rest(1.0, 10.0)
        terminal.seen = b""
        began, waits = time.monotonic(), []
        terminal.press(last)
        while word.encode() not in terminal.seen and time.monotonic() < began + 20:
            if name == "sort" and time.monotonic() > began + 0.1 * (1 + len(waits)):
                waits.append(terminal.answer_time("j") or 2.0)
            time.sleep(0.002)
        found[f"{name}, s"] = time.monotonic() - began
        if waits:
            found["a key meanwhile, longest, ms"] = 1000 * max(waits)
        for key in ("\r" if name == "filter" else "g", "u"):
            terminal.at_rest(0.3, 5.0)
            terminal.press(key)
            time.sleep(0.5)
    return found


def rivals(project: Path, seconds: float) -> dict[str, float]:
    """Textual by itself: the first frame of one word, and its own table with as many updates a second."""
    with PseudoTerminal(project, 160, 48, module=("benchmarks.tui_rivals", "bare")) as terminal:
        terminal.wait_for("3 cases")
        found = {"bare Textual, first frame, s of CPU": terminal.first_frame}
    with PseudoTerminal(project, 160, 48, module=("benchmarks.tui_rivals", "table")) as terminal:
        terminal.wait_for("3 cases")
        time.sleep(2)
        cpu, frames, sent, began = terminal.cpu, terminal.frames, terminal.bytes, time.monotonic()
        time.sleep(seconds)
        took, used = time.monotonic() - began, terminal.cpu - cpu
    return found | {
        "DataTable of 100 rows, frames/s": (terminal.frames - frames) / took,
        "DataTable of 100 rows, KiB/s": (terminal.bytes - sent) / took / 1024,
        "DataTable of 100 rows, CPU, % of one core": 100 * used / took,
    }


def _load(terminal: PseudoTerminal, seconds: float, written: Callable[[], int]) -> dict[str, float]:
    began, cpu, sent, frames, updates = (
        time.monotonic(),
        terminal.cpu,
        terminal.bytes,
        terminal.frames,
        written(),
    )
    time.sleep(seconds)
    took = time.monotonic() - began
    return {
        "updates/s": (written() - updates) / took,
        "frames/s": (terminal.frames - frames) / took,
        "CPU, % of one core": 100 * (terminal.cpu - cpu) / took,
        "KiB/s": (terminal.bytes - sent) / took / 1024,
    }


def main() -> None:
    """Measure both profiles and print what came out."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--rate", type=int, default=1000, help="updates a second")
    parser.add_argument("--seconds", type=float, default=15.0, help="of load, in each profile")
    parser.add_argument("--profile", choices=("local", "ssh"), help="only this one")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of tables")
    chosen = parser.parse_args()
    profiles = {"local": {}, "ssh": {"SSH_CONNECTION": "10.0.0.1 22 10.0.0.2 22"}}
    with tempfile.TemporaryDirectory(prefix="simorc-benchmark-") as directory:
        layout = make_project(Path(directory), chosen.cases)
        results = {
            name: measure(layout, chosen.cases, chosen.seconds, chosen.rate, environment)
            for name, environment in profiles.items()
            if chosen.profile in (None, name)
        } | {"beside it": rivals(layout.root, min(chosen.seconds, 8.0))}
    if chosen.json:
        print(json.dumps(results, indent=1))
        return
    for name, found in results.items():
        print(f"{name}: {chosen.cases:,} cases, {chosen.rate} updates/s")
        for what, value in found.items():
            print(f"  {what:42} {value:10.2f}")


if __name__ == "__main__":
    main()
