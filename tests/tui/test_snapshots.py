"""Whole screens as text, at the two sizes people have. ``pytest --snapshot-update`` renews them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode
from textual.pilot import Pilot

from simorc_tui.app import SimorcApp
from simorc_tui.screens.main.main_screen import MainScreen
from simorc_tui.theme.profile import Profile
from tests.tui.fake_run import FakeRun
from tests.tui.operating_points import write_operating_point
from tests.waiting import screen_text

SIZES = {"160x48": (160, 48), "80x24": (80, 24)}
SCREENS = {
    "cases": "",
    "project": "1",
    "builder": "2 enter",
    "failed": "F",
    "sort": "s",
    "help": "question_mark",
    "details": "enter",
    "jump": "o",
    "copy": "y",
    "specs": "S",
    "group": "v 2",
    "columns": "C",
    "tour": "f2",
    "netlist": "N",
    "operating_point": "i",
    "operating_points": "j space k k i slash x m enter",
}


class ScreenText(SingleFileSnapshotExtension):
    """One text file per screen."""

    file_extension = "txt"
    _write_mode = WriteMode.TEXT


async def settled(pilot: Pilot[int], root: Path) -> str:
    """The screen once it has stopped changing; the project's directory is told apart from run to run."""
    before, same = "", 0
    while same < 12:
        await pilot.pause(0.03)
        text = screen_text(pilot.app).replace(str(root), "PROJECT")
        before, same = text, same + 1 if text == before else 0
    return before


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("screen", SCREENS)
async def test_screen(
    project: Path, make_run: Callable[..., FakeRun], snapshot: SnapshotAssertion, size: str, screen: str
) -> None:
    run = make_run(45)
    write_operating_point(run.layout, 7)
    write_operating_point(run.layout, 8, vds=0.1)
    app = SimorcApp(project, Profile(ssh=False, unicode=True, colours=True))
    async with app.run_test(size=SIZES[size]) as pilot:
        main = app.screen_stack[-1]
        assert isinstance(main, MainScreen)
        while (
            main.main.table.row_count != 45 or main.main.builder.cases != 9 or not main.main.case_view.ready
        ):
            await pilot.pause(0.02)
        await settled(pilot, project)
        for key in ("o 7 enter " + SCREENS[screen]).split():  # a case whose pane names no directory
            await pilot.press(key)
        assert await settled(pilot, project) == snapshot(extension_class=ScreenText)
