"""Raw files: whole ones, torn ones, and rubbish."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simorc.errors import WaveformError
from simorc.waveforms.decimate import min_max
from simorc.waveforms.rawfile import RawFile
from simorc.waveforms.sections import same_data


def raw_bytes(
    rows: list[list[float]],
    names: list[str],
    *,
    plot: str = "Transient Analysis",
    kind: str = "voltage",
    points: int | None = None,
    flags: str = "real",
) -> bytes:
    """A binary plot; complex ones take re, im pairs as neighbouring values."""
    count = len(rows) if points is None else points
    lines = ["Title: t", "Date: now", f"Plotname: {plot}", f"Flags: {flags}", f"No. Variables: {len(names)}"]
    lines += [f"No. Points: {count}", "Variables:"]
    lines += [
        f"\t{place}\t{name}\t{name if name in ('time', 'frequency') else kind}"
        for place, name in enumerate(names)
    ]
    head = "\n".join([*lines, "Binary:", ""]).encode()
    return head + b"".join(struct.pack(f"<{len(row)}d", *row) for row in rows)


TRAN = raw_bytes([[0.0, 1.0, 5.0], [1.0, 2.0, 5.5], [2.0, 4.0, 6.5]], ["time", "v(a)", "v(B)"])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "results.raw"


def test_traces_axis_and_differences(path: Path) -> None:
    path.write_bytes(TRAN)
    raw = RawFile.open(path)
    (plot,) = raw.plots
    assert raw.complete and plot.name == "Transient Analysis" and plot.n_points == 3 and not plot.complex
    assert plot.axis is not None and plot.axis.tolist() == [0, 1, 2]
    assert plot.trace("V(A)").tolist() == [1, 2, 4]
    assert plot.trace("b").tolist() == [5, 5.5, 6.5]
    assert plot.trace("v(b, a)").tolist() == [4, 3.5, 2.5]
    assert plot.trace("v(0,a)").tolist() == [-1, -2, -4]
    assert plot.trace("v(a,0)").tolist() == [1, 2, 4]
    assert plot.last_row() == (2.0, 4.0, 6.5)
    assert "v(a,b)" in plot and "v(a,c)" not in plot
    with pytest.raises(WaveformError, match="no trace 'v\\(c\\)'"):
        plot.trace("v(c)")


def test_several_plots_and_complex(path: Path) -> None:
    op = raw_bytes([[1.5, 2.5]], ["v(a)", "i(v1)"], plot="Operating Point")
    ac = raw_bytes(
        [[1, 0, 0.5, -0.5], [10, 0, 0.25, 0.75]], ["frequency", "v(a)"], plot="AC Analysis", flags="complex"
    )
    path.write_bytes(op + ac + TRAN)
    raw = RawFile.open(path)
    assert [plot.name for plot in raw.plots] == ["Operating Point", "AC Analysis", "Transient Analysis"]
    assert raw.plot("oper").axis is None
    spectrum = raw.plot("ac")
    assert spectrum.axis is not None and spectrum.axis.tolist() == [1, 10]
    assert spectrum.trace("v(a)").tolist() == [0.5 - 0.5j, 0.25 + 0.75j]
    assert spectrum.last_row()[1] == 0.25 + 0.75j
    with pytest.raises(WaveformError, match="no plot 'noise'"):
        raw.plot("noise")


def test_ascii(path: Path) -> None:
    head = TRAN[: TRAN.index(b"Binary:")].replace(b"Points: 3", b"Points: 2")
    path.write_bytes(head + b"Values:\n0\t0.0\n\t1.5\n\t2.5\n1\t1.0\n\t3.5\n\t4.5\n\n" + TRAN)
    first, second = RawFile.open(path).plots
    assert first.complete and first.trace("v(a)").tolist() == [1.5, 3.5]
    assert first.last_row() == (1.0, 3.5, 4.5)
    assert second.complete and second.n_points == 3


def test_ascii_torn(path: Path) -> None:
    head = TRAN[: TRAN.index(b"Binary:")]
    path.write_bytes(head + b"Values:\n0\t0.0\n\t1.5\n\t2.5\n1\t1.0\n")
    (plot,) = RawFile.open(path).plots
    assert not plot.complete and plot.n_points == 1


def test_killed_before_the_count_was_written(path: Path) -> None:
    path.write_bytes(TRAN.replace(b"No. Points: 3", b"No. Points: 0") + b"\0" * 10)
    (plot,) = RawFile.open(path).plots
    assert plot.n_points == 3 and not plot.complete and plot.trace("v(a)").tolist() == [1, 2, 4]


def test_torn_last_row(path: Path) -> None:
    path.write_bytes(TRAN[:-5])
    raw = RawFile.open(path)
    assert not raw.complete and raw.plots[0].n_points == 2


def test_rubbish_behind_the_last_plot(path: Path) -> None:
    path.write_bytes(TRAN + b"\1\2\3 what is this")
    assert RawFile.open(path).torn


def test_meas_columns_are_told_apart(path: Path) -> None:
    path.write_bytes(TRAN.replace(b"v(B)\tvoltage", b"gain\tnotype dims=1"))
    assert [variable.padded for variable in RawFile.open(path).plots[0].variables] == [False, False, True]


def test_nested_dc_steps(path: Path) -> None:
    rows = [[x, y] for y in (0.0, 1.0, 2.0) for x in (0.0, 0.5, 1.0)]
    path.write_bytes(raw_bytes(rows, ["v-sweep", "v(a)"], plot="DC transfer characteristic"))
    (plot,) = RawFile.open(path).plots
    assert plot.steps == [slice(0, 3), slice(3, 6), slice(6, 9)]
    assert plot.trace("v(a)")[plot.steps[1]].tolist() == [1, 1, 1]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b"hello\n", "no 'Title:'"),
        (TRAN[:60], "has no end"),
        (TRAN.replace(b"No. Points: 3", b"No. Points: x"), "'no. points' is 'x'"),
        (TRAN.replace(b"Variables: 3", b"Variables: 9"), "9 variables but lists 3"),
        (TRAN.replace(b"Flags: real", b"Flags: real unpadded"), "unpadded"),
    ],
)
def test_reasons_name_the_file(path: Path, content: bytes, reason: str) -> None:
    path.write_bytes(content)
    with pytest.raises(WaveformError, match=reason) as error:
        RawFile.open(path)
    assert str(path) in error.value.message


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(WaveformError, match="raw file not found"):
        RawFile.open(tmp_path / "nothing.raw")


def test_absurd_sizes_allocate_nothing(path: Path) -> None:
    path.write_bytes(TRAN.replace(b"No. Points: 3", b"No. Points: 999999999999999"))
    (plot,) = RawFile.open(path).plots
    assert plot.n_points == 3 and not plot.complete


def test_equal_data_under_another_date(tmp_path: Path) -> None:
    one, two, three = (tmp_path / name for name in "123")
    one.write_bytes(TRAN)
    two.write_bytes(TRAN.replace(b"Date: now", b"Date: much later"))
    three.write_bytes(TRAN[:-8] + struct.pack("<d", 6.5 + 1e-15))
    assert same_data(one, two)
    assert not same_data(one, three)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, len(TRAN) - 1), st.binary(max_size=6)), max_size=6), st.booleans())
def test_mutated_files_raise_only_waveform_errors(
    path: Path, cuts: list[tuple[int, bytes]], values: bool
) -> None:
    content = TRAN.replace(b"Binary:", b"Values:") if values else TRAN
    for at, replacement in cuts:
        content = content[:at] + replacement + content[at + len(replacement) + len(replacement) % 2 :]
    path.write_bytes(content)
    try:
        for plot in RawFile.open(path).plots:
            assert plot.rows.shape == (plot.n_points, len(plot.variables))
            plot.last_row()
    except WaveformError as error:
        assert error.message


def test_min_max_keeps_spikes() -> None:
    x, y = np.linspace(0, 1, 100_003), np.zeros(100_003)
    y[51_234], y[77_777] = 5.0, -3.0
    few_x, few_y = min_max(x, y, 100)
    assert len(few_x) == len(few_y) <= 202
    assert few_y.max() == 5.0 and few_y.min() == -3.0
    assert (np.diff(few_x) >= 0).all() and few_x[0] == 0 and few_x[-1] == 1


def test_min_max_of_few_points_is_the_trace() -> None:
    x, y = np.arange(5.0), np.array([1.0, np.nan, 2, 3, 4])
    assert min_max(x, y, 10)[1] is y
