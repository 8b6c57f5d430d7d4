"""The parameters of a testbench as sliders."""

from __future__ import annotations

import pytest

from simorc.analysis.parameter_steps import AllowedSteps
from simorc.analysis.tuning.knobs import Knob, knobs_of
from simorc.errors import UsageError
from simorc.units import Number, Value


def knob(text: str, *, whole: bool = False, grid: float | None = None) -> Knob:
    allowed = AllowedSteps(
        whole=frozenset({"x"} if whole else ()), grid={} if grid is None else {"x": grid}, reach={}
    )
    (found,) = knobs_of({"x": Number(text)}, [{}], allowed, {})
    return found


@pytest.mark.parametrize(
    ("text", "more", "less", "much_more"),
    [
        ("40u", "40.5u", "39.5u", "45u"),
        ("3.3V", "3.35V", "3.25V", "3.8V"),
        ("1.65", "1.66", "1.64", "1.75"),
        ("27", "27.5", "26.5", "32"),
        ("125degC", "126degC", "124degC", "135degC"),
        ("1megHz", "1.02megHz", "0.98megHz", "1.2megHz"),
        ("5e-05", "51u", "49u", "60u"),
        ("2.5e-6", "2.55u", "2.45u", "3u"),
        ("-3m", "-2.95m", "-3.05m", "-2.5m"),
        ("0.654321u", "0.66u", "0.65u", "0.75u"),
        ("9990", "10k", "9900", "10.9k"),
    ],
)
def test_a_step_keeps_suffix_and_unit_and_is_a_round_number(
    text: str, more: str, less: str, much_more: str
) -> None:
    start = knob(text)
    assert [str(start.moved(steps).value) for steps in (1, -1, 10)] == [more, less, much_more]


@pytest.mark.parametrize("text", ["40u", "3.3V", "1.65", "2p", "100k", "1meg", "0.18u", "1e-15", "2g"])
def test_steps_there_and_back_end_where_they_began(text: str) -> None:
    start = knob(text)
    up = start
    for _ in range(70):
        up = up.moved(1)
    for _ in range(70):
        up = up.moved(-1)
    assert up.value == start.value


def test_whole_numbers_and_grids_step_from_one_possible_value_to_the_next() -> None:
    assert str(knob("4", whole=True).moved(1).value) == "5"
    assert str(knob("40u", grid=2e-7).moved(1).value) == "40.4u"


def test_a_value_of_zero_has_no_step_but_may_be_typed() -> None:
    with pytest.raises(UsageError, match="x is 0, so no step is known"):
        knob("0").moved(1)
    assert str(knob("0").typed("2.5u").value) == "2.5u"


@pytest.mark.parametrize(("text", "words"), [("1k5", "not a number"), ("100MHz", "ambiguous"), ("", "not a")])
def test_what_is_typed_is_read_by_the_one_grammar(text: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        knob("1k").typed(text)


def test_the_place_on_the_track_is_clipped() -> None:
    start = knob("10u")
    assert (start.place, start.moved(-1000).place, start.moved(1000).place) == (0.5, 0.0, 1.0)


def test_only_numbers_become_sliders_and_what_the_cases_differ_in_is_fixed() -> None:
    defaults: dict[str, Value] = {"w": Number("1u"), "corner": "tt", "ideal": True, "temp": Number("27")}
    cases: list[dict[str, Value]] = [
        {"temp": Number("-40"), "corner": "ss"},
        {"temp": Number("125"), "corner": "ff"},
    ]
    knobs = {each.name: each for each in knobs_of(defaults, cases, AllowedSteps(), {"w": "unused"})}
    assert list(knobs) == ["w", "temp"]
    assert str(knobs["temp"].value) == "-40"
    for name, reason in (("temp", "the cases differ in it"), ("w", "unused")):
        with pytest.raises(UsageError, match=f"{name}: {reason}"):
            knobs[name].moved(1)
