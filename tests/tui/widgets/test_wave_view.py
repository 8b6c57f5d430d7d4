"""The wave tab and the measures tab over real run directories and raw files."""

from __future__ import annotations

import json
import shutil
import struct
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from textual.app import App, ComposeResult

from simorc.rundir.layout import RunLayout
from simorc_tui.widgets.measures_view import MeasuresView, measures_of
from simorc_tui.widgets.plot import wave_view
from simorc_tui.widgets.plot.plot_view import PlotView
from simorc_tui.widgets.plot.wave_chooser import WaveChooser, matching
from simorc_tui.widgets.plot.wave_load import Picture, Request, load
from simorc_tui.widgets.plot.wave_view import WaveView
from tests.waiting import PATIENCE, screen_text, until_shown

RC = """rc low pass
v1 in 0 dc 1 ac 1 pulse(0 1 0 1n 1n 1 2)
r1 in out 1k
c1 out 0 1n
.control
op
write {raw}
set appendwrite
tran 10n 10u
write {raw}
ac dec 20 1 1g
write {raw}
quit
.endc
.end
"""


def raw_text(name: str, variables: Sequence[tuple[str, str]], rows: int | None, data: np.ndarray) -> bytes:
    """One plot of a raw file as ngspice writes it."""
    listing = "".join(f"\t{index}\t{label}\t{kind}\n" for index, (label, kind) in enumerate(variables))
    head = (
        f"Title: deck\nDate: today\nPlotname: {name}\nFlags: real\nNo. Variables: {len(variables)}\n"
        f"No. Points: {len(data) if rows is None else rows}\nVariables:\n{listing}Binary:\n"
    )
    return head.encode() + b"".join(struct.pack(f"<{len(row)}d", *row) for row in data)


def ramp(points: int, top: float = 1.0) -> np.ndarray:
    time = np.linspace(0, 1e-3, points)
    return np.column_stack((time, top * time / 1e-3, 1 - time / 1e-3))


TRAN = [("time", "time"), ("v(in)", "voltage"), ("v(out)", "voltage")]


def write_raw(layout: RunLayout, case_id: int, content: bytes) -> None:
    layout.case_dir(case_id).mkdir(parents=True, exist_ok=True)
    layout.raw(case_id).write_bytes(content)


class WaveApp(App[None]):
    """The wave tab and the measures tab."""

    def compose(self) -> ComposeResult:
        yield WaveView()
        yield MeasuresView()

    @property
    def wave(self) -> WaveView:
        return self.query_one(WaveView)


@pytest.fixture
def layout(make_run: Callable[..., object]) -> RunLayout:
    """A run of 45 cases; of case 46 on there is nothing yet."""
    found: RunLayout = make_run(60, filled=45).layout  # type: ignore[attr-defined]
    return found


def with_manifest(layout: RunLayout, **entries: object) -> None:
    layout.manifest.write_text(json.dumps({"format": 1, "testbench": "ac", **entries}))


async def test_a_case_is_drawn_with_its_output(layout: RunLayout) -> None:
    write_raw(layout, 1, raw_text("Transient Analysis", TRAN, None, ramp(200)))
    app = WaveApp()
    async with app.run_test(size=(160, 48)) as pilot:
        app.wave.show_case(layout, 1)
        await until_shown(pilot, lambda: app.wave.picture.panel is not None)
        await pilot.pause()
        text = screen_text(app)
        assert "Transient Analysis" in text and "v(out)" in text and "v(in)" not in text
        assert "1 ms" in text or "800 µs" in text


@pytest.mark.parametrize(
    ("case_id", "printed"),
    [
        (50, "case 50 is pending"),
        (7, "case 7 failed without waveforms: no convergence"),
        (1, "results.raw"),
    ],
)
async def test_without_a_raw_it_says_why(layout: RunLayout, case_id: int, printed: str) -> None:
    app = WaveApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.wave.show_case(layout, case_id)
        await until_shown(pilot, lambda: printed in app.wave.picture.note)
        app.wave.show_case(None, None)
        await pilot.pause()
        assert "No case selected." in screen_text(app)


def test_a_file_that_is_no_raw_is_named(layout: RunLayout) -> None:
    write_raw(layout, 1, b"\x00\x01 nonsense")
    picture = load(Request(layout, (1,)))
    assert picture.panel is None and "results.raw" in picture.note


