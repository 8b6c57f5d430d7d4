"""Plot specs as yaml2plot documents them work as they are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from simorc.plots.backends.svg import draw_svg
from simorc.plots.backends.terminal.figures import drawing_of
from simorc.plots.backends.terminal.plot import Look, draw_panel
from simorc.plots.figure import Figure
from simorc.plots.from_run import figure_of
from simorc.plots.spec import read_plot_specs
from simorc.results.open_run import OpenRun
from simorc.rundir.layout import RunLayout

MakeRun = Callable[..., RunLayout]
SPECS = Path(__file__).parent / "plotspecs"
TRAN = ("v(in)", "v(out)", "i(m1)", "i(m2)", "v(vdd)", "v(vss)")


def write_raw(path: Path, kind: str, axis: str, names: tuple[str, ...], rows: Any) -> None:
    flags = "complex" if np.iscomplexobj(rows) else "real"
    lines = [f"\t{i}\t{name}\t{'voltage' if i else axis}" for i, name in enumerate((axis, *names))]
    header = (
        f"Title: t\nPlotname: {kind}\nFlags: {flags}\nNo. Variables: {len(lines)}\nNo. Points: {len(rows)}\n"
        "Variables:\n" + "\n".join(lines) + "\nBinary:\n"
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(header.encode() + rows.tobytes())


@pytest.fixture
def run(make_run: MakeRun) -> OpenRun:
    """Case 1 is a transient, case 2 an AC analysis of a low pass with its corner at 1 kHz."""
    layout = make_run([("completed", {"temp": t}, {}) for t in (1.0, 2.0)])
    times = np.linspace(0, 1, 200)
    columns = [times, *(index + np.sin(times) for index in range(len(TRAN)))]
    write_raw(layout.raw(1), "Transient Analysis", "time", TRAN, np.column_stack(columns))
    frequency = np.logspace(0, 6, 61)
    rows = np.column_stack((frequency + 0j, np.ones(61) + 0j, 1 / (1 + 1j * frequency / 1e3)))
    write_raw(layout.raw(2), "AC Analysis", "frequency", ("v(in)", "v(out)"), rows)
    return OpenRun(layout)


def drawn(run: OpenRun, name: str, case: int) -> Figure:
    (spec,) = read_plot_specs(SPECS / name)
    figure = figure_of(run, spec, [case])
    ElementTree.fromstring(draw_svg(figure))
    drawing = drawing_of(figure)
    look = Look(80, 24, log_x=drawing.panel.log_x, coloured=False)
    assert any(figure.strips[0].curves[0].label in line for line in draw_panel(drawing.panel, look))
    return figure


def test_the_quick_start(run: OpenRun) -> None:
    figure = drawn(run, "quickstart.yaml", 1)
    assert (figure.title, figure.x.title) == ("My Simulation Results", "Time (s)")
    output, given = figure.strips[0].curves
    assert (output.label, given.label) == ("Output", "Input")
    assert np.array_equal(output.y, 1 + np.sin(output.x))


def test_several_strips(run: OpenRun) -> None:
    figure = drawn(run, "strips.yaml", 1)
    assert [strip.axis.title for strip in figure.strips] == [
        "Voltage (V)",
        "Current (A)",
        "Supply Voltage (V)",
    ]
    assert [curve.label for strip in figure.strips for curve in strip.curves] == [
        *("Input", "Output", "M1", "M2", "VDD", "VSS")
    ]


def test_a_bode_plot(run: OpenRun) -> None:
    figure = drawn(run, "bode.yaml", 2)
    gain, phase = (strip.curves[0] for strip in figure.strips)
    assert figure.x.log and gain.label == "H(jω)"
    corner = int(np.argmin(np.abs(gain.x - 1e3)))
    assert gain.y[corner] == pytest.approx(-3.0103, abs=1e-4)
    assert phase.y[corner] == pytest.approx(-45, abs=1e-6)
