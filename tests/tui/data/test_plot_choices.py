"""What a plot of a run is of at first, and how it is changed."""

from __future__ import annotations

from simorc_tui.data.plot_choices import (
    ALL_COMBINATIONS,
    PlotChoices,
    curve_choices,
    histogram_choices,
    map_choices,
)

GRID = {"mc": (1.0,), "corner": ("tt", "ff"), "temp": (-40.0, 27.0, 125.0), "vdd": (3.0, 3.3)}


def values(choices: PlotChoices) -> list[str]:
    return list(choices.chosen.values())


def test_the_likeliest_is_first() -> None:
    assert values(histogram_choices(("gain", "pm"), ("", "vdd", "pm"))) == ["pm"]
    assert values(curve_choices(("gain", "pm"), (), GRID)) == ["gain", "temp", "corner"]
    assert values(map_choices(("gain",), (), GRID)) == ["all specs", "temp", "corner"]


def test_one_parameter_makes_one_curve() -> None:
    assert values(curve_choices(("gain",), (), {"vdd": (3.0, 3.3)})) == ["gain", "vdd"]


def test_more_values_than_curves_are_drawn_as_combinations() -> None:
    many = {"vdd": tuple(map(float, range(40))), "sample": tuple(map(float, range(30)))}
    assert values(curve_choices(("gain",), (), many)) == ["gain", "vdd", ALL_COMBINATIONS]


def test_two_choices_are_never_the_same() -> None:
    choices = curve_choices(("gain",), (), GRID)
    swapped = choices.with_value(1, "corner")
    assert values(swapped) == ["gain", "corner", "temp"]
    combined = choices.with_value(2, ALL_COMBINATIONS)
    assert values(combined.with_value(2, "temp")) == ["gain", "mc", "temp"]
    for place in range(3):
        for by in range(1, 9):
            stepped = choices.stepped(place, by)
            assert stepped["over"] != stepped["by"] and stepped["over"] in GRID


def test_what_is_remembered_and_gone_is_not_chosen() -> None:
    choices = curve_choices(("gain",), (), GRID).recalled({"over": "vdd", "by": "gone", "measurement": "pm"})
    assert values(choices) == ["gain", "vdd", "corner"]
