"""Limits with their violated side, mean, sigma and labels of axes, in the drawings for a browser."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from importlib import resources
from itertools import pairwise

import numpy as np
import pytest

from simorc.plots.backends.html import figure_markup
from simorc.plots.backends.svg import draw_svg
from simorc.plots.backends.terminal.figures import drawing_of, figure_shown
from simorc.plots.backends.terminal.plot import Look, draw_panel
from simorc.plots.categories import anchor, category_ticks
from simorc.plots.distribution import normal_curve, rules_of
from simorc.plots.figure import Axis, Curve, Figure, FigureStrip, Limit, histogram
from simorc.plots.from_run import limits_of
from simorc.plots.ranges import x_range_of, y_range_of
from simorc.plots.ticks import rounded_range, ticks
from simorc.results.open_run import OpenRun
from simorc.rundir.layout import RunLayout

MakeRun = Callable[..., RunLayout]
X = np.linspace(0.0, 10.0, 5)
NODE = shutil.which("node") or ""
DATES = tuple(f"2026-11-{day:02} 02:07" for day in range(1, 29))


def over(*limits: Limit) -> Figure:
    return Figure("gain", Axis("temp"), (FigureStrip(Axis("gain", "dB"), (Curve("", X, X),), limits),))


def spread_out(*limits: Limit) -> Figure:
    bars = histogram(np.array([1.0, 2, 2, 3, 3, 3, 4, 4, 5]), "vos", 5)
    assert bars is not None
    return Figure("vos", Axis("vos", "V"), (FigureStrip(Axis("cases"), (bars,), limits),))


def band(svg: str) -> tuple[float, float, float, float]:
    found = re.search(r'class="violated" x="(.*?)" y="(.*?)" width="(.*?)" height="(.*?)"', svg)
    assert found is not None
    x, y, width, height = map(float, found.groups())
    return x, y, width, height


def test_the_violated_side_is_shaded_and_named() -> None:
    below = draw_svg(over(Limit(4.0, "min 4", violated="below")))
    above = draw_svg(over(Limit(4.0, "max 4", violated="above")))
    assert band(below)[1] == pytest.approx(band(above)[1] + band(above)[3], abs=0.2), "they meet at the limit"
    assert ">violated</text>" in below and ">violated</text>" in above
    plain = draw_svg(over(Limit(4.0, "min 4 in ss")))
    assert "violated" not in plain


def test_upright_limits_shade_to_their_side() -> None:
    left = band(draw_svg(spread_out(Limit(2.0, "min", True, "below"))))
    right = band(draw_svg(spread_out(Limit(2.0, "max", True, "above"))))
    assert left[0] + left[2] == pytest.approx(right[0], abs=0.2)
    assert left[2] < right[2]


def test_a_limit_that_a_log_axis_cannot_show_is_left_out() -> None:
    strip = FigureStrip(
        Axis("i", "A", log=True), (Curve("", X, X + 1),), (Limit(0.0, "min 0", violated="below"),)
    )
    svg = draw_svg(Figure("i", Axis("x"), (strip,)))
    assert "nan" not in svg and "inf" not in svg


def test_only_what_violates_in_every_corner_is_shaded(make_run: MakeRun) -> None:
    rows = [("completed", {"corner": c}, {"gain": 40.0}) for c in ("tt", "ss")]
    run = OpenRun(make_run(rows, specs={"gain": {"min": 41, "corners": {"ss": {"min": 38}}}}))
    assert {limit.value: limit.violated for limit in limits_of(run, "gain")} == {41.0: "", 38.0: "below"}


def test_a_histogram_has_mean_sigma_normal_curve_and_whole_counts() -> None:
    figure = spread_out()
    (bars,) = figure.strips[0].curves
    assert bars.mean == pytest.approx(3.0)
    assert bars.sigma == pytest.approx(np.sqrt(1.5))
    assert [rule.kind for rule in rules_of(bars)] == ["sigma"] * 4 + ["mean"]
    normal = normal_curve(bars)
    assert normal is not None
    total = float(np.sum(normal.y) * (normal.x[1] - normal.x[0]))
    assert total == pytest.approx(bars.y.sum() * (bars.x[1] - bars.x[0]), rel=1e-3), (
        "as much area as the bars"
    )
    svg = draw_svg(figure)
    assert ">mean 3 V<" in svg and ">normal<" in svg
    counts = [float(each) for each in re.findall(r'text-anchor="end">([\d.]+)</text>', svg)]
    assert counts and all(each == int(each) for each in counts)
    data = json.loads(re.findall(r"json\">(.*?)</script>", figure_markup(figure))[0])
    assert data["strips"][0]["axis"]["whole"]
    assert {note["kind"] for note in data["strips"][0]["notes"]} == {"mean", "sigma", "normal"}
    assert len(data["strips"][0]["curves"][0]["rules"]) == 5


def test_equal_values_have_a_mean_and_no_sigma() -> None:
    bars = histogram(np.full(7, 3.3))
    assert bars is not None
    assert bars.sigma is None and normal_curve(bars) is None
    assert [rule.kind for rule in rules_of(bars)] == ["mean"]


def test_the_terminal_fills_the_bars_of_the_same_figure() -> None:
    drawing = drawing_of(spread_out(Limit(4.5, "max 4.5", True, "above"), Limit(2.0, "max 2 in ss", True)))
    lines = draw_panel(drawing.panel, Look(70, 16, coloured=False))
    text = "\n".join(lines)
    assert "█ cases  ┃ limit  │ mean  ┊ ±σ ±3σ  • normal" in text
    assert len({at for line in lines[2:] for at, sign in enumerate(line) if sign == "┃"}) == 2


def test_a_histogram_of_the_terminal_is_the_same_figure_again() -> None:
    figure = spread_out(Limit(4.5, "max 4.5", True, "above"))
    again = figure_shown(drawing_of(figure).panel, (2.0, 5.0))
    (strip,) = again.strips
    assert strip.curves[0].y.tolist() == figure.strips[0].curves[0].y.tolist()
    assert [(limit.value, limit.label, limit.violated) for limit in strip.limits] == [
        (4.5, "max 4.5 V", "above")
    ]
    assert again.x.range == (2.0, 5.0)
    assert 'class="violated"' in draw_svg(again)


def test_texts_below_each_other_need_only_their_height() -> None:
    names = tuple(f"corner=ss temp={place}" for place in range(10))
    assert all(tick.label for tick in category_ticks(names, (-0.4, 9.4), 200.0, upright=True))
    assert not all(tick.label for tick in category_ticks(names, (-0.4, 9.4), 60.0, upright=True))


@pytest.mark.parametrize("wide", [120.0, 400.0, 614.0, 3000.0])
@pytest.mark.parametrize("span", [(0.0, 27.0), (-0.4, 27.4), (3.2, 9.7)])
def test_category_labels_never_touch(span: tuple[float, float], wide: float) -> None:
    shown = [tick for tick in category_ticks(DATES, span, wide) if tick.label]
    ends = []
    for tick in shown:
        at, width = tick.place * wide, 6.2 * len(tick.label)
        start = {"start": at, "middle": at - width / 2, "end": at - width}[anchor(at, tick.label, wide)]
        ends.append((start, start + width))
    assert all(one[1] < other[0] for one, other in pairwise(ends))
    assert ends[-1][1] <= wide + 28
    if wide > 300:
        assert len(shown) >= 2


def test_the_last_label_of_a_trend_is_not_cut() -> None:
    places = np.arange(28.0)
    figure = Figure(
        "g", Axis("run", categories=DATES), (FigureStrip(Axis("g"), (Curve("", places, places),)),)
    )
    svg = draw_svg(figure)
    assert re.search(r'text-anchor="end">2026-11-28 02:07<', svg)
    assert re.search(r'text-anchor="start">2026-11-01 02:07<', svg)
    assert svg.count("2026-11-") < 8


AXES = [
    *(Axis(unit=unit) for unit in ("", "V", "dB", "°", "mV", "%", "Hz", "1/K", "V²", "bit", "sqrt(Hz)")),
    Axis(whole=True),
    *(Axis(unit=unit, log=True) for unit in ("", "Hz", "dB", "V")),
]
SPANS = [(0.0, 1.0), (-40.0, 125.0), (1e-12, 3.3e-9), (1.0, 1e9), (2.9999, 3.0001), (0.7, 1234.0)]
SPANS += [(-5e-6, 2e-6), (1e-30, 2e-30), (999.5, 1000.5), (3.0, 8.0), (0.0, 17.0), (1e13, 1e16)]


@pytest.mark.skipif(not NODE, reason="needs node: apt install nodejs")
def test_the_script_has_the_ticks_and_labels_of_the_drawing() -> None:
    asked = [
        (axis, *span, most)
        for axis in AXES
        for span in SPANS
        if span[0] > 0 or not axis.log
        for most in (2, 5, 8)
    ]
    told = json.dumps(
        [[low, high, most, {"unit": a.unit, "log": a.log, "whole": a.whole}] for a, low, high, most in asked]
    )
    source = resources.files("simorc.plots.backends").joinpath("ticks.js").read_text(encoding="utf-8")
    script = (
        f"{source}\nconst found = {told}.map(([low, high, most, axis]) => "
        "[Ticks.ticks(low, high, most, axis), Ticks.roundedRange(low, high, axis)]);"
        f"const names = {json.dumps(DATES)}, wide = [120, 400, 614];"
        "const texts = wide.map((w) => Ticks.categories(names, -0.4, 27.4, w, (t) => 6.2 * t.length));"
        "console.log(JSON.stringify([found, texts]));"
    )
    done = subprocess.run([NODE, "-"], input=script, capture_output=True, text=True, check=True)
    found, texts = json.loads(done.stdout)
    for (axis, low, high, most), (marks, rounded) in zip(asked, found, strict=True):
        expected = ticks(low, high, most, log=axis.log, unit=axis.unit, whole=axis.whole)
        assert [text for _, text in marks] == [tick.label for tick in expected], (axis, low, high, most)
        assert [at for at, _ in marks] == pytest.approx([tick.place for tick in expected])
        assert rounded == pytest.approx(
            rounded_range(low, high, log=axis.log, unit=axis.unit, whole=axis.whole), rel=1e-12
        )
    for wide, marks in zip((120.0, 400.0, 614.0), texts, strict=True):
        assert [text for _, text in marks] == [
            tick.label for tick in category_ticks(DATES, (-0.4, 27.4), wide)
        ]


def test_the_script_starts_from_the_ranges_of_the_drawing() -> None:
    figure = over(Limit(12.0, "max", violated="above"))
    data = json.loads(re.findall(r"json\">(.*?)</script>", figure_markup(figure))[0])
    assert data["span"] == list(x_range_of(figure) or ())
    assert data["strips"][0]["span"] == list(y_range_of(figure.strips[0]) or ())
