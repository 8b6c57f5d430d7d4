"""Expressions typed under the waveforms, and their spectra."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from simorc.errors import UsageError
from simorc.plots.backends.terminal.curves import PlotTrace
from simorc.plots.backends.terminal.plot import Panel, Strip
from simorc.plots.kept_view import spec_of_panel, spec_text
from simorc.plots.spec import read_plot_specs
from simorc.rundir.layout import RunLayout
from simorc_tui.screens.dialogs.choice import ChoiceScreen
from simorc_tui.screens.dialogs.prompt import PromptScreen
from simorc_tui.widgets.plot.expression_bar import ExpressionBar, WordSuggester
from simorc_tui.widgets.plot.plot_view import PlotView
from simorc_tui.widgets.plot.wave_chooser import WaveChooser
from simorc_tui.widgets.plot.wave_load import Request, load
from simorc_tui.widgets.plot.wave_view import WaveView
from tests.tui.widgets.test_wave_view import (
    TRAN,
    WaveApp,
    raw_text,
    with_manifest,
    write_raw,
)
from tests.waiting import screen_text, until_shown


def tones(points: int = 2000, amplitude: float = 1.0) -> np.ndarray:
    """v(in) a sine of 20 kHz, v(out) half of it above 1 V."""
    time = np.linspace(0, 1e-3, points)
    sine = amplitude * np.sin(2 * np.pi * 20e3 * time)
    return np.column_stack((time, sine, 1 + sine / 2))


@pytest.fixture
def layout(make_run: Callable[..., object]) -> RunLayout:
    found: RunLayout = make_run(60, filled=45).layout  # type: ignore[attr-defined]
    for case_id in (1, 2):
        write_raw(found, case_id, raw_text("Transient Analysis", TRAN, None, tones(amplitude=case_id)))
    return found


@asynccontextmanager
async def waves(
    layout: RunLayout, size: tuple[int, int] = (80, 24)
) -> AsyncIterator[tuple[WaveView, Pilot[None]]]:
    app = WaveApp()
    async with app.run_test(size=size) as pilot:
        app.query_one("MeasuresView").display = False
        app.wave.show_case(layout, 1)
        await until_shown(pilot, lambda: app.wave.picture.panel is not None)
        app.query_one(PlotView).focus()
        await pilot.pause()
        yield app.wave, pilot


async def type_text(pilot: Pilot[None], text: str) -> None:
    names = {"(": "left_parenthesis", ")": "right_parenthesis", "-": "minus", "*": "asterisk", "/": "slash"}
    await pilot.press(*(names.get(letter, letter) for letter in text))


def labels(wave: WaveView) -> list[str]:
    return [trace.label for strip in wave.plot.panel.strips for trace in strip.traces]


async def test_the_plot_follows_an_expression_while_it_is_typed(layout: RunLayout) -> None:
    async with waves(layout) as (wave, pilot):
        assert labels(wave) == ["v(out)"]
        await pilot.press("equals_sign")
        await type_text(pilot, "v(out)*v(in)")
        await until_shown(pilot, lambda: "v(out)*v(in)" in labels(wave))
        assert [strip.unit for strip in wave.plot.panel.strips] == ["V", "V^2"]
        await pilot.press("enter")
        await pilot.pause()
        assert wave.typed == ("v(out)*v(in)",) and isinstance(pilot.app.focused, PlotView)
        assert not wave.query_one(ExpressionBar).has_class("shown")
        wave.show_case(layout, 2)
        await until_shown(pilot, lambda: wave._shown == wave.request and wave.request.case_ids == (2,))
        curve = wave.plot.panel.strips[1].traces[0]
        assert curve.value_at(12.5e-6) == pytest.approx(2 * 2, rel=1e-2)
        wave.show_cases(layout, [1, 2])
        await until_shown(pilot, lambda: "case 2: v(out)*v(in)" in labels(wave))


async def test_mistakes_show_below_their_place(layout: RunLayout) -> None:
    async with waves(layout) as (wave, pilot):
        await pilot.press("equals_sign")
        await type_text(pilot, "v(out) * ")
        await until_shown(pilot, lambda: "^ expected a number" in screen_text(pilot.app))
        line = next(line for line in screen_text(pilot.app).split("\n") if "^ expected" in line)
        assert line.index("^") == 2 + len("v(out) *")
        await type_text(pilot, "v(nosuch)")
        await until_shown(pilot, lambda: "^ no signal v(nosuch)" in screen_text(pilot.app))
        line = next(line for line in screen_text(pilot.app).split("\n") if "^ no signal" in line)
        assert line.index("^") == 2 + len("v(out) * ")
        await pilot.press("enter")
        await pilot.pause()
        assert wave.query_one(ExpressionBar).has_class("shown") and wave.typed == ()
        await pilot.press("escape")
        await until_shown(pilot, lambda: wave._shown == wave.request and not wave.picture.problems)
        assert labels(wave) == ["v(out)"]


async def test_signals_and_functions_are_completed(layout: RunLayout) -> None:
    async with waves(layout) as (wave, pilot):
        await pilot.press("equals_sign")
        await type_text(pilot, "db(v(")
        await until_shown(pilot, lambda: "v(in)  v(out)" in screen_text(pilot.app))
        await type_text(pilot, "o")
        await until_shown(pilot, lambda: "v(in)  v(out)" not in screen_text(pilot.app))
        await pilot.press("tab")
        assert wave.query_one(ExpressionBar).field.value == "db(v(out)"
        await type_text(pilot, ")")
        await pilot.press("enter")
        await until_shown(pilot, lambda: "db(v(out))" in labels(wave))
        assert wave.plot.panel.strips[-1].unit == "dB"


async def test_words_complete_from_their_beginning() -> None:
    suggester = WordSuggester()
    suggester.words = ["v(out)", "v(outn)", "i(v1)", "db(", "deriv("]
    assert suggester.completions("1+v(ou") == (2, ["v(out)", "v(outn)"])
    assert suggester.completions("mag(d") == (4, ["db(", "deriv("])
    assert suggester.completions("v(out)")[1] == []
    assert await suggester.get_suggestion("2*DE") == "2*DEriv("


async def test_several_expressions_are_edited_and_taken_away(layout: RunLayout) -> None:
    async with waves(layout) as (wave, pilot):
        for text in ("v(out)-v(in)", "deriv(v(out))"):
            await pilot.press("equals_sign")
            await type_text(pilot, text)
            await pilot.press("enter")
            await until_shown(pilot, lambda text=text: text in labels(wave))  # type: ignore[misc]
        await pilot.press("equals_sign", "up")
        assert wave.query_one(ExpressionBar).field.value == "deriv(v(out))"
        await pilot.press("up", "end")
        await type_text(pilot, "*2")
        await pilot.press("enter")
        await until_shown(pilot, lambda: wave.typed == ("v(out)-v(in)*2", "deriv(v(out))"))
        await pilot.press("c")
        await until_shown(pilot, lambda: isinstance(pilot.app.screen, WaveChooser))
        await pilot.pause()
        await pilot.pause()
        assert isinstance(pilot.app.screen, WaveChooser)
        assert pilot.app.screen.marked == ["v(out)-v(in)*2", "deriv(v(out))", "v(out)"]
        await pilot.press("ctrl+d", "enter")
        await until_shown(pilot, lambda: labels(wave) == ["v(out)", "deriv(v(out))"])
        await pilot.press("c")
        await until_shown(pilot, lambda: isinstance(pilot.app.screen, WaveChooser))
        await pilot.pause()
        await pilot.press("space", "enter")
        await until_shown(pilot, lambda: labels(wave) == ["v(out)"])
        assert wave.typed == ("deriv(v(out))",), "still there to choose"
        await pilot.press("c")
        await until_shown(pilot, lambda: isinstance(pilot.app.screen, WaveChooser))
        await pilot.pause()
        await pilot.press("ctrl+e")
        await until_shown(pilot, lambda: wave.query_one(ExpressionBar).has_class("shown"))
        assert wave.query_one(ExpressionBar).field.value == "deriv(v(out))"
        await pilot.press("ctrl+u", "enter")
        await until_shown(pilot, lambda: wave.typed == ())


async def test_a_number_is_a_level_and_a_parameter_has_its_value(layout: RunLayout) -> None:
    async with waves(layout) as (wave, pilot):
        await pilot.press("equals_sign")
        await type_text(pilot, "max(v(out))*vdd")
        await pilot.press("enter")
        await until_shown(pilot, lambda: any("= 2.7" in label for label in labels(wave)))


async def test_the_spectrum_of_what_shows(layout: RunLayout) -> None:
    async with waves(layout) as (wave, pilot):
        await pilot.press("plus")
        part = wave.plot.window.part
        await pilot.press("f")
        await until_shown(pilot, lambda: wave.plot.panel.x_unit == "Hz")
        assert wave.request is not None and wave.request.spectrum is not None
        assert wave.request.spectrum.span == part
        curve = wave.plot.panel.strips[0].traces[0]
        assert curve.value_at(20e3) == pytest.approx(20 * np.log10(0.5), abs=0.1)
        await pilot.pause()
        text = screen_text(pilot.app)
        assert "FFT re 1 V, hann" in text and "dB" in text and "MHz" in text
        await pilot.press("B")
        await until_shown(pilot, lambda: "blackman" in wave.plot.panel.strips[0].title)
        await pilot.press("f")
        await until_shown(pilot, lambda: wave.plot.panel.x_unit == "s")
        assert wave.plot.window.part == part, "the same part of time as before"


async def test_a_window_of_few_points_has_no_spectrum_and_says_so(layout: RunLayout) -> None:
    async with waves(layout) as (wave, pilot):
        await pilot.press(*["plus"] * 10)
        part = wave.plot.window.part
        await pilot.press("f")
        await until_shown(pilot, lambda: "a spectrum needs 8" in wave.picture.note)
        await pilot.press("f")
        await until_shown(pilot, lambda: wave.picture.panel is not None)
        assert wave.plot.window.part == part


async def test_an_ac_plot_has_no_spectrum(layout: RunLayout) -> None:
    ac = [("frequency", "frequency"), ("v(in)", "voltage"), ("v(out)", "voltage")]
    write_raw(layout, 3, raw_text("AC Analysis", ac, None, np.column_stack([np.logspace(1, 3, 9)] * 3)))
    async with waves(layout) as (wave, pilot):
        wave.show_case(layout, 3)
        await until_shown(pilot, lambda: wave.picture.view == "AC Analysis")
        await pilot.press("f")
        await pilot.pause()
        assert wave.request is not None and wave.request.spectrum is None


async def write_as(pilot: Pilot[None], form: str, name: str) -> None:
    await pilot.press("f6")
    await until_shown(pilot, lambda: isinstance(pilot.app.screen, ChoiceScreen))
    await pilot.pause()
    await pilot.press(form)
    await until_shown(pilot, lambda: isinstance(pilot.app.screen, PromptScreen))
    await pilot.pause()
    if name:
        pilot.app.screen.query_one(Input).value = name
    await pilot.press("enter")
    await pilot.pause()


async def test_the_numbers_that_show_are_written(layout: RunLayout, tmp_path: Path) -> None:
    async with waves(layout) as (wave, pilot):
        await pilot.press("equals_sign")
        await type_text(pilot, "v(out)*v(in)")
        await pilot.press("enter")
        await until_shown(pilot, lambda: "v(out)*v(in)" in labels(wave))
        await pilot.press("plus")
        await write_as(pilot, "c", "")
        target = layout.reports / "case_1_transient_analysis.csv"
        await until_shown(pilot, target.is_file)
        lines = target.read_text().splitlines()
        assert lines[0] == "time (s),v(out) (V),v(out)*v(in) (V^2)"
        rows = np.array([[float(each) for each in line.split(",")] for line in lines[1:]])
        data = tones()
        seen = (data[:, 0] >= 0.25e-3) & (data[:, 0] <= 0.75e-3)
        assert np.array_equal(rows[:, :2], data[seen][:, [0, 2]]), "every digit of the window"


async def test_a_file_in_the_way_is_asked_about(layout: RunLayout, tmp_path: Path) -> None:
    target = tmp_path / "kept.svg"
    target.write_text("mine")
    async with waves(layout) as (_, pilot):
        await write_as(pilot, "s", str(target.with_suffix(".png")))
        assert isinstance(pilot.app.screen, PromptScreen), "the ending has to be that of the form"
        await pilot.press("escape")
        await write_as(pilot, "s", str(target))
        await until_shown(pilot, lambda: "already exists" in screen_text(pilot.app))
        await pilot.press("n")
        await pilot.pause(0.05)
        assert target.read_text() == "mine"
        await write_as(pilot, "s", str(target))
        await until_shown(pilot, lambda: "already exists" in screen_text(pilot.app))
        await pilot.press("y")
        await until_shown(pilot, lambda: target.read_text().startswith("<svg"))


async def test_without_matplotlib_the_remedy_is_told(
    layout: RunLayout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    async with waves(layout) as (_, pilot):
        await write_as(pilot, "p", str(tmp_path / "wave.png"))
        await until_shown(
            pilot, lambda: any("simorc-tui[report]" in n.message for n in pilot.app._notifications)
        )
        assert not (tmp_path / "wave.png").exists()


async def test_a_view_is_kept_as_a_plot_spec(layout: RunLayout, tmp_path: Path) -> None:
    async with waves(layout) as (wave, pilot):
        await pilot.press("equals_sign")
        await type_text(pilot, "v(out)*v(in)")
        await pilot.press("enter")
        await until_shown(pilot, lambda: "v(out)*v(in)" in labels(wave))
        await pilot.press("plus", "s", "s", "greater_than_sign", "f7")
        await until_shown(pilot, lambda: isinstance(pilot.app.screen, PromptScreen))
        await pilot.press("enter")
        target = layout.root / "plots" / "transient_analysis.yaml"
        await until_shown(pilot, target.is_file)
        (spec,) = read_plot_specs(target)
        assert spec.title == "transient analysis" and spec.x_axis.range == pytest.approx((0.25e-3, 0.75e-3))
        assert [strip.signals for strip in spec.strips] == [
            {"v(out)": "v(out)"},
            {"v(out)*v(in)": "v(out)*v(in)"},
        ]
        assert spec.strips[0].axis.range is None and spec.strips[1].axis.range is not None
        with_manifest(layout, plot_specs=["plots/transient_analysis.yaml"])
        again = load(Request(layout, (2,)))
        assert again.view == "transient analysis" and again.panel is not None
        assert again.panel.part == wave.plot.window.part
        assert [trace.label for strip in again.panel.strips for trace in strip.traces] == labels(wave)


async def test_a_spectrum_is_kept_as_a_plot_spec(layout: RunLayout, tmp_path: Path) -> None:
    async with waves(layout) as (wave, pilot):
        await pilot.press("f")
        await until_shown(pilot, lambda: wave.plot.panel.x_unit == "Hz")
        shown = wave.plot.panel.strips[0].traces[0]
        spec = spec_of_panel(wave.plot.panel, "tones")
        target = tmp_path / "tones.yaml"
        target.write_text(spec_text(spec))
        with_manifest(layout, plot_specs=[dict(spec)])
        again = load(Request(layout, (1,)))
        assert again.panel is not None and again.panel.x_unit == "Hz" and again.view == "tones"
        (trace,) = again.panel.strips[0].traces
        assert trace.value_at(20e3) == pytest.approx(shown.value_at(20e3))
        assert read_plot_specs(target)[0].strips[0].signals == {"v(out)": "db(spectrum(v(out), window=hann))"}


def test_several_cases_and_what_has_no_source() -> None:
    x = np.linspace(0, 1, 5)
    curves = tuple(PlotTrace.of(f"{case}: v(out)", x, x, "v(out)") for case in (3, 4))
    panel = Panel((Strip(curves, "V"), Strip((PlotTrace.of("a level", x, x),), "A")), "s", "time")
    spec = spec_of_panel(panel, "both", cases=(3, 4), log_x=True)
    assert spec["cases"] == [3, 4] and spec["x"]["scale"] == "log"
    assert spec["y"] == [{"unit": "V", "signals": {"v(out)": "v(out)"}}]
    with pytest.raises(UsageError, match="no visible trace"):
        spec_of_panel(Panel((panel.strips[1],), "s", "time"), "none")
