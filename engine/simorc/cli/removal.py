"""Removes runs for `simorc clean` and `--force`: never an active or a locked one, and after confirmation."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import click

from simorc.cli.output.tables import note, table
from simorc.errors import RunBusy, UsageError
from simorc.launch.start import runner_alive, runner_info
from simorc.rundir.layout import RunLayout, find_runs
from simorc.rundir.retention import lock_of, remove_run
from simorc.rundir.summary import RunSummary, summarise
from simorc.text import duration, message_line, plain

_HEADER = ("no", "run", "state", "completed", "cases", "size", "age", "note")
_RIGHT = frozenset({0, 3, 4, 5, 6})
_UNITS = ("B", "kB", "MB", "GB", "TB")


def removable(runs: Sequence[RunLayout]) -> list[RunLayout]:
    """Those of these that are neither live nor locked; the others are named with the reason."""
    idle = []
    for layout in runs:
        lock = lock_of(layout)
        if runner_alive(layout):
            note(f"kept {plain(layout.name)}: it is running")
        elif lock is not None:
            note(f"kept {plain(layout.name)}: {plain(str(lock))}")
        else:
            idle.append(layout)
    return idle


def earlier_runs(root: Path, sweep: str) -> list[RunLayout]:
    """The runs that ``--force`` removes: all of the sweep. Raises RunBusy while one of them is running."""
    runs = [run for run in find_runs(root) if run.sweep == sweep]
    for layout in runs:
        refuse_live(layout)
    return removable(runs)


def start_afresh(runs: Sequence[RunLayout], build: Callable[[], RunLayout], yes: bool) -> RunLayout:
    """Build a run, then remove the earlier `runs`, after confirmation unless `yes`: if the build fails,
    nothing is removed.
    """
    if runs and not yes:
        confirm(runs)
    layout = build()
    remove(runs)
    return layout


def refuse_live(layout: RunLayout) -> None:
    """Raise RunBusy for a run with an active runner."""
    info = runner_info(layout)
    if info is not None and info.is_alive():
        raise RunBusy(
            f"{layout.name} is running on {info.host} (pid {info.pid})",
            remedy=f"cancel it first: simorc cancel {layout.name}",
        )


def confirm(runs: Sequence[RunLayout]) -> None:
    """Prompt whether to remove these runs. Raises UsageError without a terminal, Abort for no."""
    if not sys.stdin.isatty():
        raise UsageError("confirmation needed, but there is no terminal", remedy="add --yes")
    for line in choices(runs):
        note(line)
    click.confirm(f"Remove {'this run' if len(runs) == 1 else 'these runs'}?", abort=True, err=True)


def remove(runs: Sequence[RunLayout]) -> None:
    """Remove the runs, one line each."""
    for layout in runs:
        refuse_live(layout)  # one may have been resumed since it was chosen
        remove_run(layout)
        note(f"removed {plain(layout.name)}")


def choices(runs: Sequence[RunLayout], now: float | None = None) -> Iterator[str]:
    """A numbered table of runs: state, completed cases, size on disk, age and note."""
    now = time.time() if now is None else now
    rows = [_cells(number, layout, summarise(layout), now) for number, layout in enumerate(runs, start=1)]
    return table(_HEADER, rows, right=_RIGHT)


def _cells(number: int, layout: RunLayout, summary: RunSummary, now: float) -> tuple[str, ...]:
    ended = summary.updated or summary.started
    return (
        str(number),
        plain(summary.shown),
        summary.shown_state,
        str(summary.counts["completed"]),
        str(summary.total),
        size_text(size_of(layout.path)),
        "" if ended is None else _age(max(0.0, now - ended)),
        message_line(summary.remarks.note.partition("\n")[0]),
    )


def size_of(directory: Path) -> int:
    """Bytes on disk below a directory; links are not followed, a file of several names counts once."""
    seen: set[tuple[int, int]] = set()
    total = 0
    for folder, _, names in os.walk(directory):
        for name in names:
            try:
                found = (Path(folder) / name).lstat()
            except OSError:
                continue
            if found.st_nlink == 1 or (found.st_dev, found.st_ino) not in seen:
                seen.add((found.st_dev, found.st_ino))
                total += found.st_blocks * 512
    return total


def size_text(size: int) -> str:
    """``812 kB``, ``1.4 GB``."""
    amount, unit = float(size), 0
    while amount >= 1000 and unit < len(_UNITS) - 1:
        amount, unit = amount / 1000, unit + 1
    return f"{amount:.3g} {_UNITS[unit]}" if amount < 999.5 else f"{amount:.0f} {_UNITS[unit]}"


def _age(seconds: float) -> str:
    days = seconds / 86400
    return f"{days:.0f} d" if days >= 2 else duration(seconds)
