from __future__ import annotations

import json
from pathlib import Path

import pytest

from simorc.errors import SimorcError
from simorc.rundir.layout import RunLayout
from simorc.rundir.store.reader import RunReader
from simorc_tui.data.launcher import Launcher
from tests.tui.fake_run import SWEEP_FILE


async def test_a_run_is_built_by_the_command_line(project: Path) -> None:
    layout = await Launcher(project).build("pvt")
    assert layout.path.parent == project / "simulations"
    with RunReader(layout) as view:
        assert view.total == 9


async def test_a_draft_is_built_and_leaves_no_file_behind(project: Path) -> None:
    draft = SWEEP_FILE.replace("[1.62, 1.8, 1.98]", "[1.8]")
    layout = await Launcher(project).build("pvt", draft)
    with RunReader(layout) as view:
        assert view.total == 3
    assert layout.sweep == "pvt"
    assert (project / "sweeps" / "pvt.yaml").read_text() == SWEEP_FILE
    assert [entry.name for entry in (project / "sweeps").iterdir()] == ["pvt.yaml"]


async def test_what_is_wrong_is_said_in_the_command_lines_words(project: Path) -> None:
    with pytest.raises(SimorcError, match=r"^pvt \(not saved\):5:\d+: parameters.vdaa: not a parameter"):
        await Launcher(project).build("pvt", SWEEP_FILE.replace("vdd:", "vdaa:"))


async def test_a_request_is_a_file_for_the_runner(project: Path) -> None:
    layout = RunLayout(project / "simulations" / "pvt_20261121120000")
    layout.path.mkdir(parents=True)
    await Launcher(project).request(layout, "jobs", delta=1)
    (file,) = layout.requests.iterdir()
    assert json.loads(file.read_text())["data"] == {"delta": 1}
