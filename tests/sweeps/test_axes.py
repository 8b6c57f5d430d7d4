"""The axes of a sweep: their places, and that a manifest gives back what was written."""

from __future__ import annotations

import json

import pytest

from simorc.errors import ExpressionError, UsageError
from simorc.sweeps.axes import AnyAxis, Corners, Listed, OneAtATime, Samples, axis_from_json
from simorc.sweeps.definition import axes_of, column_of
from simorc.sweeps.filters import Filters
from simorc.sweeps.grid import Grid
from simorc.sweeps.ranges import Span
from simorc.sweeps.sampling import Sampling
from simorc.units import Number

DEFAULTS = {"r": Number("1k"), "c": Number("1p"), "corner": "tt"}


def places(axis: AnyAxis) -> list[dict[str, object]]:
    return [dict(axis.place(index)) for index in range(len(axis))]


def test_one_parameter_at_a_time_with_the_others_at_their_defaults() -> None:
    axis = OneAtATime({"r": 1, "c": 2}, {"r": (3, 4), "c": (5,)})
    assert places(axis) == [{"r": 1, "c": 2}, {"r": 3, "c": 2}, {"r": 4, "c": 2}, {"r": 1, "c": 5}]


def test_lists_that_vary_together_have_one_length() -> None:
    assert places(Listed("zip", {"r": (1, 2), "c": (3, 4)})) == [{"r": 1, "c": 3}, {"r": 2, "c": 4}]
    with pytest.raises(UsageError, match="zip: lengths differ: r 2, c 1"):
        Listed("zip", {"r": (1, 2), "c": (3,)})
    with pytest.raises(UsageError, match="r: no values"):
        Listed("grid", {"r": ()})


@pytest.mark.parametrize(
    "axis",
    [
        Listed("grid", {"r": (Number("1k"), Number("2.20k"))}),
        Listed("grid", {"model": ("1k", "nmos"), "on": (True, False)}),
        Listed("grid", {"r": Span.from_json({"start": "1k", "stop": "3k", "step": "1k"})}),
        OneAtATime({"r": Number("1k")}, {"r": (Number("2k"), "off")}),
        Corners({"hot": {"temp": Number("125")}, "cold": {"temp": -40, "corner": "ss"}}),
        Samples(Sampling(5, 3, {}, "sobol")),
    ],
)
def test_an_axis_survives_json_with_spellings_and_types(axis: AnyAxis) -> None:
    again = axis_from_json(json.loads(json.dumps(axis.to_json())))
    assert type(again) is type(axis) and len(again) == len(axis) and again.names == axis.names
    for old, new in zip(places(axis), places(again), strict=True):
        assert new == old
        assert [(type(each), str(each)) for each in new.values()] == [
            (type(each), str(each)) for each in old.values()
        ]


def test_axes_come_in_their_documented_order() -> None:
    definition = {
        "monte_carlo": {"samples": 2},
        "corners": {"hot": {"temp": 125}},
        "sensitivity": {"c": [Number("2p")]},
        "zip": {"w": [1, 2], "l": [3, 4]},
        "parameters": {"r": [Number("1k"), Number("2k")]},
    }
    kinds = [type(axis).__name__ for axis in axes_of(definition, DEFAULTS)]
    assert kinds == ["Listed", "Listed", "OneAtATime", "Corners", "Samples"]


def test_a_quoted_number_is_a_number_where_the_default_is_one() -> None:
    (axis,) = axes_of({"parameters": {"r": ["4.7k", "mixed"]}}, DEFAULTS)
    assert [type(place["r"]) for place in places(axis)] == [Number, str]
    (axis,) = axes_of({"parameters": {"corner": ["1k"]}}, DEFAULTS)
    assert type(places(axis)[0]["corner"]) is str


def test_the_default_is_not_simulated_twice_in_a_sensitivity() -> None:
    (axis,) = axes_of({"sensitivity": {"r": [Number("1k"), Number("2k")]}}, DEFAULTS)
    assert [str(place["r"]) for place in places(axis)] == ["1k", "2k"]
    with pytest.raises(UsageError, match="sensitivity: x has no default to vary around"):
        axes_of({"sensitivity": {"x": [1]}}, DEFAULTS)


def test_corners_are_completed_with_defaults() -> None:
    (axis,) = axes_of({"corners": {"fast": {"corner": "ff"}, "big": {"c": Number("9p")}}}, DEFAULTS)
    assert places(axis) == [{"corner": "ff", "c": Number("1p")}, {"corner": "tt", "c": Number("9p")}]
    with pytest.raises(UsageError, match="corners: b does not set x, which has no default"):
        axes_of({"corners": {"a": {"x": 1}, "b": {"r": Number("2k")}}}, DEFAULTS)


@pytest.mark.parametrize("values", [None, {}, object()])
def test_what_is_neither_list_nor_range_is_refused(values: object) -> None:
    with pytest.raises(UsageError, match="expected a list or a range"):
        column_of(values)


def test_a_parameter_has_one_axis_and_corners_may_override_it() -> None:
    grid = Listed("grid", {"r": (1, 2)})
    with pytest.raises(UsageError, match="r is varied twice"):
        Grid((grid, Listed("zip", {"r": (3,)})), {})
    overridden = Grid((grid, Corners({"hot": {"r": 9}})), {})
    assert overridden.overrides and len(overridden) == 2


def test_filters_survive_json_and_name_the_wrong_condition() -> None:
    filters = Filters(("r > 2k",), ("c < 1p",), ("corner == 'ss'",), (("hot",), ("hot", "cold")))
    assert Filters.from_json(json.loads(json.dumps(filters.to_json()))) == filters
    assert list(filters.compiled(["r", "c", "corner"])) == ["r > 2k", "c < 1p", "corner == 'ss'"]
    with pytest.raises(ExpressionError, match="r >: "):
        Filters(exclude=("r >",)).compiled(["r"])
