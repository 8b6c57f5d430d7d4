"""Values of variables are those that can be written."""

from __future__ import annotations

import math

import pytest

from simorc.analysis.sizing.space import Space, Variable, engineering


def test_a_value_is_what_its_text_says() -> None:
    variable = Variable("w", 1e-6, 100e-6, 10e-6, log=True, ratios={"w2": 2.0})
    for number in range(101):
        value = variable.at(number / 100)
        texts = variable.texts(value)
        assert float(texts["w"]) == pytest.approx(value, rel=1e-15)
        assert float(texts["w2"]) == pytest.approx(2 * value, rel=1e-9)
    assert str(variable.texts(variable.at(0.5))["w"]) == "10u"


def test_a_grid_has_its_multiples_only_and_stays_inside_the_range() -> None:
    variable = Variable("ib", 0.25e-6, 2.05e-6, 1e-6, grid=0.1e-6)
    values = {round(variable.at(number / 200) / 0.1e-6, 6) for number in range(201)}
    assert values == {float(each) for each in range(3, 21)}
    whole = Variable("m", 1, 8, 2, grid=1, suffixes=False)
    assert [str(whole.texts(whole.at(each))["m"]) for each in (0, 0.5, 1)] == ["1", "4", "8"]


@pytest.mark.parametrize("log", [True, False])
def test_the_smallest_step_of_a_grid_leads_to_another_value_everywhere(log: bool) -> None:
    variable = Variable("m", 1, 8, 2, log=log, grid=1)
    for value in range(1, 8):
        here = variable.coordinate(value)
        assert variable.at(here + variable.smallest_step) >= value + 1 - 1e-9


def test_a_possible_place_is_its_own_nearest() -> None:
    space = Space([Variable("a", 1, 100, 7.123456, log=True), Variable("b", -1, 1, 0.3, grid=0.07)])
    place = space.start
    assert space.possible(place) == place
    assert space.values(place)["a"] == 7.123


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (2.5e-6, "2.5u"),
        (1.2e6, "1.2meg"),
        (16, "16"),
        (0, "0"),
        (-3e-3, "-3m"),
        (1e-3, "1m"),
        (1e30, "1e+30"),
    ],
)
def test_numbers_are_written_as_spice_does(value: float, text: str) -> None:
    assert engineering(value) == text


def test_the_edge_of_a_suffix_keeps_the_value() -> None:
    for exponent in range(-15, 13):
        for mantissa in (0.9999999999, 1.0, 9.99999, math.pi):
            value = mantissa * 10.0**exponent
            assert float(Variable("x", value / 2, value * 2, value).texts(value)["x"]) == pytest.approx(
                value, rel=1e-9
            )
