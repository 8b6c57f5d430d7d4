"""The plot pane under load: two waveforms of a million points, zoomed and panned.

    python -m benchmarks.tui_plot
    python -m benchmarks.tui_plot --points 10000000 --keys 20

Prints the time from a key to the picture in a pseudo-terminal of 160x48, and the CPU it cost, in ms.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.pseudo_terminal import PseudoTerminal
from benchmarks.tui import make_project
from simorc.rundir.layout import RunLayout

KEYS = {"zoom": ("+", "+", "+", "-"), "pan": ("l", "h"), "zoom y": (">", "<"), "cursor": ("\x1b[C", "\x1b[D")}
HEAD = """Title: two million points
Date: today
Plotname: Transient Analysis
Flags: real
No. Variables: 3
No. Points: {points}
Variables:
\t0\ttime\ttime
\t1\tv(out)\tvoltage
\t2\tv(out2)\tvoltage
Binary:
"""


def write_raw(layout: RunLayout, points: int) -> None:
    """Case 1: a noisy sine and a sawtooth of `points` points."""
    time = np.linspace(0, 1e-3, points)
    noise = np.random.default_rng(1).normal(0, 0.05, points)
    rows = np.column_stack((time, np.sin(2e5 * time) + noise, (1e5 * time) % 1.0))
    layout.case_dir(1).mkdir(parents=True, exist_ok=True)
    layout.raw(1).write_bytes(HEAD.format(points=points).encode() + rows.tobytes())


def measure(layout: RunLayout, presses: int) -> dict[str, dict[str, float]]:
    """Milliseconds from key to picture (median and 95th percentile) and of CPU, for each kind of key."""
    with PseudoTerminal(layout.root, 160, 48) as terminal:
        if not terminal.wait_for("0012"):
            raise SystemExit(f"nothing was drawn: {terminal.seen[-400:]!r}")
        terminal.at_rest(1.0, 15.0)
        terminal.press("wz")
        if not terminal.wait_for("v(out2)"):
            raise SystemExit(f"no waveform was drawn: {terminal.seen[-400:]!r}")
        terminal.at_rest(1.0, 15.0)
        terminal.press("++m")
        return {name: _times(terminal, keys, presses) for name, keys in KEYS.items()}


def _times(terminal: PseudoTerminal, keys: tuple[str, ...], presses: int) -> dict[str, float]:
    times, cpu = [], 0.0
    for place in range(presses):
        terminal.at_rest(0.15, 2.0)
        before = terminal.cpu
        answer = terminal.answer_time(keys[place % len(keys)])
        terminal.at_rest(0.05, 2.0)
        cpu += terminal.cpu - before
        times.append(2.0 if answer is None else answer)
    return {
        "median": 1000 * statistics.median(times),
        "p95": 1000 * statistics.quantiles(times, n=20)[-1],
        "CPU": 1000 * cpu / presses,
    }


def main() -> None:
    """Measure and print what came out."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--points", type=int, default=1_000_000)
    parser.add_argument("--keys", type=int, default=40, help="presses of each kind")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="simorc-benchmark-") as directory:
        layout = make_project(Path(directory), 20)
        write_raw(layout, chosen.points)
        found = measure(layout, chosen.keys)
    if chosen.json:
        print(json.dumps(found, indent=1))
        return
    print(f"two traces of {chosen.points:,} points, 160x48: key to picture, ms")
    for what, row in found.items():
        print(f"  {what:10}" + "".join(f"  {name} {value:7.1f}" for name, value in row.items()))


if __name__ == "__main__":
    main()
