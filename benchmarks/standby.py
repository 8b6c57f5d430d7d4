"""From the key ``r`` of the interface to verdicts: with the standby process, and with processes of its own.

    python -m benchmarks.standby --rounds 3

Builds and runs a sweep of the sample project (45 cases) as the interface does. Prints seconds from the key to
the built run, its runner, the first verdict and the last: the best of the rounds, which alternate.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.tables import table
from benchmarks.workloads import sample
from simorc.rundir.store.reader import RunReader
from simorc_tui.data.launcher import Launcher
from simorc_tui.data.standby import Standby

SWEEP = "pvt_ac"
WANTED = {"first verdict": 0.2, "last verdict": 0.5}
STEP = 0.005


async def measure(launcher: Launcher) -> dict[str, float]:
    """Seconds from asking for a run to what came of it."""
    begun, seconds = time.monotonic(), {}

    def passed(what: str) -> None:
        seconds.setdefault(what, time.monotonic() - begun)

    layout = await launcher.build(SWEEP)
    passed("built")
    await launcher.start(layout)
    passed("runner")
    with RunReader(layout) as view:
        while (over := view.total - view.counts()["pending"] - view.counts()["in_progress"]) < view.total:
            if over:
                passed("first verdict")
            await asyncio.sleep(STEP)
    passed("last verdict")
    seconds.setdefault("first verdict", seconds["last verdict"])
    return seconds


async def compared(root: Path, rounds: int) -> dict[str, dict[str, float]]:
    """The best of the rounds for each way."""
    standby = Standby(root)
    ways = {"standby": Launcher(root, standby), "processes": Launcher(root)}
    ways["standby"].prepare()
    while not standby.ready:
        await asyncio.sleep(STEP)
    found = {name: [await measure(launcher)] for name, launcher in ways.items()}
    for _ in range(rounds - 1):
        for name, launcher in ways.items():
            found[name].append(await measure(launcher))
    ways["standby"].close()
    return {
        name: {what: min(each[what] for each in done) for what in done[0]} for name, done in found.items()
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args(arguments).rounds
    with tempfile.TemporaryDirectory() as directory:
        sample(Path(directory))
        best = asyncio.run(compared(Path(directory), rounds))
    rows = [["from the key to", "standby", "processes", "ratio", "wanted"]]
    for what, alone in best["processes"].items():
        seconds = best["standby"][what]
        wanted = f"{WANTED[what]:.1f} s" if what in WANTED else ""
        rows.append([what, f"{seconds:.2f} s", f"{alone:.2f} s", f"{alone / seconds:.1f}", wanted])
    print(table(rows))


if __name__ == "__main__":
    main()
