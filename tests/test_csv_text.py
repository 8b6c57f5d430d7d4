"""CSV for spreadsheets: texts that would be computed are quoted, numbers stay numbers."""

from __future__ import annotations

import ast
import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest

from simorc.csv_text import CsvWriter, csv_line
from simorc.results.export import write_csv
from simorc.results.frame import load_frame
from simorc.rundir.layout import RunLayout

ROOT = Path(__file__).parents[1]
NUMBERS = [-1.5e-3, 0, -7, float("-inf"), True, None]


def written(value: object) -> str:
    return next(csv.reader([csv_line(["x", value])]))[1]


@pytest.mark.parametrize(
    "first", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20"]
)
def test_a_formula_is_quoted(first: str) -> None:
    text = f"{first}cmd|' /C calc'!A0"
    stream = io.StringIO()
    CsvWriter(stream).writerows([["x", text], [text, 1]])
    rows = list(csv.reader(io.StringIO(stream.getvalue(), newline="")))
    assert rows == [["x", f"'{text}"], [f"'{text}", "1"]]


@pytest.mark.parametrize("text", ["-2+3", "+1*A1", "-", "+", "-A1", "--5", "-1,5", "-gain", "@m1[gm]", "=1"])
def test_a_text_is_no_number_for_its_first_digits(text: str) -> None:
    assert written(text) == f"'{text}"


@pytest.mark.parametrize(
    "text", ["-1.5e-3", "+5", "-40", "-40C", "-10kOhm", "-.5", "-inf", "-1e-320", "-1e400", "-2.5u", "+3.3V"]
)
def test_a_number_with_a_sign_stays_a_number(text: str) -> None:
    assert written(text) == text


@pytest.mark.parametrize("text", ["", "a=b", "'=x", "vout-1", "ss", "10k", "\N{MINUS SIGN}5"])
def test_another_text_stays(text: str) -> None:
    assert written(text) == text


def test_a_line_end_within_a_text_begins_no_row() -> None:
    assert csv_line(["a\r=b", "c\nd"]) == '"a\r=b","c\nd"'


@pytest.mark.parametrize("value", NUMBERS)
def test_a_value_stays(value: object) -> None:
    assert written(value) == ("" if value is None else str(value))


@pytest.mark.parametrize("long", [False, True])
def test_results_have_no_formula(make_run: Callable[..., RunLayout], long: bool) -> None:
    made = make_run([("completed", {"corner": "=A1"}, {"gain": -1.5e-3})], units={"gain": "@u"})
    stream = io.StringIO()
    write_csv(load_frame(made), stream, long=long)
    (row,) = csv.DictReader(io.StringIO(stream.getvalue()))
    assert row["corner"] == "'=A1"
    assert row["value" if long else "gain"] == "-0.0015"
    assert row.get("unit", "'@u") == "'@u"


def test_csv_is_written_in_one_place() -> None:
    """`metadata.csv` is read back and keeps its texts."""
    writers = {
        path.name
        for package in ("engine/simorc", "simorc_tui")
        for path in (ROOT / package).rglob("*.py")
        if "csv" in (text := path.read_text(encoding="utf-8")) and _writes_csv(text)
    }
    assert writers == {"csv_text.py", "metadata_csv.py"}


def _writes_csv(source: str) -> bool:
    return any(
        isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and (node.value.id, node.attr) in {("csv", "writer"), ("csv", "DictWriter")}
        for node in ast.walk(ast.parse(source))
    )
