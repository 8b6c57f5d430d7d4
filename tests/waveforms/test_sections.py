"""Where two raw files differ first."""

from __future__ import annotations

from pathlib import Path

import pytest

from simorc.waveforms.sections import first_difference, same_data
from tests.waveforms.test_rawfile import raw_bytes

LABELS = ("cold", "warm")
AC = [[1e3, 0.0, 0.5, -0.1], [1e4, 0.0, 0.25, -0.2]]


def files(tmp_path: Path, one: bytes, other: bytes) -> tuple[Path, Path]:
    paths = tmp_path / "one.raw", tmp_path / "other.raw"
    for path, content in zip(paths, (one, other), strict=True):
        path.write_bytes(content)
    return paths


def ac(rows: list[list[float]]) -> bytes:
    return raw_bytes(rows, ["frequency", "v(out)"], plot="AC Analysis", kind="frequency", flags="complex")


def test_the_first_vector_and_point_are_named_with_both_values(tmp_path: Path) -> None:
    one = raw_bytes([[0.0, 1.0, 2.0], [1e-6, 1.5, 2.5]], ["time", "v(a)", "v(b)"])
    other = raw_bytes([[0.0, 1.0, 2.0], [1e-6, 1.5, 2.6]], ["time", "v(a)", "v(b)"])
    found = first_difference(*files(tmp_path, one, other), LABELS)
    assert found is not None
    assert (found.plot, found.vector, found.point, found.values) == (
        "Transient Analysis",
        "v(b)",
        1,
        (2.5, 2.6),
    )
    assert str(found) == "v(b) of 'Transient Analysis' at time = 1e-06 (point 1) is 2.5 cold and 2.6 warm"


def test_the_imaginary_part_of_a_frequency_says_nothing(tmp_path: Path) -> None:
    garbage = [[1e3, 6.9e-310, 0.5, -0.1], [1e4, 5e-324, 0.25, -0.2]]
    assert same_data(*files(tmp_path, ac(AC), ac(garbage)))


@pytest.mark.parametrize(("row", "column"), [(0, 2), (0, 3), (1, 0), (1, 3)])
def test_everything_else_of_an_ac_plot_does(tmp_path: Path, row: int, column: int) -> None:
    rows = [list(values) for values in AC]
    rows[row][column] *= 1 + 1e-15
    found = first_difference(*files(tmp_path, ac(AC), ac(rows)))
    assert found is not None
    assert (found.point, found.vector) == (row, "frequency" if column < 2 else "v(out)")


def test_signs_of_zero_and_kinds_of_nan_are_compared_as_bits(tmp_path: Path) -> None:
    nan = raw_bytes([[0.0, float("nan")]], ["time", "v(a)"])
    assert same_data(*files(tmp_path, nan, nan))
    zeros = [raw_bytes([[0.0, zero]], ["time", "v(a)"]) for zero in (0.0, -0.0)]
    assert not same_data(*files(tmp_path, zeros[0], zeros[1]))


@pytest.mark.parametrize(
    ("other", "text"),
    [
        (
            raw_bytes([[0.0, 1.0]], ["time", "v(a)"], plot="AC Analysis"),
            "the plots are 'Transient Analysis' cold",
        ),
        (raw_bytes([[0.0, 1.0]], ["time", "v(b)"]), "has the vectors 'time', 'v(a)' cold"),
        (raw_bytes([[0.0, 1.0], [1.0, 1.0]], ["time", "v(a)"]), "has 1 points cold and 2 points warm"),
        (raw_bytes([[0.0, 1.0]], ["time", "v(a)"], kind="current"), "other types"),
    ],
)
def test_other_shapes_are_told(tmp_path: Path, other: bytes, text: str) -> None:
    one = raw_bytes([[0.0, 1.0]], ["time", "v(a)"])
    found = first_difference(*files(tmp_path, one, other), LABELS)
    assert found is not None
    assert text in str(found)
