"""The plot widget: zoom, pan, cursors, scales, and what a redraw costs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from textual.app import App, ComposeResult

from simorc.plots.backends.terminal.curves import PlotTrace
from simorc.plots.backends.terminal.plot import Panel, Strip
from simorc_tui.widgets.plot.cursors import Cursors
from simorc_tui.widgets.plot.plot_view import PlotView
from simorc_tui.widgets.plot.window import Window
from tests.counted_work import lines_run
from tests.waiting import screen_text


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


@pytest.mark.parametrize("size", [(80, 24), (160, 48)])
async def test_a_plot_fills_the_screen(size: tuple[int, int]) -> None:
    app = PlotApp(sines(500))
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        lines = screen_text(app).split("\n")
        assert len(lines) == size[1]
        assert "v(out)" in lines[0] and "v(in)" in lines[0]
        assert "0 ms" in lines[-1] and lines[-1].rstrip().endswith("time  1 ms")
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


@pytest.mark.parametrize(
    ("unit", "log_x", "printed"), [("V", False, "slope -50 mV/s"), ("dB", True, "dB/dec")]
)
def test_the_slope_between_two_cursors(unit: str, log_x: bool, printed: str) -> None:
    x = np.linspace(1.0, 101.0, 51)
    panel = Panel((Strip((PlotTrace.of("v(out)", x, 3 - 0.05 * x),), unit),), "s")
    lines = Cursors((10.0, 100.0)).readout(panel, log_x=log_x)
    assert printed in lines[1]
    assert (f"slope {-4.5:g} dB/dec" in lines[1]) is log_x
    assert "slope" not in lines[0] and "slope" not in Cursors((10.0,)).readout(panel)[1]


async def test_a_readout_fits_80_columns() -> None:
    x = np.linspace(0, 1e-6, 200)
    panel = Panel((Strip((PlotTrace.of("v(x1.out_minus)", x, -0.123456 + 123.456e3 * x),), "V"),), "s")
    app = PlotApp(panel)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("m", "m")
        assert max(map(len, app.plot.readout())) <= 80


def test_columns_of_a_readout_stand_below_each_other_and_names_give_way() -> None:
    x = np.linspace(0, 1e-6, 200)
    names = ("v(x1.amplifier.out_minus)", "v(x1.amplifier.out_plus)", "v(in)")
    traces = [PlotTrace.of(name, x, -0.123456 + 10**place * x) for place, name in enumerate(names, 3)]
    lines = Cursors((0.1e-6, 0.73456e-6)).readout(Panel((Strip(tuple(traces), "V"),), "s"), width=80)
    for sign in ("A ", "B ", "Δ "):
        assert len({line.index(f"  {sign}") for line in lines}) == 1, lines
    assert max(map(len, lines)) <= 80
    assert all("slope" in line and line.endswith("V/s") for line in lines[1:])
    shown = [line.split()[0] for line in lines[1:]]
    assert shown[0].startswith("v(x") and shown[0].endswith("us)") and "…" in shown[0]
    assert len(set(shown)) == 3
    assert Cursors((0.1e-6,)).readout(Panel((Strip(tuple(traces), "V"),), "s"))[1].split()[0] == names[0]


def two_strips() -> Panel:
    frequency = np.logspace(0, 6, 100)
    gain = PlotTrace.of("gain", frequency, -20 * np.log10(frequency))
    phase = PlotTrace.of("phase", frequency, -np.degrees(np.arctan(frequency / 1e3)))
    return Panel((Strip((gain,), "dB"), Strip((phase,), "°")), "Hz", "frequency", log_x=True)


async def test_y_zooms_and_pans_strip_by_strip() -> None:
    app = PlotApp(two_strips())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        gain, phase = app.plot._drawn.y_spans
        await pilot.press("greater_than_sign")
        middle, half = sum(gain) / 2, (gain[1] - gain[0]) / 4
        assert app.plot.window.heights[0] == pytest.approx((middle - half, middle + half))
        assert app.plot.window.heights[1] is None
        await pilot.press("k")
        assert app.plot.window.heights[0] == pytest.approx((middle - half / 2, middle + 1.5 * half))
        await pilot.press("down", "less_than_sign")
        assert app.plot.window.heights[0] == pytest.approx(gain)
        await pilot.press("s", "greater_than_sign")
        await pilot.pause()
        assert app.plot.window.heights[1] is not None
        assert "\u25b8 " in screen_text(app).split("\n")[12]
        await pilot.press("0")
        assert app.plot.window.heights == (None, None)
        await pilot.pause()
        assert app.plot._drawn.y_spans == (gain, phase)


async def test_y_zooms_around_the_curve_at_the_cursor() -> None:
    app = PlotApp(sines(5000))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("m")
        here = float(np.sin(2e4 * 0.5e-3))
        for _ in range(12):
            await pilot.press("greater_than_sign")
            await pilot.pause()
        low, high = app.plot.window.heights[0] or (0.0, 0.0)
        assert low < here < high and high - low < 1e-3
        for _ in range(60):
            await pilot.press("greater_than_sign")
        await pilot.pause()
        assert "cannot be drawn" not in screen_text(app)


async def test_a_curve_ends_at_the_edge_of_a_zoomed_y() -> None:
    x = np.array([0.0, 1.0, 2.0])
    app = PlotApp(Panel((Strip((PlotTrace.of("v(out)", x, np.array([0.0, 1.0, 0.0])),), "V"),), "s"))
    async with app.run_test(size=(80, 24)) as pilot:
        app.plot.window = replace(app.plot.window, heights=((0.25, 0.5),))
        app.plot.refresh()
        await pilot.pause()
        lines = screen_text(app).split("\n")[1:-2]
        columns = [[at for at, sign in enumerate(line) if "\u2800" < sign <= "\u28ff"] for line in lines]
        assert all(columns), "the curve crosses every line"
        assert not any(35 < at < 48 for line in columns for at in line), "the top is out of sight"


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
        assert "* v(out)" in text and "+ v(in)" in text and "0.2 ms" in text


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


async def test_zooming_and_panning_draws_columns_not_points() -> None:
    """Python runs about as many lines for a million points twice as for ten thousand."""
    few, many = [await lines_to_draw(points) for points in (10_000, 1_000_000)]
    assert many < 1.1 * few


async def lines_to_draw(points: int) -> int:
    app = PlotApp(sines(points))
    async with app.run_test(size=(160, 48)) as pilot:
        await pilot.pause()
        count = 0
        for step in range(12):
            app.plot.window = app.plot.window.zoomed(0.8, None) if step % 2 else app.plot.window.panned(0.1)
            count += lines_run(app.plot.drawn_strips)
        return count


def test_a_window_never_leaves_its_data() -> None:
    window = Window.over(sines(100))
    for factor in (0.5, 0.1, 3.0, 0.01, 50.0, 1e-12):
        window = window.zoomed(factor, 0.9e-3).panned(0.7).panned(-3)
        low, high = window.span or (1.0, 0.0)
        assert 0.0 <= low < high <= 1e-3
