"""Projects with runs that were made without a simulator."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from simorc.dashboard.projects import WatchedProject
from simorc.rundir.layout import RunLayout
from tests.made_runs import make_run  # noqa: F401 -- a fixture

ROWS = [
    ("completed", {"vdda": 3.0}, {"gain": 40.0}),
    ("completed", {"vdda": 3.3}, {"gain": 44.0}),
    ("failed", {"vdda": 3.6}, {}),
]
SPECS = {"gain": {"min": 41.0, "unit": "dB"}}


@pytest.fixture
def watched(tmp_path: Path, make_run: Callable[..., RunLayout]) -> WatchedProject:  # noqa: F811
    """A project with two runs of one sweep."""
    (tmp_path / "sim_setup.yaml").write_text("dut: {netlist: dut.spice}\n")
    for stamp in ("20260101000000", "20260102000000"):
        about = {"created": f"{stamp[:4]}-{stamp[4:6]}-{stamp[6:8]}T00:00:00+00:00"}
        git = {"commit": f"{stamp[7]}abcdef0123456", "dirty": False}
        host = {"name": "eda1", "system": "Linux", "user": "ann"}
        make_run(ROWS, name=f"pvt_{stamp}", specs=SPECS, host=host, git=git, **about)
    return WatchedProject("ota", tmp_path)
