"""The page as Chromium shows it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from simorc.dashboard.projects import WatchedProject
from tests.waiting import PATIENCE

pytest.importorskip("aiohttp")
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), "")


@pytest.mark.e2e
@pytest.mark.skipif(not CHROMIUM, reason="needs Chromium: apt install chromium")
def test_a_browser_shows_the_runs(watched: WatchedProject, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "simorc", "dashboard", str(watched.root), "--port", "0", "--token", "t"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as server:
        try:
            assert server.stdout is not None
            address = server.stdout.readline().strip()
            shown = _as_shown(address, tmp_path / "profile")
        finally:
            server.terminate()
    assert ">pvt_20260102000000</a>" in shown, "the script has drawn the rows"
    assert "2 runs, 0 running" in shown
    assert ">live</span>" in shown


def _as_shown(address: str, profile: Path) -> str:
    """The page as soon as its stream of changes is open; a busy machine gets longer."""
    options = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={profile}", "--dump-dom"]
    shown = ""
    for seconds in (4, 15, 60):
        command = [CHROMIUM, *options, f"--timeout={seconds * 1000}", address]
        shown = subprocess.run(command, capture_output=True, text=True, timeout=2 * PATIENCE).stdout
        if ">pvt_20260102000000</a>" in shown:
            break
    return shown
