"""The numbers of a figure as CSV."""

from __future__ import annotations

import csv
import io

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from simorc.plots.csv_columns import columns_of
from simorc.plots.figure import Axis, Curve, Figure, FigureStrip


def figure(*strips: FigureStrip) -> Figure:
    return Figure("a figure", Axis("time", "s"), strips)


def test_curves_over_one_axis_share_its_column() -> None:
    x = np.array([0.0, 1e-9])
    strip = FigureStrip(
        axis=Axis(label="voltage", unit="V"),
        curves=(Curve("v(out)", x, np.array([1.0, 0.1])), Curve("v(in) (V)", x, np.array([0.0, np.nan]))),
    )
    assert columns_of(figure(strip)) == "time (s),v(out) (V),v(in) (V)\n0.0,1.0,0.0\n1e-09,0.1,\n"


def test_another_axis_has_a_column_of_its_own() -> None:
    strip = FigureStrip(
        axis=Axis(label="voltage"),
        curves=(
            Curve("a", np.array([0.0, 1.0]), np.array([1.0, 2.0])),
            Curve("", np.array([0.0, 0.5, 1.0]), np.array([3.0, 4.0, 5.0])),
        ),
    )
    lines = columns_of(figure(strip)).splitlines()
    assert lines == ["time (s),a,time (s),voltage", "0.0,1.0,0.0,3.0", "1.0,2.0,0.5,4.0", ",,1.0,5.0"]


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=20))
def test_every_digit_comes_back(values: list[float]) -> None:
    x = np.arange(float(len(values)))
    strip = FigureStrip(axis=Axis(label="y"), curves=(Curve("y", x, np.array(values)),))
    rows = list(csv.reader(io.StringIO(columns_of(figure(strip)))))[1:]
    assert [float(row[1]) for row in rows] == values
