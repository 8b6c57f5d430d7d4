"""Variables of a Makefile are expanded as make expands them, and what is unknown stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simorc.importers.cicsim.make_variables import expanded, variables_of


def test_the_last_assignment_counts() -> None:
    text = "TB = tran\nOPT ?= --count 3  \nTB := ac\n\trecipe = no\nNAME=${TB}_x\n"
    assert variables_of(text) == {"TB": "ac", "OPT": "--count 3", "NAME": "${TB}_x"}


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("cicsim run ${TB} $(OPT)", "cicsim run ac --count 3"),
        ("${NAME}", "ac_x"),
        ("$(subst a,b,banana)", "bbnbnb"),
        ("$(subst c,k,${TB})", "ak"),
        ("$(subst ,k,abc)", "abc"),
        ("$(shell date) ${UNKNOWN}", "$(shell date) ${UNKNOWN}"),
    ],
)
def test_expansion(text: str, result: str) -> None:
    assert expanded(text, {"TB": "ac", "OPT": "--count 3", "NAME": "${TB}_x"}) == result


def test_a_variable_that_names_itself_comes_to_an_end() -> None:
    assert expanded("${A}", {"A": "${B}", "B": "${A}"}) in ("${A}", "${B}")


@given(st.text(alphabet="ab c/._-", max_size=40))
def test_text_without_variables_is_unchanged(text: str) -> None:
    assert expanded(text, {"a": "x"}) == text
