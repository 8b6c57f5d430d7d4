"""simorc log: print the simulator log of a case."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import click

from simorc.cli.completion import RUNS
from simorc.cli.context import Scope, scoped
from simorc.cli.number_options import CountOption
from simorc.cli.output.tables import write
from simorc.errors import RunError
from simorc.regular_files import open_regular
from simorc.rundir.layout import RunLayout
from simorc.rundir.store.reader import RunReader
from simorc.text import plain

LOOK_EVERY = 0.2
LONGEST_LINE = 1 << 16


@click.command("log")
@click.argument("run", shell_complete=RUNS)
@click.argument("case", type=CountOption(min=1))
@click.option("--follow", "-f", is_flag=True, help="Print new lines until the case ends.")
@scoped
def command(scope: Scope, run: str, case: int, follow: bool) -> None:
    """Print the simulator log of CASE of RUN."""
    layout = scope.run(run)
    path = layout.log(case)
    if not follow:
        if not path.is_file():
            raise RunError(f"no log of case {case} of {layout.name}: {_status(layout, case)}")
        with open_regular(path) as log:
            write(_lines(log))
        return
    _follow(layout, case, path)


def _lines(log: BinaryIO) -> Iterator[str]:
    while line := log.readline(LONGEST_LINE):
        yield plain(line.decode("utf-8", errors="replace").rstrip("\r\n"))


def _follow(layout: RunLayout, case: int, path: Path) -> None:
    """Print what comes, until the case is over and its log read to the end."""
    while not path.is_file():
        if _over(layout, case):
            raise RunError(f"no log of case {case} of {layout.name}: {_status(layout, case)}")
        time.sleep(LOOK_EVERY)
    with open_regular(path) as log:
        while True:
            over = _over(layout, case)
            write(_lines(log))
            if over:
                return
            time.sleep(LOOK_EVERY)


def _over(layout: RunLayout, case: int) -> bool:
    return _status(layout, case) in ("completed", "failed")


def _status(layout: RunLayout, case: int) -> str:
    with RunReader(layout) as view:
        row = view.case(case)
        if row is None and case > view.total:
            raise RunError(f"no case {case} in {layout.name}: its cases are 1 to {view.total}")
    return "pending" if row is None else str(row["status"])
