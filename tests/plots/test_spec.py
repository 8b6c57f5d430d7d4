"""Plot specs: the yaml2plot form as it is, the extensions, and the figures they give."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simorc.errors import UsageError
from simorc.plots.backends.svg import draw_svg
from simorc.plots.figure import Axis, Curve, Figure, FigureStrip, Limit, histogram
from simorc.plots.from_run import figure_of
from simorc.plots.spec import plot_spec, read_plot_specs
from simorc.results.open_run import OpenRun
from simorc.rundir.layout import RunLayout

MakeRun = Callable[..., RunLayout]

AS_DOCUMENTED = """
title: "Amplifier Analysis"
x:
  signal: "time"
  label: "Time (s)"
y:
  - label: "Input / Output Voltage (V)"
    signals:
      VIN:  "v(in)"
      VOUT: "v(out)"
  - label: "Current (A)"
    scale: "log"
    signals:
      M1: "i(m1)"
    range: [1e-9, 1e-3]
height: 600
zoom_buttons: true
show_rangeslider: true
theme: plotly_white
"""

RAW = """Title: t
Plotname: Transient Analysis
Flags: real
No. Variables: 3
No. Points: 5
Variables:
\t0\ttime\ttime
\t1\tv(in)\tvoltage
\t2\tv(out)\tvoltage
Values:
"""


def write_raw(path: Path, gain: float) -> None:
    path.parent.mkdir(exist_ok=True)
    points = "".join(f"{i}\t{i * 1e-6}\n\t{i}\n\t{gain * i}\n\n" for i in range(5))
    path.write_text(RAW + points)


def test_a_yaml2plot_file_works_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "amp.yaml").write_text(AS_DOCUMENTED)
    (spec,) = read_plot_specs(Path("amp.yaml"), tmp_path)
    assert (spec.title, spec.kind, spec.x, spec.x_axis.label) == (
        "Amplifier Analysis",
        "waves",
        "time",
        "Time (s)",
    )
    assert spec.strips[0].signals == {"VIN": "v(in)", "VOUT": "v(out)"}
    assert spec.strips[1].axis.log
    assert spec.strips[1].axis.range == (1e-9, 1e-3)


def test_older_forms() -> None:
    spec = plot_spec(
        {"X": "raw.time", "Y": [{"label": "V", "signals": {"a": "raw.v(out)"}, "log_scale": True}]}, "p"
    )
    assert spec.x == "raw.time"
    assert spec.strips[0].axis.log


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ([], "expected a mapping"),
        ({"x": "time"}, "y: expected a list"),
        ({"y": [{"label": "a"}]}, r"y\[0\]: signals"),
        ({"y": [{"signals": {"a": "v(out"}}]}, r"v\(out"),
        ({"y": [{"signals": {"a": "v(out)"}, "scal": "log"}]}, "did you mean scale"),
        ({"tittle": "x", "y": [{"signals": {"a": "v(out)"}}]}, "did you mean title"),
        ({"y": [{"signals": {"a": "v(out)"}, "range": [2, 1]}]}, "not below"),
        ({"kind": "measurement", "y": [{"measurement": "gain"}]}, "name the parameter"),
        ({"kind": "histogram", "y": [{"signals": {"a": "v(out)"}}]}, "name a measurement"),
        ({"kind": "pie", "y": [{}]}, "must be one of"),
        ({"x": {"scale": "dB"}, "y": [{"signals": {"a": "v(out)"}}]}, "must be log or linear"),
    ],
)
def test_mistakes_are_named(written: Any, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        plot_spec(written, "p")


def test_waves_of_chosen_cases_are_overlaid(make_run: MakeRun) -> None:
    layout = make_run([("completed", {"corner": c}, {}) for c in ("ss", "tt", "ss")])
    for case, gain in ((1, 1.0), (2, 2.0), (3, 3.0)):
        write_raw(layout.raw(case), gain)
    run = OpenRun(layout)
    signals = {"out": "v(out)", "twice": "2*v(in)"}
    one = figure_of(run, plot_spec({"x": "time", "y": [{"signals": signals}]}, "p"))
    assert [curve.label for curve in one.strips[0].curves] == ["out", "twice"]
    assert one.strips[0].curves[1].y.tolist() == [0, 2, 4, 6, 8]
    assert one.note == "case 1"
    where = plot_spec({"x": "time", "y": [{"signals": {"o": "v(out)"}}], "where": "corner == 'ss'"}, "p")
    both = figure_of(run, where)
    assert [curve.label for curve in both.strips[0].curves] == ["o #1", "o #3"]
    across = plot_spec({"x": {"signal": "v(in)"}, "y": [{"signals": {"o": "v(out)"}}], "cases": [2]}, "p")
    assert figure_of(run, across).strips[0].curves[0].x.tolist() == [0, 1, 2, 3, 4]


def test_measurement_over_parameter_gives_a_family_with_limits(make_run: MakeRun) -> None:
    rows = [
        ("completed", {"temp": t, "vdda": v}, {"gain": 40 + v + t / 50})
        for v in (3.0, 3.6)
        for t in (125, 27, -40)
    ]
    run = OpenRun(make_run(rows, specs={"gain": {"min": 41}}, units={"gain": "dB"}))
    spec = plot_spec({"kind": "measurement", "x": {"parameter": "temp"}, "y": [{"measurement": "gain"}]}, "p")
    (strip,) = figure_of(run, spec).strips
    assert [curve.label for curve in strip.curves] == ["vdda=3", "vdda=3.6"]
    assert strip.curves[0].x.tolist() == [-40, 27, 125]
    assert strip.limits == (Limit(41.0, "min 41 dB", violated="below"),)
    assert strip.axis.title == "gain (dB)"
    with pytest.raises(UsageError, match="did you mean 'temp'"):
        figure_of(run, plot_spec({"kind": "measurement", "x": "temps", "y": [{"measurement": "gain"}]}, "p"))


def test_histogram_counts_every_value(make_run: MakeRun) -> None:
    run = OpenRun(make_run([("completed", {"sample": i}, {"vos": i % 10}) for i in range(100)]))
    figure = figure_of(run, plot_spec({"kind": "histogram", "y": [{"measurement": "vos"}], "bins": 5}, "p"))
    assert figure.strips[0].curves[0].y.sum() == 100
    assert len(figure.strips[0].curves[0].y) == 5
    same = histogram(np.full(7, 3.3))
    assert same is not None and same.y.sum() == 7
    assert histogram(np.full(3, np.nan)) is None


@given(
    st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=30),
    st.booleans(),
    st.text(alphabet='<&\x00\x1bé"', max_size=10),
    st.sampled_from(["line", "points"]),
)
def test_any_curve_draws_as_well_formed_svg(values: list[float], log: bool, label: str, style: str) -> None:
    y = np.array(values, dtype=float)
    curve = Curve(label, np.arange(len(y), dtype=float), y, style)
    strip = FigureStrip(Axis(label, "V", log), (curve,), (Limit(1.0, label),))
    with np.errstate(all="ignore"):
        text = draw_svg(Figure(label, Axis("t", "s", log), (strip,)))
    ElementTree.fromstring(text)
    assert not re.search(r"\b(nan|inf)", text)


def test_a_long_waveform_stays_a_small_drawing() -> None:
    x = np.linspace(0, 1, 1_000_000)
    strip = FigureStrip(Axis("v"), (Curve("v", x, np.sin(1e4 * x)),))
    assert len(draw_svg(Figure("", Axis("t"), (strip,)))) < 100_000
