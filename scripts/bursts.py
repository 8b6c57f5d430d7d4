"""Bursts of keys and clicks on the terminal interface, in one go each; ends with 0 if it took all of them."""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import sys
import tempfile
from collections import Counter
from pathlib import Path

from tests.tui.bursts import BurstFailed, prepare_project, run_bursts
from tests.tui.small_project import write_small_project

EACH = 500
"""Bursts before a new application on a new project: a burst may have changed its files."""


def main() -> int:
    """Bursts in rounds; the same seed posts the same keys."""
    parser = argparse.ArgumentParser(prog="scripts/bursts", description=__doc__)
    parser.add_argument("--bursts", type=int, default=500, help="how many")
    parser.add_argument("--seed", type=int, default=None, help="default: random, and printed")
    parser.add_argument("--size", default="80x24", help="columns and lines of the terminal")
    asked = parser.parse_args()
    seed = random.randrange(1_000_000) if asked.seed is None else asked.seed
    columns, lines = map(int, asked.size.split("x"))
    print(f"seed {seed}", flush=True)
    kinds: Counter[str] = Counter()
    while kinds.total() < asked.bursts:
        round_ = min(EACH, asked.bursts - kinds.total())
        try:
            kinds += one_round(round_, seed + kinds.total(), (columns, lines))
        except BurstFailed as failure:
            print(f"after {kinds.total()} bursts: {failure}", file=sys.stderr)
            return 1
        print(f"{kinds.total()} bursts: no exception, no dead end", flush=True)
    for name, times in kinds.most_common():
        print(f"{times:6d} x {name}")
    return 0


def one_round(bursts: int, seed: int, size: tuple[int, int]) -> Counter[str]:
    """Bursts on one application over a project of its own; the directory it runs in is a temporary one."""
    with tempfile.TemporaryDirectory(prefix="simorc-bursts-") as directory:
        project = Path(directory) / "project"
        project.mkdir()
        os.environ.update(XDG_STATE_HOME=f"{directory}/state", EDITOR="true")
        write_small_project(project)
        prepare_project(project)
        before = Path.cwd()
        os.chdir(project)
        try:
            return asyncio.run(run_bursts(project, bursts, seed, size))
        finally:
            os.chdir(before)


if __name__ == "__main__":
    sys.exit(main())
