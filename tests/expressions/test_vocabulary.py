"""The names that a condition may use."""

from __future__ import annotations

import pytest

from simorc.errors import ExpressionError
from simorc.expressions.vocabulary import Vocabulary, parameters


def test_names_in_any_case() -> None:
    assert parameters(["temp", "vdd"]).meant("TEMP", 1) == "temp"
    assert Vocabulary({"Vdd": "p_vdd", "vdd": "other"}).meant("Vdd", 1) == "p_vdd"


def test_an_unknown_name_has_a_column_and_a_suggestion() -> None:
    with pytest.raises(ExpressionError, match=r"tmep is not a parameter.*temp") as caught:
        parameters(["temp", "vdd"]).meant("tmep", 5)
    assert caught.value.column == 5


def test_an_open_vocabulary_has_every_name() -> None:
    assert Vocabulary(open=True).meant("a4.attempts", 1) == "a4.attempts"


def test_the_longest_name_is_found_first() -> None:
    known = parameters(["v", "v.out", "vdd"]).known
    assert known is not None
    assert [match[0] for match in map(known.match, ("v.out=1", "vdd<2", "v>1")) if match] == [
        "v.out",
        "vdd",
        "v",
    ]
    assert known.match("vddx=1") is None
    assert parameters([]).known is None
