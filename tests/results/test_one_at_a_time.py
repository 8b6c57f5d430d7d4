"""The effects of parameters that are varied one at a time."""

from __future__ import annotations

import numpy as np
import pytest

from simorc.results.frame import Frame
from simorc.results.one_at_a_time import Effect, effects, sensitivity_axis
from simorc.sweeps.axes import OneAtATime
from simorc.sweeps.plan import Plan
from simorc.units import Number

AXIS = OneAtATime({"r": 1.0, "c": 2.0}, {"r": (3.0, 4.0), "c": (5.0,)})


def frame_of(gain: list[float], repeat: int = 1) -> Frame:
    """The cases of `AXIS`, each `repeat` times one after the other."""
    columns = {"r": [1.0, 3.0, 4.0, 1.0], "c": [2.0, 2.0, 2.0, 5.0]}
    count = len(gain)
    return Frame(
        np.arange(1, count + 1),
        np.array(["completed"] * count, dtype=object),
        {name: np.repeat(np.array(values), repeat) for name, values in columns.items()},
        {"gain": np.array(gain)},
    )


def test_the_parameter_that_moves_most_is_first() -> None:
    found = effects(frame_of([10.0, 11.0, 9.0, 20.0]), AXIS, "gain")
    assert found == [
        Effect("c", 10.0, (10.0, 2.0), (20.0, 5.0)),
        Effect("r", 10.0, (9.0, 4.0), (11.0, 3.0)),
    ]
    assert [effect.swing for effect in found] == [10.0, 2.0]
    assert [effect.percent for effect in found] == [100.0, 20.0]


def test_other_axes_are_averaged_and_missing_values_do_not_count() -> None:
    gain = [9.0, 11.0, 12.0, np.nan, 8.0, 10.0, 10.0, 10.0]
    by_name = {effect.parameter: effect for effect in effects(frame_of(gain, repeat=2), AXIS, "gain")}
    assert by_name["r"] == Effect("r", 10.0, (9.0, 4.0), (12.0, 3.0))
    assert by_name["c"].swing == 0.0


def test_without_a_nominal_value_or_a_second_one_there_is_no_effect() -> None:
    assert effects(frame_of([np.nan, 11.0, 9.0, 20.0]), AXIS, "gain") == []
    (only,) = effects(frame_of([10.0, np.nan, np.nan, 20.0]), AXIS, "gain")
    assert only.parameter == "c"


def test_percent_of_zero_is_not_a_number() -> None:
    assert Effect("r", 0.0, (-1.0, 1), (1.0, 2)).percent is None
    assert Effect("r", -4.0, (-5.0, 1), (-3.0, 2)).percent == 50.0


def test_the_axis_of_a_plan() -> None:
    plan = Plan.expand({"sensitivity": {"r": [Number("2k")]}}, defaults={"r": Number("1k")})
    axis = sensitivity_axis(plan)
    assert axis is not None and axis.names == ("r",)
    assert sensitivity_axis(None) is None
    assert sensitivity_axis(Plan.expand({"parameters": {"r": [1]}}, defaults={"r": 1})) is None


@pytest.mark.parametrize("repeat", [1, 2])
def test_texts_are_values_too(repeat: int) -> None:
    frame = Frame(
        np.arange(1, 2 * repeat + 1),
        np.array(["completed"] * 2 * repeat, dtype=object),
        {"corner": np.repeat(np.array(["tt", "ss"], dtype=object), repeat)},
        {"gain": np.repeat([1.0, 3.0], repeat)},
    )
    (effect,) = effects(frame, OneAtATime({"corner": "tt"}, {"corner": ("ss",)}), "gain")
    assert (effect.least, effect.most) == ((1.0, "tt"), (3.0, "ss"))
