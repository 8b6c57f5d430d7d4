"""What a tuner simulates next, and what it shows."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pytest

from simorc.analysis.tuning.client import CaseMeasured, ParametersUnused, RequestOver
from simorc.analysis.tuning.knobs import Knob
from simorc.analysis.tuning.tuner import TunedCase
from simorc.config.definitions import MeasurementDefinition, Spec
from simorc.errors import UsageError
from simorc.units import Number
from simorc_tui.data.tuning.model import TunerModel
from simorc_tui.data.tuning.readings import Judge, Reading

ONE, TWO = TunedCase("tt", {"corner": "tt"}), TunedCase("ss", {"corner": "ss"})


def made(cases: Sequence[TunedCase] = (ONE,)) -> TunerModel:
    knobs = [Knob(name, Number("10u"), Number("10u"), Decimal("1e-7")) for name in ("w", "l")]
    return TunerModel(knobs, cases, [TWO])


def move(model: TunerModel, text: str, place: int = 0) -> None:
    model.put(place, model.knobs[place].typed(text))


def answer(model: TunerModel, number: int, *values: float | str) -> bool:
    """The answers to a request: a value for each case, or why it failed."""
    for place, value in enumerate(values):
        failure = value if isinstance(value, str) else ""
        measured = {} if isinstance(value, str) else {"gain": value}
        model.take(CaseMeasured(number, place, measured, failure, None))
    return model.take(RequestOver(number, True))


def test_the_nominal_values_come_first_then_the_sliders_then_variants() -> None:
    model = made()
    move(model, "11u")
    assert model.wanted() == {}
    model.asked(1, {})
    assert model.wanted() is None, "the nominal values are simulated to their end"
    assert answer(model, 1, 40.0)
    assert model.wanted() == {"w": 11e-6}
    model.asked(2, {"w": Number("11u")})
    model.keep()
    move(model, "12u")
    model.asked(3, model.values)
    answer(model, 3, 42.0)
    assert model.wanted() == {"w": 11e-6}
    model.asked(4, {"w": Number("11u")})
    answer(model, 4, 41.0)
    assert (model.wanted(), model.stale, model.busy) == (None, False, False)
    assert [each.reading.number for each in model.variants if each.reading] == [4]
    assert model.shown is not None and model.shown.number == 3
    assert model.kept == {1, 3, 4}


def test_newer_values_replace_what_is_under_way_and_older_answers_are_shown_meanwhile() -> None:
    model = made()
    model.asked(1, {})
    answer(model, 1, 40.0)
    for number, text in enumerate(("11u", "12u", "13u"), 2):
        move(model, text)
        assert model.wanted() == model.values
        model.asked(number, model.values)
    assert model.wanted() is None
    assert answer(model, 2, 41.0)
    assert model.shown is not None and (model.shown.number, model.stale) == (2, True)
    assert not model.take(RequestOver(3, False)), "dropped for newer values"
    assert answer(model, 4, 43.0)
    assert (model.shown.number, model.stale, model.busy) == (4, False, False)
    assert not answer(model, 2, 41.0), "an answer that nobody waits for"


def test_a_failure_keeps_what_was_shown_and_is_not_tried_again() -> None:
    model = made((ONE, TWO))
    model.asked(1, {})
    answer(model, 1, 40.0, 39.0)
    move(model, "11u")
    model.asked(2, model.values)
    assert answer(model, 2, 40.0, "no convergence")
    assert (model.problem, model.stale) == ("ss: no convergence", True)
    assert model.shown is model.nominal and model.wanted() is None
    move(model, "12u")
    model.asked(3, model.values)
    assert model.take(RequestOver(3, False, "template: line 3"))
    assert model.problem == "template: line 3"
    model.go_to({})
    assert model.wanted() is None and not model.stale, "the nominal values are there"
    move(model, "13u")
    model.asked(4, model.values)
    answer(model, 4, 41.0, 40.0)
    assert (model.problem, model.stale) == ("", False)


def test_values_without_an_effect_are_remarked() -> None:
    model = made()
    model.asked(1, {})
    answer(model, 1, 40.0)
    move(model, "11u", 1)
    model.asked(2, model.values)
    answer(model, 2, 40.0)
    assert model.note == "l: no measurement changes"
    move(model, "12u", 1)
    model.asked(3, model.values)
    answer(model, 3, 40.5)
    assert model.note == ""


def test_variants_have_names_and_are_kept_once() -> None:
    model = made()
    with pytest.raises(UsageError, match="every slider is at its nominal value"):
        model.keep()
    move(model, "11u")
    assert model.keep().name == "A"
    with pytest.raises(UsageError, match="variant A already"):
        model.keep()
    move(model, "12u")
    assert model.keep().name == "B"
    model.remove("A")
    move(model, "13u")
    assert model.keep().name == "A"


def test_unused_parameters_are_fixed() -> None:
    model = made()
    assert model.take(ParametersUnused({"l": "the template does not use it"}))
    with pytest.raises(UsageError, match="l: the template does not use it"):
        move(model, "11u", 1)


def test_other_cases_are_measured_from_the_nominal_values_on() -> None:
    model = made()
    model.asked(1, {})
    answer(model, 1, 40.0)
    move(model, "11u")
    model.choose(["ss"], [Knob("w", Number("10u"), Number("10u"), Decimal("1e-7"))])
    assert [case.name for case in model.cases] == ["ss"]
    assert (model.nominal, model.shown, model.wanted()) == (None, None, {})
    assert model.values == {"w": 11e-6}


def test_specs_are_judged_as_those_of_a_run_are() -> None:
    spec = Spec("gain", min=41.0, corners={"slow": (38.0, None)})
    judge = Judge({"gain": spec}, {"gain": MeasurementDefinition(unit="dB")})
    cases = (ONE, TunedCase("ss", {"corner": "ss"}, "slow"), TunedCase("ff", {"corner": "ff"}))
    reading = Reading(1, {}, ({"gain": 41.5}, {"gain": 38.5}, {"gain": 40.0}), ("", "", ""), (None,) * 3)
    (row,) = judge.rows(cases, reading)
    assert (row.status, row.passing, row.worst, row.where) == ("fail", "2/3", "40 dB", "ff")
    assert (row.low, row.least, row.most, row.strip.violated) == ("41 dB", "38.5 dB", "41.5 dB", True)
    failed = Reading(2, {}, ({"gain": 41.5}, None, None), ("", "died", "died"), (None,) * 3)
    (row,) = judge.rows(cases, failed)
    assert (row.status, row.passing) == ("missing", "1/3")


def test_a_strip_shows_how_values_move_from_the_nominal_ones() -> None:
    judge = Judge({"gain": Spec("gain", min=40.0)}, {})
    nominal = Reading(1, {}, ({"gain": 45.0},), ("",), (None,))
    places = [
        judge.rows((ONE,), Reading(2, {}, ({"gain": gain},), ("",), (None,)), nominal)[0].strip.place(gain)
        for gain in (42.0, 45.0, 47.0)
    ]
    assert places == sorted(places) and len(set(places)) == 3
