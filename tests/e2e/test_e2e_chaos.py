"""scripts/chaos in short."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.waiting import PATIENCE

pytestmark = [pytest.mark.ngspice, pytest.mark.e2e]


def test_a_round_of_chaos(repository: Path) -> None:
    done = subprocess.run(
        [
            sys.executable,
            repository / "scripts/chaos",
            "--minutes",
            "0",
            "--cases",
            "80",
            "--seed",
            "5",
            "--no-disk",
        ],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "80 cases, none lost, none twice" in done.stdout
