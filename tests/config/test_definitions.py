"""Measurements, specs and stop rules as a run has them: from JSON of every version and back."""

from __future__ import annotations

import json
from typing import Any

import pytest

from simorc.config.definitions import MeasurementDefinition, Spec, StopRule, measurements_of_json, to_json
from simorc.config.models import measurement as models


@pytest.mark.parametrize(
    "written",
    [
        {"meas": "gain"},
        {"measure": "gain_at", "signal": "v(out)", "at": "1k", "scale": "1k", "unit": "dB"},
        {"expr": "max(v(out))", "optional": True, "description": "largest"},
        {"python": "measure/hook.py:pole", "args": {"n": 2}},
        {"across": {"reduce": "max", "over": "temp", "of": "gain"}},
    ],
)
def test_a_measurement_survives_its_manifest(written: dict[str, Any]) -> None:
    model = models.Measurement.model_validate(written)
    definition = model.definition()
    in_manifest = json.loads(json.dumps(definition.to_json()))
    assert MeasurementDefinition.of_json(in_manifest) == definition
    assert in_manifest == model.model_dump(mode="json"), "the keys and values of a manifest stay"


@pytest.mark.parametrize(
    "written",
    [
        {"min": "40m", "near": "5%"},
        {"typ": "10u ±10%", "unit": "A"},
        {"typ": -10, "tolerance": 2, "max": -9},
        {"corners": {"ss": {"min": 1}, "ff": {"max": "2k"}}},
    ],
)
def test_a_spec_survives_its_manifest(written: dict[str, Any]) -> None:
    model = models.Spec.model_validate(written)
    spec = model.definition("gain")
    in_manifest = json.loads(json.dumps(spec.to_json()))
    assert Spec.of_json("gain", in_manifest) == spec
    assert in_manifest == model.model_dump(mode="json")


def test_a_tolerance_gives_the_limits_that_are_not_written() -> None:
    spec = Spec.of_json("i", {"typ": -10.0, "tolerance": "10%", "max": -9.5})
    assert (spec.min, spec.max) == (-11.0, -9.5)


def test_older_manifests_are_read() -> None:
    older = {"gain": {"meas": "Gain", "unit": None, "scale": None, "unknown": 1}, "top": {"expr": "1"}}
    found = measurements_of_json(older)
    assert (found["gain"].card, found["gain"].shown.scale, found["top"].card) == ("gain", 1.0, "")
    assert to_json(found)["top"]["expr"] == "1"
    assert Spec.of_json("gain", {"min": "10k"}).min == 10e3
    assert StopRule.of_json({"width": "0.1"}) == StopRule(width=0.1)
