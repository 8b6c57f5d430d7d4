"""A partial update paints what Textual's own compositor would, and asks only the widgets that changed."""

from __future__ import annotations

import random

import pytest
from textual._compositor import Compositor
from textual.app import App, ComposeResult
from textual.containers import Horizontal, Vertical
from textual.geometry import Region
from textual.screen import Screen
from textual.strip import Strip
from textual.widgets import Label, Static

from simorc_tui.theme.compositing import FrugalCompositor

pytestmark = pytest.mark.drawn

WIDTH, HEIGHT = 60, 16


class Panes(Screen[None]):
    """Panes with borders below a line, and one widget before the others."""

    CSS = """
    #line { height: 1; }
    .pane { border: round red; width: 1fr; height: 1fr; }
    #front { layer: front; dock: bottom; width: 12; height: 3; background: blue; }
    Panes { layers: back front; }
    """

    def __init__(self, compositor: Compositor) -> None:
        super().__init__()
        self._compositor = compositor

    def compose(self) -> ComposeResult:
        yield Static("status", id="line")
        with Horizontal():
            with Vertical(classes="pane"):
                yield Static("left\n" * 5, id="left")
            with Vertical(classes="pane"):
                yield Static("right one\nright two", id="right")
                yield Label("below", id="below")
        yield Static("front", id="front")


class PanesApp(App[None]):
    def __init__(self, compositor: Compositor) -> None:
        super().__init__()
        self._panes = Panes(compositor)

    def on_mount(self) -> None:
        self.push_screen(self._panes)


def cells_of(update: object, lines: list[list[str]]) -> None:
    """Write the update into `lines`, as a terminal would."""
    from rich.console import Console

    console = Console(width=WIDTH, height=HEIGHT)
    x = y = 0
    for segment in console.render(update, console.options.update(no_wrap=True)):  # type: ignore[call-overload]
        if segment.control:
            code = segment.control[0]
            x, y = int(code[1]), int(code[2])
            continue
        for letter in segment.text.replace("\n", ""):
            lines[y][x] = letter
            x += 1


@pytest.mark.parametrize("seed", range(5))
async def test_it_paints_what_the_stock_compositor_paints(seed: int) -> None:
    chance = random.Random(seed)
    regions = [
        {
            Region(
                chance.randrange(WIDTH - 5),
                chance.randrange(HEIGHT - 2),
                chance.randint(1, 30),
                chance.randint(1, 4),
            )
            for _ in range(chance.randint(1, 4))
        }
        for _ in range(10)
    ]
    painted = []
    for compositor in (Compositor(), FrugalCompositor()):
        app = PanesApp(compositor)
        async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
            await pilot.pause()
            frames = []
            for changed in regions:
                screen = Region(0, 0, WIDTH, HEIGHT)
                compositor._dirty_regions = {each.intersection(screen) for each in changed}
                lines = [[" "] * WIDTH for _ in range(HEIGHT)]
                cells_of(compositor.render_partial_update(), lines)
                frames.append(["".join(line) for line in lines])
            painted.append(frames)
    assert painted[0] == painted[1]
    assert any("right" in line or "left" in line for frame in painted[0] for line in frame)


async def test_only_what_changed_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    app = PanesApp(FrugalCompositor())
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        await pilot.pause()
        asked: list[str | None] = []

        def noting(widget: Static, crop: Region) -> list[Strip]:
            asked.append(widget.id)
            return render_lines(widget, crop)

        render_lines = Static.render_lines
        monkeypatch.setattr(Static, "render_lines", noting)
        app.screen.query_one("#line", Static).update("another")
        app.screen.query_one("#below", Label).update("other")
        await pilot.pause()
        await pilot.pause(0.1)
        assert set(asked) == {"line", "below"}
