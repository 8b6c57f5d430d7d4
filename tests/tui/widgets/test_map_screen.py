"""The pass and fail map of any size: a row is one line, and the cursor is always in view."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.app import App
from textual.widgets import Static

from simorc_tui.data.distributions import Map
from simorc_tui.data.plot_choices import map_choices
from simorc_tui.screens.dialogs.map_screen import MapScreen
from simorc_tui.screens.dialogs.result_screen import Drawing
from simorc_tui.theme.glyphs import UNICODE


def square(size: int) -> Map:
    names = tuple(f"{10 + place}" for place in range(size))
    cells = tuple(
        tuple(("fail" if row > column else "pass", 1 + row * size + column) for column in range(size))
        for row in range(size)
    )
    return Map("all specs", names, names, cells, "vdd", "temp")


def map_screen(found: Map) -> MapScreen:
    choices = map_choices((), (), {"vdd": found.columns, "temp": found.rows})
    return MapScreen(Drawing(choices, lambda _: found, lambda _: None, lambda _: Path("map")), found, UNICODE)


@pytest.mark.parametrize(("size", "wide"), [(3, 4), (30, 2), (50, 1)])
async def test_a_row_is_one_line(size: int, wide: int) -> None:
    app: App[None] = App()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = map_screen(square(size))
        app.push_screen(screen)
        await pilot.pause()
        head, *rows = screen.drawing().plain.split("\n")
        assert len(rows) == size and all(row.startswith(f"{10 + at}") for at, row in enumerate(rows))
        assert {len(row) for row in rows} == {3 + wide * size}
        assert "10" in head and f"{9 + size}" in head and len(head) <= 80
        lines = screen.query_one("#map", Static).size.height
        assert lines == size + 1, "nothing is wrapped"


async def test_columns_around_the_cursor_are_shown_and_named() -> None:
    app: App[None] = App()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = map_screen(square(200))
        app.push_screen(screen)
        await pilot.pause()
        assert "209" not in screen.drawing().plain.split("\n")[0]
        screen.action_move(199, 2)
        await pilot.pause()
        head, *rows = screen.drawing().plain.split("\n")
        assert head.endswith("209") and max(map(len, rows)) <= 76
        assert str(screen._caption()) == "temp=12 vdd=209  pass, case 600: press enter to go to it"
