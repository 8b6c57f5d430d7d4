"""Sensitivities to parameters, on measurements that are known functions."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from simorc.analysis.conditions import Condition
from simorc.analysis.evaluation import Heard
from simorc.analysis.parameter_steps import AllowedSteps, allowed_steps, check_parameters, steps_of
from simorc.analysis.points import Evaluation, Point
from simorc.analysis.sensitivity import Sensitivities, sensitivities
from simorc.analysis.subject import subject_around
from simorc.cli.output.analysis_tables import sensitivity_lines
from simorc.config.project import Project
from simorc.errors import UsageError
from simorc.units import Number, Value
from tests.analysis.projects import CONFIG, divider_project

DEFAULTS: Mapping[str, Value] = {"r": Number("1k"), "c": Number("2n"), "m": Number("4"), "corner": "tt"}

Formula = Callable[[Mapping[str, float]], Mapping[str, float]]


class StandIn:
    """Evaluates points by a formula; those that `fails` says fail have values all the same."""

    def __init__(self, formula: Formula, defaults: Mapping[str, Value] = DEFAULTS) -> None:
        self.formula = formula
        self.defaults = defaults
        self.points: list[Point] = []
        self.fails: Callable[[Mapping[str, Value]], bool] = lambda parameters: False

    def run(self, points: Sequence[Point], heard: Heard) -> list[Evaluation]:
        found = []
        for place, point in enumerate(points):
            parameters = {**self.defaults, **point.parameters}
            values = self.formula({n: float(v) for n, v in parameters.items() if not isinstance(v, str)})
            failure = "no convergence" if self.fails(parameters) else ""
            found.append(Evaluation(point, values, failure))
            heard(place, found[-1])
        self.points += points
        return found


def filtered(values: Mapping[str, float]) -> dict[str, float]:
    return {"tau": values["r"] * values["c"], "gain": values["m"] ** 2 / values["r"]}


def asked(
    stand_in: StandIn, *, allowed: AllowedSteps | None = None, chosen: Sequence[str] = ()
) -> dict[str, Sensitivities]:
    names = list(stand_in.formula(dict.fromkeys(stand_in.defaults, 1.0)))
    nominal = [Condition("nominal")]
    steps = allowed or AllowedSteps()
    found = sensitivities(stand_in.run, "tb", stand_in.defaults, nominal, names, steps, chosen)
    return {each.measurement: each for each in found}


def test_powers_have_their_exponents() -> None:
    stand_in = StandIn(filtered)
    found = asked(stand_in)
    assert len(stand_in.points) == found["tau"].simulations == 7
    tau = {each.step.parameter: each for each in found["tau"].effects}
    assert tau["r"].normalised == pytest.approx(1) and tau["c"].normalised == pytest.approx(1)
    assert tau["r"].slope == pytest.approx(2e-9) and tau["r"].change == pytest.approx(2e-8)
    assert tau["m"].normalised == 0 and not tau["m"].is_bent
    gain = {each.step.parameter: each for each in found["gain"].effects}
    assert list(gain) == ["m", "r", "c"], "the largest change first"
    assert gain["m"].normalised == pytest.approx(2)
    assert gain["r"].normalised == pytest.approx(-1, rel=2e-4)


def test_whole_numbers_are_stepped_by_one_and_said_so() -> None:
    stand_in = StandIn(filtered)
    found = asked(stand_in, chosen=["m"])
    assert [dict(point.parameters) for point in stand_in.points] == [{}, {"m": 5.0}, {"m": 3.0}]
    assert [str(point.parameters["m"]) for point in stand_in.points[1:]] == ["5", "3"]
    assert "note: m is a whole number: stepped by 1" in list(sensitivity_lines(found["gain"], ""))


@pytest.mark.parametrize(("value", "low"), [("1", None), ("2", 1.0), ("0", None)])
def test_no_multiplier_is_stepped_to_zero(value: str, low: float | None) -> None:
    ((step,), gaps) = steps_of({"k": Number(value)}, AllowedSteps(whole=frozenset({"k"})))
    assert step.low == low and step.high == int(value) + 1 and step.is_whole and not gaps


def test_one_finger_has_a_forward_difference() -> None:
    defaults = {"nf_load": Number("1")}
    found = asked(StandIn(lambda p: {"i": 3 * p["nf_load"]}, defaults))["i"]
    assert found.simulations == 2 and found.effects[0].slope == 3
    assert found.to_json()["parameters"][0]["differences"] == "forward"
    assert "note: nf_load is a whole number: stepped by 1, only upwards" in list(
        sensitivity_lines(found, "A")
    )


@pytest.mark.parametrize("name", ["temp", "vdda", "cm", "gm", "mc", "vm", "ngate", "mu"])
def test_other_numbers_written_whole_are_not_stepped_by_one(name: str) -> None:
    ((step,), _) = steps_of({name: Number("2")}, AllowedSteps())
    assert not step.is_whole and (step.low, step.high) == (1.98, 2.02)


def test_steps_follow_the_grid_the_user_and_the_reach() -> None:
    allowed = AllowedSteps(
        given={"m": 0.5, "v": 0.1}, grid={"w": 0.1e-6, "l": 0.3e-6}, reach={"z": 5.0}, whole=frozenset({"m"})
    )
    values = {"w": Number("1u"), "l": Number("40u"), "z": Number("0"), "v": Number("0"), "m": Number("4")}
    steps, gaps = steps_of(values, allowed)
    sizes = {each.parameter: each.size for each in steps}
    assert sizes == pytest.approx({"w": 0.1e-6, "l": 0.3e-6, "z": 0.05, "v": 0.1, "m": 0.5}) and not gaps
    with pytest.raises(UsageError, match=r"the step 1e-20 of w is too small beside its value 1u"):
        steps_of(values, AllowedSteps(given={"w": 1e-20}))


def test_a_parameter_of_zero_without_a_known_step_is_a_gap() -> None:
    found = asked(StandIn(lambda p: {"y": p["vos"] + p["a"]}, {"vos": Number("0"), "a": Number("1")}))["y"]
    assert [each.step.parameter for each in found.effects] == ["a"] and not found.has_failed
    assert found.gaps[0].reason == "it is 0, and nothing says how far to step it; give --step vos=VALUE"


def test_zero_makes_a_sensitivity_absolute() -> None:
    defaults = {"vos": Number("0"), "a": Number("2")}
    stand_in = StandIn(lambda p: {"y": 5 + 3 * p["vos"], "null": 1e-17 + (p["a"] - 2) * 4}, defaults)
    found = asked(stand_in, allowed=AllowedSteps(given={"vos": 0.1}))
    (first, _) = found["y"].effects
    assert first.normalised is None and first.slope == pytest.approx(3) and first.change == pytest.approx(0.3)
    (first, _) = found["null"].effects
    assert (
        first.normalised is None and first.slope == pytest.approx(4) and first.change == pytest.approx(0.08)
    )
    text = "\n".join(sensitivity_lines(found["y"], "V"))
    assert "3 V per 1" in text and "300 mV for 100m" in text


def test_a_failed_simulation_is_a_gap_and_no_number() -> None:
    stand_in = StandIn(filtered)
    stand_in.fails = lambda parameters: parameters["r"] == 990
    found = asked(stand_in)["tau"]
    assert [each.step.parameter for each in found.effects] == ["c", "m"] and found.has_failed
    assert found.to_json()["gaps"] == [
        {"parameter": "r", "reason": "at r=990: no convergence", "failed": True}
    ]
    assert "no sensitivity to r: at r=990: no convergence" in list(sensitivity_lines(found, "s"))


def test_without_a_nominal_value_there_are_gaps_only() -> None:
    stand_in = StandIn(filtered)
    stand_in.fails = lambda parameters: dict(parameters) == dict(DEFAULTS)
    found = asked(stand_in)["tau"]
    assert found.nominal is None and not found.effects and found.has_failed
    assert {each.reason for each in found.gaps} == {"at the nominal point: no convergence"}
    assert next(sensitivity_lines(found, "s")) == "tau at nominal: no value; 7 simulations"


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_value_that_is_no_number_is_a_gap(value: float) -> None:
    found = asked(StandIn(lambda p: {"y": value if p["a"] > 1 else p["a"]}, {"a": Number("1")}))["y"]
    assert not found.effects and found.gaps[0].reason == "at a=1.01: y has no value"


def test_a_switch_is_not_taken_for_no_effect_in_silence() -> None:
    found = asked(StandIn(lambda p: {"y": 1.0 if p["mode"] == 1 else 2.0}, {"mode": Number("1")}))["y"]
    assert found.effects[0].is_bent
    assert any(line.startswith("warning: mode: ") for line in sensitivity_lines(found, ""))


def test_bars_are_on_the_side_of_their_sign() -> None:
    defaults = {"up": Number("1"), "down": Number("1"), "still": Number("1")}
    found = asked(StandIn(lambda p: {"y": 10 + 2 * p["up"] - p["down"]}, defaults))["y"]
    lines = list(sensitivity_lines(found, "V"))
    assert lines[2].endswith(" │████████████") and lines[3].endswith("██████│")
    assert lines[4] == "no effect: still"


def test_conditions_are_the_nominal_point_and_the_corners(tmp_path: Path) -> None:
    sweep = "parameters: {vdda: [2, 3], corner: [mm, nom]}\ncorners: {low: {gain: 1}, high: {gain: 4}}"
    config = CONFIG.replace("corner: mm}", "corner: mm, gain: 2}")
    project = divider_project(tmp_path, sweep=sweep, config=config)
    assert [each.name for each in subject_around(project, "tb").conditions] == ["nominal"]
    names = [each.name for each in subject_around(project, "s").conditions]
    assert names[0] == "nominal" and len(names) == 5 and not any("vdda" in name for name in names)
    only = subject_around(project, "s", ["low"]).conditions
    assert {each.parameters["gain"] for each in only} == {1} and len(only) == 2
    with pytest.raises(UsageError, match="no sweep or testbench 'tv'; known: s, tb"):
        subject_around(project, "tv")
    with pytest.raises(UsageError, match="unknown corner low"):
        subject_around(project, "tb", ["low"])


def test_a_corner_with_the_defaults_stands_for_the_nominal_point(tmp_path: Path) -> None:
    project = divider_project(tmp_path, sweep="parameters: {vdda: [2, 3], corner: [mm, nom]}")
    assert [each.name for each in subject_around(project, "s").conditions] == ["mm", "nom"]


def test_sizing_files_say_which_steps_are_allowed(tmp_path: Path) -> None:
    config = CONFIG.replace("corner: mm}", "corner: mm, n: 3, w: 1u, w2: 1u}")
    divider_project(tmp_path, config=config)
    (tmp_path / "sizing").mkdir()
    variables = "{n: {low: 1, high: 9, integer: true}, w: {low: 0.5u, high: 9u, grid: 0.1u, matched: [w2]}}"
    (tmp_path / "sizing" / "z.yaml").write_text(f"testbenches: [tb]\nvariables: {variables}\n")
    project = Project.load(tmp_path)
    allowed = allowed_steps(project, "tb", {}, ["vdda"])
    assert allowed.whole == {"n", "vdda"} and allowed.grid == pytest.approx({"w": 1e-7, "w2": 1e-7})
    with pytest.raises(UsageError, match="w is 1u, not a whole number"):
        allowed_steps(project, "tb", {}, ["w"])


@pytest.mark.parametrize(
    ("name", "message"),
    [("vda", "testbench 'tb' has no parameter 'vda' .did you mean 'vdda'"), ("corner", "'mm', not a number")],
)
def test_only_numeric_parameters_have_a_sensitivity(name: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        check_parameters([name], {"vdda": Number("2"), "corner": "mm"}, "tb")
