"""python -m benchmarks.results [DIRECTORY]: from waveforms and a hundred thousand cases to a verdict.

Prints each figure beside what is wanted of it. Everything is made here; no simulator runs.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(REPOSITORY / "engine"), str(REPOSITORY)]

from simorc.config.definitions import measurements_of_json  # noqa: E402
from simorc.measurements.measure import measure_case  # noqa: E402 - after the path is set
from simorc.reports.datasheet import datasheet  # noqa: E402
from simorc.reports.html import html_report  # noqa: E402
from simorc.reports.junit import junit  # noqa: E402
from simorc.results.open_run import OpenRun  # noqa: E402
from simorc.results.specs import evaluate_specs  # noqa: E402
from simorc.results.statistics import sensitivities, summarise_values  # noqa: E402
from simorc.rundir.layout import RunLayout  # noqa: E402
from simorc.rundir.store import connection as database  # noqa: E402
from simorc.rundir.store.columns import add_column  # noqa: E402
from simorc.sweeps.plan import Plan  # noqa: E402
from simorc.waveforms.compression import pack  # noqa: E402

CASES = 100_000
RAW_BYTES = 100_000_000
QUANTITIES: dict[str, dict[str, Any]] = {
    "rise": {"measure": "rise_time", "args": {"signal": "v(out)"}},
    "slew": {"measure": "slew_rate", "args": {"signal": "v(out)"}},
    "over": {"measure": "overshoot", "args": {"signal": "v(out)"}},
    "settle": {"measure": "settling_time", "args": {"signal": "v(out)"}},
    "rms": {"measure": "rms", "args": {"signal": "v(in)"}},
    "mean": {"measure": "average", "args": {"signal": "v(in)"}},
    "pp": {"measure": "peak_to_peak", "args": {"signal": "v(x)"}},
    "period": {"measure": "period", "args": {"signal": "v(x)"}},
    "last": {"expr": "last(v(out))"},
    "gap": {"expr": "max(v(in) - v(out))"},
}
MEASUREMENTS = ("gain", "bw", "pm", "idd", "vos", "psrr")


def main() -> int:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="simorc-bench-", dir=next(iter(sys.argv[1:]), None)) as directory:
        _waveforms(Path(directory))
        _cases(Path(directory))
    return 0


def _told(what: str, wanted: str, work: Callable[[], object], rounds: int = 3) -> None:
    """Best of some rounds, as the machine may be shared."""
    best = np.inf
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - began)
    shown = f"{1e3 * best:.0f} ms" if best < 1 else f"{best:.2f} s"
    print(f"{what:<58} {shown:>10}   wanted: {wanted}", flush=True)


def _waveforms(directory: Path) -> None:
    raw = directory / "results.raw"
    points = RAW_BYTES // 32
    time_axis = np.linspace(0, 1e-3, points)
    step = 1 - np.exp(-time_axis / 1e-5) * np.cos(2e5 * time_axis)
    rows = np.column_stack((time_axis, np.sin(2e4 * time_axis), step, np.sin(1e5 * time_axis)))
    header = (
        f"Title: * t\nPlotname: Transient Analysis\nFlags: real\nNo. Variables: 4\nNo. Points: {points}\n"
        "Variables:\n\t0\ttime\ttime\n\t1\tv(in)\tvoltage\n\t2\tv(out)\tvoltage\n\t3\tv(x)\tvoltage\nBinary:\n"
    )
    raw.write_bytes(header.encode() + rows.tobytes())
    del rows, step, time_axis

    def measure(path: Path = raw) -> None:
        found = measure_case(
            measurements_of_json(QUANTITIES), path, parameters={}, meas_values={}, project_root=directory
        )
        assert not found.missing, found.missing

    _told(f"ten quantities of a raw file of {raw.stat().st_size / 1e6:.0f} MB", "1 s", measure)
    began = time.perf_counter()
    packed = pack(raw)
    took, size = time.perf_counter() - began, packed.stat().st_size / 1e6
    print(f"{'compressing it':<58} {took:>8.2f} s   to {size:.0f} MB")
    _told("ten quantities of the compressed file (the first time)", "-", lambda: measure(packed), rounds=1)


def _cases(directory: Path) -> None:
    layout = _run(directory)
    opened = OpenRun(layout)
    _told(f"reading {CASES:,} cases", "-", lambda: OpenRun(layout).frame)
    frame = opened.frame

    def statistics() -> None:
        for name in MEASUREMENTS:
            summarise_values(frame.values(name))
            sensitivities(frame, name)

    _told(f"statistics of {len(MEASUREMENTS)} measurements", "2 s", statistics)
    _told("the spec table of cases in memory", "100 ms", lambda: evaluate_specs(frame, opened.specs))
    _told("the spec table from the store", "-", lambda: OpenRun(layout).spec_results)
    _told("HTML, Markdown and JUnit reports from the store", "20 s", lambda: _reports(layout), rounds=1)


def _reports(layout: RunLayout) -> None:
    run = OpenRun(layout)
    for form in (html_report, datasheet, junit):
        assert form(run)


def _run(directory: Path) -> RunLayout:
    layout = RunLayout(directory / "simulations" / "mc_20260101000000")
    layout.results.mkdir(parents=True)
    plan = Plan.expand(
        {
            "parameters": {
                "vdda": [3.0, 3.3, 3.6, 3.9],
                "temp": [-40, 0, 27, 85, 125],
                "corner": list("abcde"),
            },
            "monte_carlo": {"samples": CASES // 100, "seed": 1},
        },
        defaults={"vdda": 3.3, "temp": 27, "corner": "a"},
    )
    manifest = {
        "format": 1,
        "run": layout.name,
        "sweep": "mc",
        "testbench": "ac",
        "total": len(plan),
        "plan": plan.to_json(),
        "measurements": {name: {"meas": name} for name in MEASUREMENTS},
        "specs": {name: {"min": -2.5, "max": 2.5, "near": "10%"} for name in MEASUREMENTS},
    }
    layout.manifest.write_text(json.dumps(manifest))
    database.create(layout.database, {"total": str(len(plan)), "state": "finished"})
    db = database.open_for_writing(layout.database)
    for name in ("vdda", "temp", "corner", "sample"):
        add_column(db, f"p_{name}", "parameter", name, "")
    for name in MEASUREMENTS:
        add_column(db, f"m_{name}", "measurement", name, "")
    values = np.random.default_rng(1).normal(size=(len(plan), len(MEASUREMENTS))).tolist()
    rows = (
        (case.id, "completed", None, None, 1, 1, None, 0.0, 0.01, *_plain(case.scope()), *measured)
        for case, measured in zip(plan, values, strict=True)
    )
    db.execute("BEGIN")
    db.executemany(f"INSERT INTO cases VALUES ({','.join('?' * (13 + len(MEASUREMENTS)))})", rows)
    db.execute("COMMIT")
    db.close()
    return layout


def _plain(scope: dict[str, Any]) -> list[Any]:
    return [value if isinstance(value, str) else float(value) for value in scope.values()]


if __name__ == "__main__":
    sys.exit(main())
