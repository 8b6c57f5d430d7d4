"""Values of the case table as JSON and as text."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simorc.cli.output.case_rows import dumps, finite, sort_column
from simorc.errors import UsageError
from simorc.rundir.store.reader import Column
from simorc.shown_values import parameter_text
from simorc.units import Number

COLUMNS = [Column("p_temp", "parameter", "temp", ""), Column("m_gain", "measurement", "gain", "dB")]


@pytest.mark.parametrize(
    ("value", "shown"), [(math.inf, None), (math.nan, None), (1.5, 1.5), ("x", "x"), (None, None)]
)
def test_json_has_no_infinity(value: object, shown: object) -> None:
    assert finite(value) == shown


@given(
    st.recursive(
        st.none() | st.booleans() | st.text() | st.floats(allow_nan=False, allow_infinity=False), st.lists
    )
)
def test_lines_of_json_come_back(value: object) -> None:
    line = dumps(value)
    assert "\n" not in line
    assert json.loads(line) == value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (3.3, "3.3"),
        (1e-5, "10u"),
        (1e6, "1meg"),
        (0.05, "0.05"),
        (1 / 3, "0.333333"),
        (1e20, "1e+20"),
        ("ss", "ss"),
        (Number("10k"), "10k"),
    ],
)
def test_parameters_for_a_person(value: object, text: str) -> None:
    assert parameter_text(value) == text


@pytest.mark.parametrize(
    ("text", "column", "descending"),
    [
        ("gain", "m_gain", False),
        ("-gain", "m_gain", True),
        ("p_temp", "p_temp", False),
        ("case", "id", False),
        ("-time", "seconds", True),
    ],
)
def test_columns_by_the_names_of_a_person(text: str, column: str, descending: bool) -> None:
    assert sort_column(text, COLUMNS) == (column, descending)


def test_an_unknown_column_is_refused_with_those_there_are() -> None:
    with pytest.raises(UsageError, match="unknown sort column 'gian'") as caught:
        sort_column("-gian", COLUMNS)
    assert "gain" in (caught.value.remedy or "")
