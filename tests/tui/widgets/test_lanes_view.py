"""Lanes on screen: the cursor, zoom, pan and the selected signal."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import numpy as np
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from simorc.plots.backends.terminal.lanes import Lane
from simorc_tui.data.lanes import Lanes
from simorc_tui.widgets.lanes_view import LanesView

SIZE = (60, 10)
CLOCK = Lane("clk", 1, np.arange(10.0), tuple("01" * 5))
COUNT = Lane("count", 4, np.arange(0, 10, 2.0), tuple("0123a"), ((4.0, 6.0),))


class Shown(App[None]):
    def __init__(self, content: Lanes) -> None:
        super().__init__()
        self.content = content

    def get_css_variables(self) -> dict[str, str]:
        names = ("met", "failed", "focus")
        return super().get_css_variables() | {f"simorc-{name}": "#ffffff" for name in names}

    def compose(self) -> ComposeResult:
        yield LanesView()

    def on_mount(self) -> None:
        view = self.query_one(LanesView)
        view.show_lanes(self.content)
        view.focus()


@asynccontextmanager
async def shown(
    *lanes: Lane, unit: str = "s", start_at: float = 0.0
) -> AsyncIterator[tuple[Pilot[None], LanesView]]:
    app = Shown(Lanes(lanes, 10.0, unit, "", start_at=start_at))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        yield pilot, app.query_one(LanesView)


def lines(view: LanesView) -> list[str]:
    return [view.render_line(y).text.rstrip() for y in range(view.size.height)]


async def test_names_values_and_lanes() -> None:
    async with shown(CLOCK, COUNT) as (_, view):
        text = lines(view)
        assert "0 s" in text[0] and text[0].endswith("10 s")
        assert text[1].startswith("clk   0") and text[3].startswith("count 0    ⟨0      ⟩⟨1")
        assert text[-1].startswith("0 s ")
        assert all(len(line) <= SIZE[0] for line in text)


async def test_the_cursor_goes_from_change_to_change() -> None:
    async with shown(CLOCK, COUNT, start_at=2.0) as (pilot, view):
        assert (view.selected, view.cursor) == (1, 2.0)  # the first signal that is wrong
        await pilot.press("n", "n")
        assert view.cursor == 6.0 and lines(view)[3].startswith("count 3")
        await pilot.press("k", "N")
        assert view.selected == 0 and view.cursor == 5.0
        for _ in range(12):
            await pilot.press("N")
        assert view.cursor == 0.0


async def test_zoom_keeps_the_cursor_in_its_place() -> None:
    async with shown(CLOCK, start_at=5.0) as (pilot, view):
        await pilot.press("plus")
        assert view.span == (2.5, 7.5)
        await pilot.press("plus", "l")
        assert view.span == (4.375, 6.875)
        await pilot.press("0")
        assert view.span == (0.0, 10.0)
        await pilot.press("minus", "h", "l")
        assert view.span == (0.0, 10.0)


async def test_the_window_follows_a_cursor_that_leaves_it() -> None:
    async with shown(CLOCK) as (pilot, view):
        await pilot.press("plus", "plus", "plus")
        for _ in range(3):
            await pilot.press("n")
        assert view.span[0] <= view.cursor == 3.0 < view.span[1]
        for _ in range(400):
            view.action_nudge(1)
        assert view.cursor == 10.0


async def test_a_view_too_low_for_all_scrolls_to_the_selected_one() -> None:
    many = [Lane(f"s{number}", 1, np.array([0.0]), ("0",)) for number in range(20)]
    async with shown(*many) as (pilot, view):
        for _ in range(12):
            await pilot.press("j")
        text = lines(view)
        assert text[-2].startswith("s12 0") and "6-13 of 20" in text[-1]
        await pilot.click(LanesView, offset=(1, 1))
        assert view.selected == 5


async def test_cycles_have_edges() -> None:
    async with shown(COUNT, unit="cycle", start_at=1.5) as (_, view):
        assert lines(view)[-1].startswith("cycle 1, after the clock edge")


async def test_no_lanes_have_a_reason() -> None:
    async with shown() as (pilot, view):
        view.show_note("no waveforms")
        await pilot.press("n", "j", "plus", "h", "0", "left")
        assert lines(view)[0] == "no waveforms"


async def test_a_long_dump_begins_with_a_part_that_can_be_read() -> None:
    busy = Lane("clk", 1, np.arange(1000) / 100, tuple("01" * 500))
    async with shown(busy) as (pilot, view):
        first = view.span
        assert first[0] == 0.0 and 0.1 <= first[1] <= 0.25
        await pilot.press("0")
        assert tuple(view.span) == (0.0, 10.0)
    async with shown(busy, start_at=9.0) as (_, view):
        assert view.span[0] <= 9.0 < view.span[1]
