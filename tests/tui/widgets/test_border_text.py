"""A title that changes repaints its line; one that does not change repaints nothing."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.containers import Vertical
from textual.geometry import Region
from textual.widgets import Static

from simorc_tui.widgets.border_text import show_subtitle, show_title
from tests.waiting import screen_text


class Pane(Vertical):
    """A pane that records what of it is painted again."""

    DEFAULT_CSS = "Pane { border: round green; width: 30; height: 6; }"
    painted: list[tuple[Region, ...]]

    def refresh(self, *regions: Region, **more: bool) -> Pane:
        """Record the regions; none is all of it."""
        self.__dict__.setdefault("painted", []).append(regions)
        super().refresh(*regions, **more)
        return self


class OnePane(App[None]):
    """A program with one pane."""

    def compose(self) -> ComposeResult:
        with Pane():
            yield Static("words")


async def test_titles_repaint_their_line_only() -> None:
    app = OnePane()
    async with app.run_test(size=(40, 8)) as pilot:
        pane = app.query_one(Pane)
        await pilot.pause()
        pane.painted.clear()
        show_title(pane, "4 wave")
        show_subtitle(pane, "[bold]no convergence[/bold]")
        assert pane.painted == [(Region(-1, -1, 30, 1),), (Region(-1, 4, 30, 1),)]
        await pilot.pause()
        text = screen_text(app).splitlines()
        assert "4 wave" in text[0] and "no convergence" in text[5] and "words" in text[1]
        pane.painted.clear()
        show_title(pane, "4 wave")
        show_subtitle(pane, "[bold]no convergence[/bold]")
        assert pane.painted == []
        show_title(pane, "[reverse]4[/reverse] wave")
        assert len(pane.painted) == 1, "another style is another title"
        show_subtitle(pane, "")
        await pilot.pause()
        assert "no convergence" not in screen_text(app)
