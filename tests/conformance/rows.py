"""What is judged beside the decks: every expression and every spelling of a number against ngspice itself."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.conformance.plain import environment
from tests.measurements.against_ngspice import EXPRESSIONS, differences

ROOT = Path(__file__).parents[2]
NUMBERS = ROOT / "tests" / "test_numbers_in_ngspice.py"


def print_rows(executable: str, work: Path) -> int:
    """Print both rows; 1 if anything differs, else 0."""
    failed = _expressions(executable, work / "expressions") + _numbers(executable)
    return 1 if failed else 0


def _expressions(executable: str, work: Path) -> int:
    work.mkdir()
    found = differences(executable, work, environment=environment())
    total = sum(len(texts) for texts in EXPRESSIONS.values())
    print(f"expressions: {total} against ngspice's let, {len(found)} differ")
    for each in found:
        print(f"    {each}")
    return len(found)


def _numbers(executable: str) -> int:
    path = os.pathsep.join([str(Path(executable).parent), os.environ.get("PATH", "")])
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(NUMBERS)]
    own = os.environ | {"PATH": path}
    done = subprocess.run(command, cwd=ROOT, env=own, capture_output=True, text=True)
    print(f"numbers in every place of a deck: {(done.stdout.strip().splitlines() or ['nothing ran'])[-1]}")
    if done.returncode:
        print(done.stdout)
    return int(done.returncode != 0)
