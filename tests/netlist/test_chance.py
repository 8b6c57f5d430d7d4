"""Assignments of cards, and which text draws random numbers."""

from __future__ import annotations

import pytest

from simorc.netlist.cut.assignments import assignments, before_assignments
from simorc.netlist.cut.chance import can_draw, chance_matters


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        (".param a=1 b = {a*2}", [("a", "1"), ("b", "{a*2}")]),
        ("x1 in out sub w=1u, l=2u", [("w", "1u"), ("l", "2u")]),
        (".if (a == 1)", []),
        (".param a='b<=2 ? 1 : 0'", [("a", "'b<=2 ? 1 : 0'")]),
    ],
)
def test_assignments(text: str, pairs: list[tuple[str, str]]) -> None:
    assert list(assignments(text)) == pairs


def test_what_comes_before_the_first_pair() -> None:
    assert before_assignments("x1 in out sub w=1u") == "x1 in out sub "
    assert before_assignments("r1 a b 1k") == "r1 a b 1k"


def test_drawing_by_name() -> None:
    names = frozenset({"agauss", "delta"})
    assert can_draw("r1 a b {r*(1+delta)}", names)
    assert not can_draw("r1 a b {r*(1+delta2)}", names)


@pytest.mark.parametrize(
    ("text", "matters"),
    [
        ("{1 + agauss(0, 1, 1)}", True),
        ("{1 + mc*agauss(0, 1, 1)}", False),
        ("{1 + on*mc*agauss(0, 1, 1)}", False),
        ("{1 + mc*exp(agauss(0, 1, 1))}", False),
        ("{1 + on*agauss(0, 1, 1)}", True),
        ("{1/mc*agauss(0, 1, 1)}", True),
        ("{my_agauss + 1}", False),
        ("{mc*a + agauss(0, 1, 1)}", True),
    ],
)
def test_a_product_with_zero_does_not_matter(text: str, matters: bool) -> None:
    assert chance_matters([text], {"mc": 0.0, "on": 1.0}) is matters
