from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simorc.cli.case_ids import parse_case_ids


def test_ranges_and_single_cases() -> None:
    assert parse_case_ids("3,7-9, 8 ,1") == [1, 3, 7, 8, 9]


@pytest.mark.parametrize("text", ["", "0", "5-3", "a", "1,,2", "-3", "1-", "1-99999999999"])
def test_what_is_no_case(text: str) -> None:
    with pytest.raises(ValueError, match=r"case|smaller"):
        parse_case_ids(text)


@given(st.sets(st.integers(min_value=1, max_value=500), min_size=1))
def test_any_set_survives(cases: set[int]) -> None:
    assert parse_case_ids(",".join(map(str, cases))) == sorted(cases)


@given(st.text(max_size=30))
def test_any_text_is_cases_or_value_error(text: str) -> None:
    try:
        assert all(case >= 1 for case in parse_case_ids(text))
    except ValueError as error:
        assert str(error)
