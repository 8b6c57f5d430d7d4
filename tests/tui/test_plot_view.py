"""The plot widget: zoom, pan, cursors, scales, and what a redraw costs."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
import pytest
from textual.app import App, ComposeResult

from simorc.reports.terminal_curves import PlotTrace
from simorc.reports.terminal_plot import Panel, Strip
from simorc_tui.widgets.plot import PlotView
from simorc_tui.widgets.plot_cursors import Cursors
from simorc_tui.widgets.plot_window import Window


def sines(points: int) -> Panel:
    x = np.linspace(0, 1e-3, points)
    traces = (
        PlotTrace.of("v(out)", x, np.sin(2e4 * x)),
        PlotTrace.of("v(in)", x, np.cos(2e4 * x)),
    )
    return Panel((Strip(traces, "V"),), "s", "time")


def bode() -> Panel:
    frequency = np.logspace(0, 6, 100)
    gain = PlotTrace.of("gain", frequency, -20 * np.log10(frequency))
    return Panel((Strip((gain,), "dB"),), "Hz", "frequency", log_x=True)


class PlotApp(App[None]):
    """A plot and nothing else."""

    def __init__(self, panel: Panel, only_ascii: bool = False) -> None:
        super().__init__()
        self.panel = panel
        self.only_ascii = only_ascii

    def compose(self) -> ComposeResult:
        yield PlotView(self.panel)

    def on_mount(self) -> None:
        self.set_class(self.only_ascii, "ascii")
        self.query_one(PlotView).focus()

    @property
    def plot(self) -> PlotView:
        return self.query_one(PlotView)


def screen_text(app: App[None]) -> str:
    """What stands on the screen."""
    return "\n".join(
        "".join(segment.text for segment in strip) for strip in app.screen._compositor.render_strips()
    )


@pytest.mark.parametrize("size", [(80, 24), (160, 48)])
async def test_a_plot_fills_the_screen(size: tuple[int, int]) -> None:
    app = PlotApp(sines(500))
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        lines = screen_text(app).split("\n")
        assert len(lines) == size[1]
        assert "v(out)" in lines[0] and "v(in)" in lines[0]
        assert "0 s" in lines[-1] and lines[-1].rstrip().endswith("time")
        assert any("1 V┤" in line for line in lines)


async def test_zoom_pan_and_fit() -> None:
    app = PlotApp(sines(500))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("plus")
        assert app.plot.window.span == pytest.approx((0.25e-3, 0.75e-3))
        await pilot.press("l")
        assert app.plot.window.span == pytest.approx((0.375e-3, 0.875e-3))
        await pilot.press("l", "l", "l")
        assert app.plot.window.span == pytest.approx((0.5e-3, 1e-3)), (
            "the window stops at the end of the data"
        )
        await pilot.press("h")
        assert app.plot.window.span == pytest.approx((0.375e-3, 0.875e-3))
        assert "500 µs" in screen_text(app).split("\n")[-1]
        await pilot.press("0")
        assert app.plot.window.span == (0.0, 1e-3)
        await pilot.press("plus", "minus")
        assert app.plot.window.part is None


async def test_two_cursors_show_their_differences() -> None:
    app = PlotApp(sines(5000))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("m")
        assert app.plot.cursors.places == pytest.approx((0.5e-3,))
        await pilot.press("m")
        await pilot.pause()
        readout = app.plot.readout()
        assert "A 500 µs" in readout[0] and "B 750 µs" in readout[0]
        assert "Δ 250 µs" in readout[0] and "1/Δ 4 kHz" in readout[0]
        expected = np.sin(2e4 * 0.75e-3) - np.sin(2e4 * 0.5e-3)
        assert readout[1].split()[0] == "v(out)"
        assert f"Δ {expected:.3f}"[:6] in readout[1]
        assert "Δ 250 µs" in screen_text(app)
        await pilot.press("right", "right")
        moved = app.plot.cursors.places
        assert moved[0] == pytest.approx(0.5e-3) and moved[1] > 0.75e-3
        await pilot.press("v", "left")
        assert app.plot.cursors.places[0] < 0.5e-3
        await pilot.press("m")
        assert app.plot.cursors == Cursors()
        assert app.plot.readout() == []


async def test_zoom_holds_the_cursor_in_place() -> None:
    app = PlotApp(sines(500))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("m", "m", "plus")
        low, high = app.plot.window.span or (0.0, 0.0)
        assert (low, high) == pytest.approx((0.375e-3, 0.875e-3))


async def test_a_click_puts_the_cursor_there() -> None:
    app = PlotApp(sines(500))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.click(PlotView, offset=(79, 10))
        assert app.plot.cursors.places == pytest.approx((1e-3,))


async def test_scales_switch() -> None:
    app = PlotApp(bode())
    async with app.run_test(size=(80, 24)) as pilot:
        assert app.plot.window.log_x
        await pilot.pause()
        assert "100 Hz" in screen_text(app)
        await pilot.press("X")
        assert not app.plot.window.log_x
        await pilot.press("X", "plus")
        assert app.plot.window.span == pytest.approx((10**1.5, 10**4.5))
        await pilot.press("Y")
        assert app.plot.window.log_y


async def test_no_logarithmic_axis_without_positive_x() -> None:
    trace = PlotTrace.of("i(d1)", [-2.0, -1.0], [0.0, 1.0])
    app = PlotApp(Panel((Strip((trace,), "A"),), "V"))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("X")
        assert not app.plot.window.log_x


async def test_without_unicode_everything_is_ascii() -> None:
    app = PlotApp(sines(500), only_ascii=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("m", "m")
        await pilot.pause()
        text = screen_text(app)
        assert text.isascii()
        assert "* v(out)" in text and "+ v(in)" in text and "200 us" in text


async def test_a_note_stands_in_place_of_a_plot() -> None:
    app = PlotApp(sines(10))
    async with app.run_test(size=(80, 24)) as pilot:
        app.plot.show_note("case 17 is pending")
        await pilot.press("plus", "m", "X", "h", "0")
        assert "case 17 is pending" in screen_text(app)


async def test_a_growing_file_leaves_the_window_and_the_cursors_alone() -> None:
    app = PlotApp(sines(500))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("plus", "m")
        before = app.plot.window.span
        app.plot.show_panel(sines(600), keep_window=True)
        assert app.plot.window.span == before
        assert app.plot.cursors.places
        app.plot.show_panel(sines(600))
        assert app.plot.window.span == (0.0, 1e-3)


@pytest.fixture(scope="module")
def million() -> Iterator[Panel]:
    yield sines(1_000_000)


async def test_a_million_points_twice_zoom_and_pan_quickly(million: Panel) -> None:
    app = PlotApp(million)
    async with app.run_test(size=(160, 48)) as pilot:
        await pilot.pause()
        spent = []
        for step in range(12):
            app.plot.window = app.plot.window.zoomed(0.8, None) if step % 2 else app.plot.window.panned(0.1)
            started = time.process_time()
            app.plot.render()
            spent.append(time.process_time() - started)
        # 20 ms alone; the slack is for a machine busy with other tests.
        assert min(spent) < 0.06


def test_a_window_never_leaves_its_data() -> None:
    window = Window.over(sines(100))
    for factor in (0.5, 0.1, 3.0, 0.01, 50.0, 1e-12):
        window = window.zoomed(factor, 0.9e-3).panned(0.7).panned(-3)
        low, high = window.span or (1.0, 0.0)
        assert 0.0 <= low < high <= 1e-3
