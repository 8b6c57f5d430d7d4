from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simorc.text import plain, plain_lines


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
