"""Unquoted values of conditions."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simorc.errors import ExpressionError
from simorc.expressions.bare_values import (
    Bare,
    literal_pattern,
    number_in,
    parsed_value,
    range_in,
    wildcard_in,
)


@pytest.mark.parametrize(
    ("text", "value"),
    [("10k", 1e4), ("1.8", 1.8), ("-40", -40.0), ("ss", "ss"), ("'ss'", "ss"), ("2meg", 2e6)],
)
def test_values(text: str, value: float | str) -> None:
    assert parsed_value(Bare(text, 1)) == value


@pytest.mark.parametrize("text", ["1.62..1.8", "-40..125", "1k..1meg"])
def test_ranges(text: str) -> None:
    low, high = (float(number_in(Bare(part, 1))) for part in text.split(".."))
    assert range_in(Bare(text, 1)) == (low, high)


def test_no_range() -> None:
    assert range_in(Bare("ss", 1)) is None
    with pytest.raises(ExpressionError) as caught:
        range_in(Bare("1..ss", 7))
    assert caught.value.column == 7


@pytest.mark.parametrize(("text", "pattern"), [("s*", "s*"), ("'s*'x?", "s[*]x?"), ("a[b*", "a[[]b*")])
def test_patterns(text: str, pattern: str) -> None:
    assert wildcard_in(Bare(text, 1)) == pattern


@pytest.mark.parametrize("text", ["ss", "'s*'", '"a?"'])
def test_quoted_stars_are_plain(text: str) -> None:
    assert wildcard_in(Bare(text, 1)) is None


@given(st.text(max_size=12))
def test_a_literal_pattern_matches_its_text_alone(text: str) -> None:
    pattern = literal_pattern(text)
    assert fnmatchcase(text, pattern)
    assert not fnmatchcase(text + "x", pattern)
    assert re.sub(r"\[(.)\]", r"\1", pattern) == text or "[" in text
