"""The tuner: from a key to the new curve, with three corners of the sample amplifier and of a sky130 one.

    python -m benchmarks.tuner
    PDK_ROOT=... python -m benchmarks.tuner --keys 100

Prints the time from a key to the painted picture and the CPU of all processes, in ms. Each key moves a slider
by one step; the curves and the specs of three corners are simulated, read and drawn again.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
from textual.events import Key
from textual.pilot import Pilot

from benchmarks.tables import table
from benchmarks.workloads import kit, ota_tuned, sample
from simorc_tui.app import SimorcApp
from simorc_tui.screens.tuner.tuner_screen import TunerScreen
from simorc_tui.theme.profile import Profile

SIZE = (160, 48)
PATIENCE = 60.0
WARMING_UP = 3
LOCAL = Profile(ssh=False, unicode=True, colours=True)


@dataclass(frozen=True)
class Work:
    """A sweep, and the parameter of it that is moved."""

    title: str
    sweep: str
    parameter: str
    target: float
    """Milliseconds that 95 of 100 keys may take."""


SAMPLE = Work("sample OTA, 3 corners, AC", "pvt_ac", "w_in", 100)
SKY130 = Work("sky130 OTA, 3 corners, AC", "bench", "w_in", 150)


async def measure(root: Path, work: Work, keys: int) -> tuple[list[float], float]:
    """Milliseconds of each key, and milliseconds of CPU for one key."""
    app = SimorcApp(root, LOCAL)
    async with app.run_test(size=SIZE) as pilot:
        main = app.get_default_screen()
        await _until(pilot, lambda: work.sweep in [each.name for each in main.main.outline.sweeps])
        main.controllers.project.edit_sweep(work.sweep)
        await pilot.press("T")
        await _until(pilot, lambda: isinstance(app.screen, TunerScreen))
        screen = app.screen
        assert isinstance(screen, TunerScreen)
        names = [knob.name for knob in screen.model.knobs]
        for _ in range(names.index(work.parameter)):
            await pilot.press("down")
        await _until(pilot, lambda: _is_painted(screen))
        times = []
        for number in range(WARMING_UP + keys):
            if number == WARMING_UP:
                before = _cpu()
            times.append(await _time_of_key(app, screen, "right" if number % 20 < 10 else "left"))
            await asyncio.sleep(0.05)
        return times[WARMING_UP:], 1000 * (_cpu() - before) / keys


async def _time_of_key(app: SimorcApp, screen: TunerScreen, key: str) -> float:
    values = screen.model.values
    began = time.perf_counter()
    app.post_message(Key(key, None))
    while screen.model.values == values or not _is_painted(screen):
        if screen.model.problem or time.perf_counter() - began > PATIENCE:
            raise SystemExit(f"no new curve: {screen.model.problem or 'it took too long'}")
        await asyncio.sleep(0.001)
    return 1000 * (time.perf_counter() - began)


def _is_painted(screen: TunerScreen) -> bool:
    """Whether the picture on the screen is that of the sliders' values."""
    pane, shown = screen.curve_pane, screen.model.shown
    drawn, state = pane.drawn, pane.plot._state
    if shown is None or screen.model.stale or drawn is None or drawn.shown is not shown:
        return False
    return state is not None and state[0] is pane.plot.panel


def _cpu() -> float:
    """Seconds of this process and all below it."""
    total = 0.0
    for process in (psutil.Process(), *psutil.Process().children(recursive=True)):
        with suppress(psutil.Error):
            times = process.cpu_times()
            total += times.user + times.system
    return total


async def _until(pilot: Pilot[int], condition: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > until:
            raise SystemExit("the tuner did not start")
        await pilot.pause(0.02)


def rows(keys: int) -> list[Sequence[str]]:
    """The rows of the table, with a heading."""
    found: list[Sequence[str]] = [("work", "median", "p95", "largest", "CPU a key", "target of p95")]
    works = [(SAMPLE, sample), *([(SKY130, ota_tuned)] if kit() is not None else [])]
    for work, make in works:
        with tempfile.TemporaryDirectory(prefix="simorc-bench-") as directory:
            root = Path(directory) / "project"
            root.mkdir()
            make(root)
            times, cpu = asyncio.run(measure(root, work, keys))
        p95 = statistics.quantiles(times, n=20)[-1]
        values = (statistics.median(times), p95, max(times), cpu, work.target)
        found.append((work.title, *(f"{value:.0f} ms" for value in values)))
    return found


def main() -> None:
    """Measure and print what came out."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--keys", type=int, default=100, help="keys that are measured")
    print(table(rows(parser.parse_args().keys)))


if __name__ == "__main__":
    main()
