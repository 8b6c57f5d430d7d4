"""Waveforms drawn with characters: ticks, outlines, panels."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simorc.errors import UsageError
from simorc.plots.backends.terminal.curves import PlotTrace, outline
from simorc.plots.backends.terminal.plot import Look, Panel, Strip, draw_panel, terminal_plot
from simorc.plots.backends.terminal.specs import panel_from_spec
from simorc.plots.backends.terminal.spectra import Spectrum, spectra_of
from simorc.plots.backends.terminal.strips import default_names, overlaid, panel_of, signal
from simorc.plots.ticks import rounded_range, ticks, value_at
from simorc.waveforms.header import Variable

ANSI = re.compile(r"\x1b\[[0-9;]*m")


@dataclass
class FakePlot:
    """A plot of a raw file, in memory."""

    name: str
    columns: dict[str, Any]
    kinds: Sequence[str]
    title: str = "deck"
    has_axis: bool = True

    @property
    def variables(self) -> list[Variable]:
        return [Variable(*pair) for pair in zip(self.columns, self.kinds, strict=True)]

    @property
    def axis(self) -> Any:
        return np.real(next(iter(self.columns.values()))) if self.has_axis else None

    def trace(self, name: str) -> Any:
        return self.columns[name]


def low_pass(corner: float = 1e5) -> FakePlot:
    frequency = np.logspace(0, 9, 300)
    response = 100 / (1 + 1j * frequency / corner)
    columns = {
        "frequency": frequency + 0j,
        "v(out)": response,
        "v(in)": np.ones(300) + 0j,
        "i(v1)": response / 1e3,
    }
    return FakePlot("AC Analysis", columns, ["frequency", "voltage", "voltage", "current"])


def sine(points: int = 1000) -> PlotTrace:
    x = np.linspace(0, 1e-3, points)
    return PlotTrace.of("v(out)", x, np.sin(2 * np.pi * 2e3 * x))


def labels(low: float, high: float, most: int = 5, *, log: bool = False, unit: str = "") -> list[str]:
    return [tick.label for tick in ticks(low, high, most, log=log, unit=unit) if tick.label]


def test_ticks_are_round_and_in_si_units() -> None:
    assert labels(0, 1e-3, unit="s") == ["0 ms", "0.2 ms", "0.4 ms", "0.6 ms", "0.8 ms", "1 ms"]
    assert labels(-1.08, 1.08, 3, unit="V") == ["-1.08 V", "0 V", "1.08 V"]


def test_ticks_of_a_phase_are_parts_of_a_turn() -> None:
    assert labels(-182, 2, 5, unit="°") == ["-182°", "-135°", "-90°", "-45°", "2°"]


def test_close_ticks_keep_the_digits_that_tell_them_apart() -> None:
    found = labels(1.80001, 1.80009, 4, unit="V")
    assert len(found) == len(set(found)) >= 3
    assert all(label.startswith("1.8000") for label in found)


def test_ticks_of_a_logarithmic_axis_are_decades() -> None:
    assert labels(1, 1e6, 4, log=True, unit="Hz") == ["1 Hz", "100 Hz", "10 kHz", "1 MHz"]
    assert labels(100, 900, 6, log=True, unit="Hz") == ["100 Hz", "200 Hz", "500 Hz", "900 Hz"]


def test_an_end_that_is_no_round_value_is_labelled_too() -> None:
    found = ticks(0, 1.05e-3, 5, unit="s")
    assert (found[0].label, found[-1].label) == ("0 ms", "1.05 ms")
    assert [tick.label for tick in found[-3:]] == ["0.5 ms", "", "1.05 ms"]


def test_a_count_has_whole_ticks_only() -> None:
    assert [tick.label for tick in ticks(0, 3, 8, whole=True)] == ["0", "1", "2", "3"]
    assert [tick.label for tick in ticks(0, 1, 8, whole=True)] == ["0", "1"]
    assert [tick.label for tick in ticks(0.5, 1.5, 8, whole=True)] == ["1"]


@given(st.integers(-50, 10), st.integers(1, 60), st.integers(1, 20))
def test_the_ticks_of_a_rounded_count_are_whole_and_reach_both_ends(low: int, width: int, most: int) -> None:
    span = rounded_range(low, low + width, whole=True)
    found = ticks(*span, most, whole=True)
    assert all(float(tick.label) == int(float(tick.label)) for tick in found if tick.label)
    assert (float(found[0].label), float(found[-1].label)) == span


@given(st.floats(-1e9, 1e9), st.floats(1e-3, 1e9), st.integers(2, 20), st.sampled_from(["V", "s", "", "°"]))
def test_an_axis_has_even_ticks_one_prefix_and_both_ends(
    low: float, width: float, most: int, unit: str
) -> None:
    found = ticks(low, low + width, most, unit=unit)
    assert (found[0].place, found[-1].place) == (0.0, 1.0) and found[0].label and found[-1].label
    assert len({re.sub(r"[-+.\d]|e[-+]\d+", "", tick.label) for tick in found if tick.label}) == 1
    inner = [tick.place for tick in found[1:-1]]
    assert np.diff(inner, 2) == pytest.approx(0, abs=1e-5 + 1e-14 * abs(low) / width)


@given(st.floats(-1e9, 1e9), st.floats(1e-3, 1e9), st.sampled_from(["V", "dB", "", "°"]))
def test_a_rounded_range_contains_the_data_and_is_little_wider(low: float, width: float, unit: str) -> None:
    first, last = rounded_range(low, low + width, unit=unit)
    assert first <= low and last >= low + width
    assert last - first <= 2.6 * width


@given(st.floats(1e-15, 1e9), st.floats(1.1, 1e9))
def test_a_rounded_logarithmic_range_contains_the_data(low: float, ratio: float) -> None:
    first, last = rounded_range(low, low * ratio, log=True)
    assert low / 2.6 <= first <= low * (1 + 1e-9)
    assert low * ratio * (1 - 1e-9) <= last <= 2.6 * low * ratio


@given(st.text("abc ", max_size=30), st.floats(0, 1), st.floats(0.01, 2), st.integers(20, 120))
@settings(max_examples=20)
def test_the_name_of_x_lies_over_no_label(label: str, low: float, width: float, columns: int) -> None:
    trace = PlotTrace.of("a", [low, low + width], [0.0, 1.0])
    ends = [tick.label for tick in ticks(low, low + width, 2, unit="V")]
    line = terminal_plot([trace], width=columns, height=8, x_unit="V", x_label=label, coloured=False).split(
        "\n"
    )[-1]
    assert line.lstrip().startswith(ends[0]) and line.endswith(ends[-1])


@given(st.floats(-1e12, 1e12), st.floats(1e-12, 1e12), st.integers(1, 20), st.booleans())
def test_ticks_stand_on_the_axis_in_order(low: float, width: float, most: int, log: bool) -> None:
    low = abs(low) + 1e-9 if log else low
    places = [tick.place for tick in ticks(low, low + width, most, log=log)]
    assert places == sorted(places)
    assert all(-1e-6 <= place <= 1 + 1e-6 for place in places)


def test_a_place_is_read_back_as_its_value() -> None:
    assert value_at(0.5, 0.0, 10.0) == 5.0
    assert value_at(0.5, 1.0, 100.0, log=True) == pytest.approx(10.0)


def test_an_outline_is_small_and_keeps_every_spike() -> None:
    x = np.linspace(0, 1, 1_000_000)
    y = np.sin(x)
    y[123_456], y[777_777] = 5.0, -7.0
    (branch,) = PlotTrace.of("a", x, y).branches
    across, along = outline(branch, (0.0, 1.0), 100)
    assert across.size <= 2 * 100 + 2
    assert (along.max(), along.min()) == (5.0, -7.0)
    assert (np.diff(across) >= 0).all()


def test_a_zoomed_outline_reaches_both_edges() -> None:
    (branch,) = PlotTrace.of("a", [0.0, 10.0], [0.0, 100.0]).branches
    across, along = outline(branch, (4.0, 5.0), 50)
    assert across.tolist() == [4.0, 5.0]
    assert along.tolist() == pytest.approx([40.0, 50.0])


@given(
    st.lists(st.tuples(st.floats(-1e3, 1e3), st.floats(-1e3, 1e3)), min_size=1, max_size=60),
    st.integers(1, 40),
)
@settings(max_examples=60)
def test_an_outline_never_leaves_the_span_of_the_data(
    points: list[tuple[float, float]], columns: int
) -> None:
    x, y = (np.array(values) for values in zip(*points, strict=True))
    trace = PlotTrace.of("a", x, y)
    for branch in trace.branches:
        across, along = outline(branch, (-500.0, 500.0), columns)
        assert across.size == along.size <= 2 * columns + 2
        assert all(-500 <= value <= 500 for value in across)
        assert not along.size or (y.min() - 1e-6 <= along.min() and along.max() <= y.max() + 1e-6)


def test_a_nested_sweep_is_one_branch_for_each_pass() -> None:
    x = np.tile(np.linspace(0, 1, 11), 3)
    trace = PlotTrace.of("id", x, np.arange(33.0))
    assert [branch[1][0] for branch in trace.branches] == [0.0, 11.0, 22.0]


def test_a_falling_sweep_is_turned_round() -> None:
    trace = PlotTrace.of("id", [3.0, 2.0, 1.0], [30.0, 20.0, 10.0])
    assert trace.branches[0][0].tolist() == [1.0, 2.0, 3.0]
    assert trace.value_at(1.5) == 15.0
    assert trace.value_at(3.5) is None


def test_what_is_not_finite_is_a_gap() -> None:
    trace = PlotTrace.of("a", [0.0, 1.0, 2.0, np.nan], [1.0, np.inf, 1.0, 1.0])
    assert trace.x_span() == (0.0, 2.0)
    assert trace.value_at(0.5) is None
    assert len(terminal_plot([trace], width=40, height=8).split("\n")) == 8


def test_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="shape"):
        PlotTrace.of("a", [0.0, 1.0], [0.0])


@pytest.mark.parametrize(("width", "height"), [(80, 24), (160, 48), (20, 5), (33, 7)])
@pytest.mark.parametrize("only_ascii", [False, True])
def test_a_plot_fills_its_size_exactly(width: int, height: int, only_ascii: bool) -> None:
    text = terminal_plot(
        [sine(), sine(50)], width=width, height=height, ascii=only_ascii, x_unit="s", y_unit="V"
    )
    lines = [ANSI.sub("", line) for line in text.split("\n")]
    assert len(lines) == height
    assert {len(line) for line in lines} == {width}


def test_a_plot_shows_its_curve_its_ticks_and_its_legend() -> None:
    text = terminal_plot(
        [sine()], width=80, height=20, x_unit="s", y_unit="V", x_label="time", coloured=False
    )
    lines = text.split("\n")
    assert "━━ v(out)" in lines[0]
    assert "1 V┤" in text and "-1 V┤" in text and "0.4 ms" in lines[-1] and lines[-1].endswith("time  1 ms")
    canvas = [line.split("┤")[-1].split("│")[-1] for line in lines[1:-2]]
    assert sum(cell != " " for line in canvas for cell in line) > 80
    assert canvas[len(canvas) // 2].strip()


def test_an_ascii_plot_is_ascii_and_tells_curves_apart_by_their_signs() -> None:
    x = np.linspace(0, 1e-6, 100)
    traces = [PlotTrace.of("v(a)", x, x), PlotTrace.of("v(µ)", x, 1e-6 - x)]
    text = terminal_plot(traces, width=60, height=12, x_unit="s", y_unit="V", ascii=True, coloured=False)
    assert text.isascii()
    assert "* v(a)" in text and "+ v(u)" in text and "0.5 us" in text
    assert all(sum(sign in line for line in text.split("\n")[1:]) > 3 for sign in "*")


def test_colour_is_only_there_when_wanted() -> None:
    assert "\x1b[" not in terminal_plot([sine()], coloured=False)
    coloured = terminal_plot([sine(), sine(7)], coloured=True)
    assert "\x1b[38;5;75m" in coloured and "\x1b[38;5;179m" in coloured


def test_a_constant_is_a_line_in_the_middle() -> None:
    trace = PlotTrace.of("v(vdd)", [0.0, 1.0], [1.8, 1.8])
    lines = terminal_plot([trace], width=40, height=13, coloured=False).split("\n")
    drawn = [number for number, line in enumerate(lines[1:-2]) if re.search("[\u2801-\u28ff]", line)]
    assert drawn == [5]


def test_one_point_and_no_point_do_no_harm() -> None:
    assert "too small" not in terminal_plot([PlotTrace.of("a", [1.0], [1.0])], width=40, height=10)
    assert "nothing to draw" in terminal_plot([PlotTrace.of("a", [], [])], width=40, height=10)
    assert "too small" in terminal_plot([sine()], width=30, height=3)


def test_a_title_cannot_send_escape_sequences() -> None:
    text = terminal_plot([sine()], title="\x1b]0;owned\x07", coloured=False)
    assert "\x1b" not in text and "^[" in text


def test_a_logarithmic_y_leaves_out_what_is_not_positive() -> None:
    trace = PlotTrace.of("i(d1)", [0.0, 1.0, 2.0, 3.0], [-1.0, 1e-9, 1e-6, 1e-3])
    text = terminal_plot([trace], width=60, height=16, log_y=True, y_unit="A", coloured=False)
    assert "10 µA" in text and "-1 A" not in text


def test_an_ac_analysis_is_magnitude_above_phase_over_decades() -> None:
    panel = panel_of(low_pass(), ["v(out)"])
    assert [(strip.unit, strip.traces[0].label) for strip in panel.strips] == [
        ("dB", "v(out)"),
        ("°", "v(out)"),
    ]
    assert panel.log_x and panel.x_unit == "Hz"
    assert panel.strips[0].traces[0].value_at(1.0) == pytest.approx(40.0, abs=1e-3)
    assert panel.strips[1].traces[0].value_at(1e5) == pytest.approx(-45.0, abs=0.5)
    lines = draw_panel(panel, Look(80, 22, log_x=True, coloured=False))
    assert len(lines) == 22
    assert sum("v(out)" in line for line in lines) == 2
    assert "40 dB" in "\n".join(lines) and "0 dB" in "\n".join(lines) and "-90°" in "\n".join(lines)


def test_few_lines_show_only_as_many_strips_as_fit() -> None:
    lines = draw_panel(panel_of(low_pass(), ["v(out)"]), Look(60, 7, log_x=True, coloured=False))
    assert len(lines) == 7
    assert sum("v(out)" in line for line in lines) == 1


def test_outputs_come_first_and_inner_nodes_last() -> None:
    x = np.arange(3.0)
    names = ["time", "v(in)", "v(x1.n3)", "v(out)", "v(outn)", "i(v1)"]
    plot = FakePlot("Transient Analysis", dict.fromkeys(names, x), ["time", *["voltage"] * 4, "current"])
    assert default_names(plot) == ["v(out)", "v(outn)"]
    del plot.columns["v(out)"], plot.columns["v(outn)"]
    plot.kinds = ["time", "voltage", "voltage", "current"]
    assert default_names(plot) == ["v(in)"]


def test_signals_may_be_differences_and_functions() -> None:
    plot = low_pass()
    assert signal(plot, "vdb(out)")[0] == pytest.approx(40.0, abs=1e-3)
    assert signal(plot, "vp(out)")[-1] == pytest.approx(-np.pi / 2, abs=1e-2)
    assert signal(plot, "v(out,in)")[0] == pytest.approx(99, abs=0.1)
    assert signal(plot, "i(v1)")[0] == pytest.approx(0.1, abs=1e-3)
    with pytest.raises(UsageError, match="nosuch"):
        signal(plot, "v(nosuch)")


def test_currents_and_voltages_have_strips_of_their_own() -> None:
    x = np.arange(3.0)
    plot = FakePlot("DC", {"v(v-sweep)": x, "v(d)": x, "i(vd)": x}, ["voltage", "voltage", "current"])
    panel = panel_of(plot, ["v(d)", "i(vd)"])
    assert [strip.unit for strip in panel.strips] == ["V", "A"]
    assert panel.x_unit == "V"


def test_an_operating_point_has_nothing_to_draw_over() -> None:
    plot = FakePlot("Operating Point", {"v(out)": np.array([1.0])}, ["voltage"], has_axis=False)
    with pytest.raises(UsageError, match="no axis"):
        panel_of(plot)


def test_cases_laid_over_each_other_say_whose_curve_it_is() -> None:
    panel = overlaid({"17": panel_of(low_pass(), ["v(out)"]), "18": panel_of(low_pass(1e6), ["v(out)"])})
    assert [trace.label for trace in panel.strips[0].traces] == ["17: v(out)", "18: v(out)"]
    assert len(panel.strips) == 2


SPEC = {
    "title": "Open-loop gain",
    "x": {"signal": "frequency", "label": "frequency", "unit": "Hz", "scale": "log"},
    "y": [
        {"label": "gain", "unit": "dB", "signals": {"gain": "vdb(out)"}},
        {"label": "phase", "unit": "rad", "signals": ["vp(out)"]},
    ],
}


def test_a_plot_spec_becomes_a_panel() -> None:
    panel = panel_from_spec([low_pass()], SPEC)
    assert (panel.title, panel.x_label, panel.log_x) == ("Open-loop gain", "frequency", True)
    assert [(s.title, s.unit, s.traces[0].label) for s in panel.strips] == [
        ("gain", "dB", "gain"),
        ("phase", "rad", "vp(out)"),
    ]


def test_signals_of_a_plot_spec_may_be_expressions() -> None:
    strips = [
        {"signals": {"ratio": "db(v(out)/v(in)/a0)"}},
        {"range": ["-100", -45], "signals": ["phase(v(out)/v(in))"]},
    ]
    panel = panel_from_spec(
        [low_pass()], {"x": {"range": [1, "10k"]}, "y": strips}, lambda name: 100.0 if name == "a0" else None
    )
    assert [(strip.unit, strip.traces[0].label) for strip in panel.strips] == [
        ("dB", "ratio"),
        ("°", "phase(v(out)/v(in))"),
    ]
    assert panel.strips[0].traces[0].branches[0][1][0] == pytest.approx(0, abs=1e-3)
    assert (panel.part, panel.heights) == ((1.0, 1e4), (None, (-100.0, -45.0)))


def test_spectra_of_a_panel() -> None:
    time = np.linspace(0, 1e-3, 4000)
    trace = PlotTrace.of("v(out)", time, 2 * np.sin(2 * np.pi * 20e3 * time))
    panel = spectra_of(Panel((Strip((trace,), "V"),), "s"), Spectrum((0.0, 0.5e-3)))
    (strip,) = panel.strips
    assert (panel.x_unit, strip.unit, strip.title) == ("Hz", "dB", "FFT re 1 V, hann")
    assert strip.traces[0].value_at(20e3) == pytest.approx(20 * np.log10(2), abs=0.01)
    with pytest.raises(UsageError, match="is not time"):
        spectra_of(Panel((Strip((trace,), "V"),), "Hz"), Spectrum())
    with pytest.raises(UsageError, match="v\\(out\\): 2 points"):
        spectra_of(Panel((Strip((trace,), "V"),), "s"), Spectrum((0.0, 1e-8)))


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ({}, "without signals"),
        ({"y": ["v(out)"]}, "must contain mappings"),
        ({"y": {"signals": ["v(nosuch)"]}}, "v\\(nosuch\\)"),
    ],
)
def test_a_plot_spec_that_cannot_be_drawn_says_why(spec: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        panel_from_spec([low_pass()], spec)


def test_a_legend_names_the_strip_and_its_curves_and_counts_what_does_not_fit() -> None:
    curves = tuple(PlotTrace.of(f"v(stage{n})", [0.0, 1.0], [0.0, n]) for n in range(8))
    look = Look(60, 12, coloured=False)
    first, *rest = draw_panel(Panel((Strip(curves, "V", "voltage"),)), look)
    assert first.split() == ["voltage", "━━", "v(stage0)", "━━", "v(stage1)", "+6", "more"]
    assert {len(line) for line in (first, *rest)} == {60}


def test_a_million_points_do_not_reach_the_canvas() -> None:
    x = np.linspace(0, 1, 1_000_000)
    strip = Strip((PlotTrace.of("a", x, np.sin(50 * x)), PlotTrace.of("b", x, np.cos(50 * x))), "V")
    whole = draw_panel(Panel((strip,), "s"), Look(160, 40, coloured=False))
    few = Strip(tuple(PlotTrace.of(t.label, *(v[::500] for v in t.branches[0])) for t in strip.traces), "V")
    sparse = draw_panel(Panel((few,), "s"), Look(160, 40, coloured=False))
    same = sum(
        a == b for one, other in zip(whole, sparse, strict=True) for a, b in zip(one, other, strict=True)
    )
    assert same > 0.9 * 160 * 40
