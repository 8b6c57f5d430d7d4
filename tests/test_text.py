from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simorc.text import duration, plain, plain_lines


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("no convergence at x1.n3", "no convergence at x1.n3"),
        ("µA Ω ±σ 電圧", "µA Ω ±σ 電圧"),
        ("\x1b[2J\x1b]0;owned\x07", "^[[2J^[]0;owned^G"),
        ("a\nb\rc", "a^Jb^Mc"),
        ("\x9b31m", "\\x9b31m"),
        ("\x7f", "^?"),
        ("vdd\u202eddv", "vdd\\u202eddv"),
        ("a\tb", "a       b"),
        ("\ud800", "\\ud800"),
        ("\U000e0041", "\\U000e0041"),
    ],
)
def test_shows_what_would_be_obeyed(text: str, shown: str) -> None:
    assert plain(text) == shown


@given(st.text(max_size=60))
def test_nothing_dangerous_is_left(text: str) -> None:
    assert not {unicodedata.category(character) for character in plain(text)} & {"Cc", "Cs", "Zl", "Zp"}
    assert plain(plain(text)) == plain(text)


def test_lines() -> None:
    assert plain_lines("one\ntwo\x1b\r\nthree\rfour\n") == ["one", "two^[", "three", "four"]
    assert plain_lines("") == []
    assert plain_lines("a\n\n") == ["a", ""]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.44, "0.4 s"), (42.2, "42 s"), (190, "3 min 10 s"), (59.7, "1 min 00 s"), (7500, "2 h 05 min")],
)
def test_duration(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@given(st.floats(min_value=0, max_value=1e7))
def test_duration_of_anything(seconds: float) -> None:
    assert duration(seconds)[0].isdigit()


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.314, "0.31s"), (12, "0:12"), (75, "1:15"), (190, "3:10"), (3725, "1:02:05")]
)
def test_duration_in_a_narrow_column(seconds: float, text: str) -> None:
    assert duration(seconds, narrow=True) == text