async def test_running_down_the_cases_ends_at_the_last(layout: RunLayout) -> None:
    for case_id in range(1, 6):
        write_raw(layout, case_id, raw_text("Transient Analysis", TRAN, None, ramp(50, top=case_id)))
    app = WaveApp()
    async with app.run_test(size=(80, 24)) as pilot:
        for case_id in range(1, 6):
            app.wave.show_case(layout, case_id)
        await until_shown(pilot, lambda: app.wave._shown is not None)
        assert app.wave._shown == Request(layout, (5,))


async def test_chosen_traces_and_the_window_stay_from_case_to_case(layout: RunLayout) -> None:
    for case_id in (1, 2):
        write_raw(layout, case_id, raw_text("Transient Analysis", TRAN, None, ramp(50, top=case_id)))
    app = WaveApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.wave.show_case(layout, 1)
        await until_shown(pilot, lambda: app.wave.picture.panel is not None)
        app.query_one(PlotView).focus()
        await pilot.press("c")
        await until_shown(pilot, lambda: isinstance(app.screen, WaveChooser))
        await pilot.press("i", "n", "enter")
        await until_shown(pilot, lambda: app.wave.request == Request(layout, (1,), "", ("v(in)",)))
        await until_shown(pilot, lambda: app.wave._shown == app.wave.request)
        await pilot.press("plus")
        window = app.wave.plot.window.span
        app.wave.show_case(layout, 2)
        await until_shown(pilot, lambda: app.wave._shown == app.wave.request)
        panel = app.wave.plot.panel
        assert [trace.label for trace in panel.strips[0].traces] == ["v(in)"]
        assert panel.strips[0].traces[0].value_at(1e-3) == 2.0
        assert app.wave.plot.window.span == window


async def test_a_raw_that_grows_is_read_again(layout: RunLayout) -> None:
    write_raw(layout, 1, raw_text("Transient Analysis", TRAN, 0, ramp(200)[:50]))
    app = WaveApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.wave.show_case(layout, 1)
        await until_shown(pilot, lambda: app.wave.picture.panel is not None)
        await pilot.pause()
        assert "incomplete" in screen_text(app)
        write_raw(layout, 1, raw_text("Transient Analysis", TRAN, None, ramp(200)))
        await until_shown(pilot, lambda: app.wave.picture.caution == "")
        assert app.wave.plot.panel.x_span(log=False) == (0.0, 1e-3)


