# ruff: noqa: E501 - whole messages are compared, each on its line
from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError

from simorc.config.models.execution import ExecutionSettings
from simorc.config.models.fields import Section
from simorc.config.models.measurement import Measurement, Spec
from simorc.config.models.setup import Setup
from simorc.config.models.sweep import MonteCarlo, Range, SweepDefinition
from simorc.config.models.testbench import TestbenchConfig
from simorc.config.schema.descriptions import describe
from simorc.units import Number


def printed(model: type[Section], data: Any) -> str:
    """What pydantic says is wrong with the only mistake in `data`."""
    with pytest.raises(ValidationError) as caught:
        model.model_validate(data)
    (error,) = caught.value.errors()
    return error["msg"].removeprefix("Value error, ")


def measurements(data: Any) -> dict[str, dict[str, Any]]:
    config = TestbenchConfig.model_validate({"measurements": data})
    return {name: each.model_dump(exclude_unset=True) for name, each in config.measurements.items()}


def test_short_forms_of_measurements() -> None:
    assert measurements(["gain", "gbw"]) == {"gain": {"meas": "gain"}, "gbw": {"meas": "gbw"}}
    assert measurements({"gain": None, "g": {"unit": "dB"}}) == {
        "gain": {"meas": "gain"},
        "g": {"meas": "g", "unit": "dB"},
    }
    assert measurements({"peak": "max(v(out))"}) == {"peak": {"expr": "max(v(out))"}}


def test_arguments_of_a_built_in_measurement_stand_beside_it() -> None:
    written = {"measure": "gain_at", "signal": "v(out)", "frequency": Number("1k"), "unit": "dB"}
    expected = {"measure": "gain_at", "args": {"signal": "v(out)", "frequency": 1e3}, "unit": "dB"}
    assert measurements({"g": written}) == {"g": expected}
    assert measurements({"g": {**written, "measure": None, "builtin": "gain_at"}}) == {"g": expected}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (
            {"meas": "a", "expr": "b"},
            "exactly one of meas, measure, expr, python, operating_point, across is needed, not meas and expr",
        ),
        (
            {"unit": "V"},
            "exactly one of meas, measure, expr, python, operating_point, across is needed, not none",
        ),
        ({"python": "gain.py"}, "python: expected file.py:function, not 'gain.py'"),
        ({"meas": "a", "scale": "x"}, "expected a number, not 'x'"),
        (
            {"across": {"reduce": "most", "over": "temp", "of": "gain"}},
            "Input should be 'max', 'min', 'mean', 'median', 'sigma', 'spread' or 'tempco'",
        ),
        ({"meas": "a", "unti": "V"}, "Extra inputs are not permitted"),
    ],
)
def test_mistakes_in_a_measurement(data: dict[str, Any], message: str) -> None:
    assert printed(Measurement, data) == message


@pytest.mark.parametrize(
    ("typ", "tolerance"), [("10u ±10%", "10%"), ("10u +/- 2u", Number("2u")), ("10u +-5 %", "5%")]
)
def test_a_typical_value_may_carry_its_tolerance(typ: str, tolerance: object) -> None:
    spec = Spec.model_validate({"typ": typ})
    assert (str(spec.typ), spec.tolerance) == ("10u", tolerance)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({}, "one of min, typ, max, corners is needed"),
        ({"min": Number("2"), "max": Number("1")}, "min 2 is above max 1"),
        ({"min": Number("1"), "tolerance": "10%"}, "tolerance needs typ"),
        ({"typ": Number("1"), "tolerance": "-10%"}, "'-10%' is negative"),
        ({"min": True}, "expected a number, not true"),
        ({"min": Number("1"), "corners": {"ss": {"min": "high"}}}, "expected a number, not 'high'"),
    ],
)
def test_mistakes_in_a_spec(data: dict[str, Any], message: str) -> None:
    assert printed(Spec, data) == message


def span(**written: str) -> dict[str, Any]:
    return {key: text if key == "scale" else Number(text) for key, text in written.items()}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (span(start="1", stop="2"), "a range needs step or num"),
        (span(start="1", stop="2", step="1", num="2"), "a range needs step or num, not both"),
        (span(start="1", stop="2", step="-0.1"), "step -0.1 leads away from stop 2"),
        (span(start="1", stop="2", step="0"), "step must not be zero"),
        (span(start="1", stop="2", num="0"), "Input should be greater than or equal to 1"),
        (span(start="1", stop="2", num="2.5"), "expected a whole number, not '2.5'"),
        (
            span(start="0", stop="2", num="3", scale="log"),
            "start and stop of a logarithmic range must be greater than zero",
        ),
        (span(start="1", stop="2", step="1", scale="log"), "a logarithmic range needs num, not step"),
        (span(start="1", stop="2", num="3", scale="cubic"), "Input should be 'lin' or 'log'"),
        (span(start="0", stop="1", step="1e-9"), "more than 100000000 values"),
    ],
)
def test_mistakes_in_a_range(data: dict[str, Any], message: str) -> None:
    assert printed(Range, data) == message


