"""i on a case: its operating point, filtered, sorted, beside that of a marked case."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from textual.widgets import DataTable

from simorc_tui.screens.dialogs.operating_point_screen import OperatingPointScreen
from tests.tui.fake_run import FakeRun
from tests.tui.flows import Terminal, terminal
from tests.tui.operating_points import write_operating_point

MakeRun = Callable[..., FakeRun]


@pytest.fixture
def run(make_run: MakeRun) -> FakeRun:
    """Ten cases, of which 1 and 2 have an operating point."""
    made = make_run(10)
    write_operating_point(made.layout, 1)
    write_operating_point(made.layout, 2, vds=0.1)
    return made


async def _opened(user: Terminal, *keys: str) -> OperatingPointScreen:
    await user.until(lambda: user.screen.main.table.row_count == 10)
    await user.press("4", "3", *keys, "i")
    await user.until(lambda: isinstance(user.pilot.app.screen, OperatingPointScreen))
    screen = user.pilot.app.screen
    assert isinstance(screen, OperatingPointScreen)
    return screen


async def test_a_case_shows_its_devices(project: Path, run: FakeRun) -> None:
    async with terminal(project) as user:
        screen = await _opened(user)
        await user.sees(
            "operating point of case 1", "xota.xm5", "saturation", "10 µA", "100 µS", "7 of 7 devices"
        )
        await user.sees("active", "off")
        assert [row.device for row in screen.rows][:2] == ["xota.xm1", "xota.xm2"]
        await user.press("A")
        await user.sees("vth", "vds-vdsat")
        await user.press("escape")
        await user.until(lambda: user.pilot.app.screen is user.screen)


async def test_devices_are_filtered_and_sorted(project: Path, run: FakeRun) -> None:
    async with terminal(project) as user:
        screen = await _opened(user)
        await user.press("j", "slash")
        await user.type("kind=nmos")
        await user.press("enter")
        await user.sees("4 of 7 devices, filter: kind=nmos")
        assert screen.query_one(DataTable).cursor_row == 1, "the cursor stays on its device"
        await user.press("slash")
        await user.type(" gmm>1")
        await user.press("enter")
        await user.sees("gmm is not a quantity of an operating point")
        await user.press("escape", "s", *["down"] * 5, "enter")
        await user.sees("sorted by id")
        assert screen.rows[-1].device == "xoff.xm1"


async def test_a_marked_case_stands_beside(project: Path, run: FakeRun) -> None:
    async with terminal(project) as user:
        screen = await _opened(user, "j", "space", "k", "k")
        await user.sees("operating point of case 1 and case 2", "region 1", "region 2", "linear")
        tail = next(row for row in screen.rows if row.device == "xota.xm5")
        assert [point.region for point in tail.points if point] == ["saturation", "linear"]


async def test_a_case_without_a_netlist_says_so(project: Path, run: FakeRun) -> None:
    settings = '"settings": {"simulator": {"name": "ngspice"}, "execution": {}}'
    run.layout.manifest.write_text('{"format": 1, "inputs": {}, "template": "tb.spice", ' + settings + "}")
    async with terminal(project) as user:
        await user.until(lambda: user.screen.main.table.row_count == 10)
        await user.press("4", "3", "j", "j", "i")
        await user.sees("case 3 of", "has no netlist", "run the case first")