async def test_a_look_that_takes_longer_than_the_next_is_away_is_let_finish(
    layout: RunLayout, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed = ["case 3 is pending"]

    def slow(request: Request) -> Picture:
        note = printed[-1]
        time.sleep(0.05)
        return Picture(note)

    monkeypatch.setattr(wave_view, "LOOK_AGAIN_SECONDS", 0.01)
    monkeypatch.setattr(wave_view, "load", slow)
    app = WaveApp()
    async with app.run_test(size=(100, 40)) as pilot:
        app.wave.show_case(layout, 3)
        await until_shown(pilot, lambda: "case 3 is pending" in screen_text(app))
        printed.append("case 3 is running")
        await until_shown(pilot, lambda: "case 3 is running" in screen_text(app))


async def test_a_case_shown_again_says_anew_why_there_is_no_waveform(
    layout: RunLayout, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed = ["case 3 is pending"]
    monkeypatch.setattr(wave_view, "LOOK_AGAIN_SECONDS", 1000)
    monkeypatch.setattr(wave_view, "load", lambda request: Picture(printed[-1]))
    app = WaveApp()
    async with app.run_test(size=(100, 40)) as pilot:
        app.wave.show_case(layout, 3)
        await until_shown(pilot, lambda: "case 3 is pending" in screen_text(app))
        printed.append("case 3 is running")
        app.wave.show_case(layout, 3)
        await until_shown(pilot, lambda: "case 3 is running" in screen_text(app))


async def test_several_cases_lie_over_each_other(layout: RunLayout) -> None:
    for case_id in (1, 2):
        write_raw(layout, case_id, raw_text("Transient Analysis", TRAN, None, ramp(50)))
    app = WaveApp()
    async with app.run_test(size=(160, 48)) as pilot:
        app.wave.show_cases(layout, [1, 2, 50])
        await until_shown(pilot, lambda: app.wave.picture.panel is not None)
        await pilot.pause()
        text = screen_text(app)
        assert "1: v(out)" in text and "2: v(out)" in text and "no waveform: case 50" in text


def test_an_operating_point_is_a_table(layout: RunLayout) -> None:
    variables = [("v(out)", "voltage"), ("i(v1)", "current")]
    write_raw(layout, 1, raw_text("Operating Point", variables, None, np.array([[1.2345678, -1e-6]])))
    picture = load(Request(layout, (1,)))
    assert [(row.name, row.value) for row in picture.rows] == [("v(out)", "1.23457 V"), ("i(v1)", "-1 µA")]


def test_the_plot_specs_of_the_run_come_first(layout: RunLayout) -> None:
    (layout.inputs / "plots").mkdir(parents=True)
    (layout.inputs / "plots" / "step.yaml").write_text(
        "title: Step\nx: {signal: time, unit: s}\ny: [{label: voltage, unit: V, signals: {input: v(in)}}]\n"
    )
    ac_only = {"title": "Gain", "x": {"signal": "frequency"}, "y": [{"signals": ["vdb(nosuch)"]}]}
    with_manifest(layout, plot_specs=["plots/step.yaml", ac_only])
    write_raw(layout, 1, raw_text("Transient Analysis", TRAN, None, ramp(20)))
    picture = load(Request(layout, (1,)))
    assert picture.views == ("Step", "Transient Analysis")
    assert picture.panel is not None and picture.panel.strips[0].traces[0].label == "input"
    assert load(Request(layout, (1,), "Transient Analysis")).view == "Transient Analysis"
    chosen = load(Request(layout, (1,), "Step", ("v(out)",)))
    assert chosen.panel is not None and chosen.panel.strips[0].traces[0].label == "v(out)"


def test_names_are_found_by_a_few_letters() -> None:
    names = ["v(out)", "v(x1.outp)", "i(v1)"]
    assert matching(names, "") == names
    assert set(matching(names, "out")) == {"v(out)", "v(x1.outp)"}
    assert matching(names, "qq") == []


@pytest.mark.ngspice
@pytest.mark.parametrize("size", [(80, 24), (160, 48)])
async def test_real_raw_with_three_analyses(layout: RunLayout, tmp_path: Path, size: tuple[int, int]) -> None:
    layout.case_dir(1).mkdir(parents=True)
    deck = tmp_path / "rc.cir"
    deck.write_text(RC.format(raw=layout.raw(1)))
    ngspice = shutil.which("ngspice")
    assert ngspice is not None
    subprocess.run([ngspice, "-b", deck], cwd=tmp_path, capture_output=True, timeout=PATIENCE, check=True)
    app = WaveApp()
    async with app.run_test(size=size) as pilot:
        app.query_one(MeasuresView).display = False
        app.wave.show_case(layout, 1)
        await until_shown(pilot, lambda: app.wave.picture.panel is not None)
        assert app.wave.picture.views == ("Transient Analysis", "AC Analysis", "Operating Point")
        app.query_one(PlotView).focus()
        await pilot.press("right_square_bracket")
        await until_shown(pilot, lambda: app.wave.picture.view == "AC Analysis")
        await pilot.pause()
        text = screen_text(app)
        assert "AC Analysis [2/3]" in text and "0 dB" in text and "-90°" in text and "1 MHz" in text
        gain = app.wave.plot.panel.strips[0].traces[0]
        assert gain.value_at(1 / (2 * np.pi * 1e-6)) == pytest.approx(-3.01, abs=0.05)
        await pilot.press("right_square_bracket")
        await until_shown(pilot, lambda: app.wave.picture.view == "Operating Point")
        await pilot.pause()
        assert "v(out)" in screen_text(app)


async def test_measures_are_shown_with_limits_and_verdicts(layout: RunLayout) -> None:
    with_manifest(layout, specs={"gain": {"min": "75"}, "pm": {"min": 60}})
    app = WaveApp()
    async with app.run_test(size=(100, 30)) as pilot:
        measures = app.query_one(MeasuresView)
        measures.show_case(layout, 1)
        await until_shown(pilot, lambda: bool(measures.measures.rows))
        await pilot.pause()
        text = screen_text(app)
        assert "gain" in text and "79.9 dB" in text and ">= 75 dB" in text and "ok" in text
        assert "pm" in text and "missing" in text


def test_a_measure_outside_its_limits_fails_in_words(layout: RunLayout) -> None:
    with_manifest(layout, specs={"gain": {"max": 70, "corners": {"ss": {"max": 90}}}})
    by_case = {case_id: measures_of(layout, case_id).rows[0].status for case_id in (1, 2, 3, 7)}
    assert by_case == {1: "pass", 2: "fail", 3: "fail", 7: "error"}
    assert measures_of(layout, 7).note.startswith("case 7 failed: no convergence")
    assert measures_of(layout, 50).note == "case 50 is pending"