def test_values_of_a_parameter_stay_as_written() -> None:
    parameters = {
        "vdda": [Number("3.30"), "ss", True],
        "cl": Number("10k"),
        "t": span(start="-40", stop="125", num="12"),
    }
    dumped = SweepDefinition.model_validate({"testbench": "dc", "parameters": parameters}).model_dump()[
        "parameters"
    ]
    assert [str(value) for value in dumped["vdda"]] == ["3.30", "ss", "True"]
    assert [str(value) for value in dumped["cl"]] == ["10k"]
    assert str(dumped["t"]["start"]) == "-40"


@pytest.mark.parametrize(
    ("key", "data", "message"),
    [
        ("parameters", {"a": []}, "the list of values is empty"),
        ("parameters", {"a": None}, "the list of values is empty"),
        ("parameters", {"a": [[1]]}, "expected one value, not a list"),
        ("parameters", {"a": [1], "A": [2]}, "a and A differ only in case"),
        ("zip", {"a": [1], "b": [1, 2]}, "zipped lists must have the same length (a has 1, b has 2)"),
        (
            "corners",
            {"../up": {"a": 1}},
            "a name starts with a letter, digit or _, followed by letters, digits, _ - or . (at most 100 characters)",
        ),
        ("corners", {"ss": [1]}, "expected parameters with their values, not a list"),
        ("monte_carlo", {"samples": 0}, "Input should be greater than or equal to 1"),
        (
            "monte_carlo",
            {"samples": 1, "distributions": {"a": {}}},
            "one of normal, lognormal, uniform, triangular, truncated is needed",
        ),
        (
            "monte_carlo",
            {"samples": 1, "distributions": {"a": {"uniform": {"low": 2, "high": 1}}}},
            "low 2.0 is above high 1.0",
        ),
        (
            "monte_carlo",
            {"samples": 1, "distributions": {"a": {"normal": {"mean": 2, "sigma": -1}}}},
            "sigma is negative",
        ),
    ],
)
def test_mistakes_in_a_sweep(key: str, data: Any, message: str) -> None:
    assert printed(SweepDefinition, {"testbench": "dc", key: data}) == message


def test_groups_corners_and_sensitivity_take_their_short_forms() -> None:
    sweep = SweepDefinition.model_validate(
        {
            "testbench": "dc",
            "zip": {"w": [1], "l": [2]},
            "corners": {"nominal": None},
            "sensitivity": {"parameters": {"w": [1, 2]}},
            "exclude": "temp > 100",
        }
    )
    assert (len(sweep.zip), sweep.corners, sweep.exclude) == (1, {"nominal": {}}, ("temp > 100",))
    assert sweep.sensitivity == {"w": (1, 2)}


def test_execution_units() -> None:
    settings = ExecutionSettings.model_validate(
        {
            "timeout": Number("10m"),
            "memory_limit": "2GB",
            "raw_limit": Number("512M"),
            "warm": False,
            "jobs": Number("4"),
        }
    )
    assert (settings.timeout, settings.memory_limit, settings.raw_limit) == (
        600,
        2_000_000_000,
        512 * 1024**2,
    )
    assert (settings.warm, settings.jobs) == ("off", 4)
    assert ExecutionSettings.model_validate({"timeout": 1e-7}).timeout == 1e-7


@pytest.mark.parametrize(
    "data",
    [
        {"jobs": 0},
        {"timeout": "soon"},
        {"timeout": 0},
        {"warm": "hot"},
        {"nice": 20},
        {"memory_limit": "lots"},
    ],
)
def test_mistakes_in_execution(data: dict[str, Any]) -> None:
    assert printed(ExecutionSettings, data)


def test_a_parameter_may_not_be_called_as_a_fixed_column() -> None:
    assert "column of every results table" in printed(TestbenchConfig, {"parameters": {"Status": 1}})


def test_frozen() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        MonteCarlo(samples=1).samples = 2  # type: ignore[misc]


@pytest.mark.parametrize("model", [Setup, TestbenchConfig, SweepDefinition])
def test_every_key_is_described_in_the_schema(model: type[Section]) -> None:
    schema = model.model_json_schema()
    describe(schema, model)
    for section in [schema, *schema["$defs"].values()]:
        for name, key in section["properties"].items():
            described = {**schema["$defs"].get(key.get("$ref", "").removeprefix("#/$defs/"), {}), **key}
            assert described.get("description"), f"{section['title']}.{name}"
    assert json.dumps(schema)
