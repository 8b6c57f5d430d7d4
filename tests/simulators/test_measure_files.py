"""Measurement files of other simulators."""

from __future__ import annotations

from pathlib import Path

import pytest

from simorc.simulators.others.measure_files import read_measure_files

TABLE = """\
$DATA1 SOURCE='HSPICE'
.TITLE 'amp'
 index  gain  phase_margin
 temper  alter#
1  4.0e1 failed
 27.0 1
"""


def written(directory: Path, *texts: str) -> list[Path]:
    paths = [directory / f"netlist.mt{number}" for number in range(len(texts))]
    for path, text in zip(paths, texts, strict=True):
        path.write_text(text)
    return paths


def test_lines_and_what_has_no_value(tmp_path: Path) -> None:
    found = read_measure_files(written(tmp_path, "GAIN = 40.5\nx1:bw =1e6\nslow = FAILED\nno equals sign\n"))
    assert (found.values, found.failed) == ({"gain": 40.5, "x1:bw": 1e6}, frozenset({"slow"}))


def test_a_table_over_several_lines(tmp_path: Path) -> None:
    found = read_measure_files(written(tmp_path, TABLE))
    assert (found.values, found.failed) == ({"gain": 40.0}, frozenset({"phase_margin"}))


def test_a_value_in_a_later_file_counts(tmp_path: Path) -> None:
    found = read_measure_files(written(tmp_path, "gain = FAILED\nbw = 1\n", "gain = 3\nbw = 2\n"))
    assert (found.values, found.failed) == ({"gain": 3.0, "bw": 2.0}, frozenset())


@pytest.mark.parametrize("text", ["", "\x00\xff\n", "alter#", "gain alter#\n"])
def test_files_without_values(tmp_path: Path, text: str) -> None:
    found = read_measure_files(written(tmp_path, text))
    assert (found.values, found.failed) == ({}, frozenset())
