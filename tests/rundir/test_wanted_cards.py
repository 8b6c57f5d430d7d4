"""Which ``.meas`` cards a case needs, whatever its measurements are called."""

from __future__ import annotations

from pathlib import Path

import pytest

from simorc.config.definitions import MeasurementDefinition
from simorc.measurements.measure import measure_case
from simorc.rundir.manifest import Manifest


def test_the_card_counts_not_the_name_of_the_measurement() -> None:
    wanted = Manifest(
        Path("manifest.json"),
        {
            "measurements": {
                "out_voltage": {"meas": "Y"},
                "maybe": {"meas": "z", "optional": True},
                "e": {"expr": "1"},
            }
        },
    ).wanted_cards
    assert wanted == (("y",), frozenset({"z", "maybe"}))


def test_a_card_is_needed_if_one_of_its_measurements_is() -> None:
    measurements = {
        "a": {"meas": "y", "optional": True},
        "b": {"meas": "y"},
        "y": {"expr": "1", "optional": True},
    }
    assert Manifest(Path("manifest.json"), {"measurements": measurements}).wanted_cards == (
        ("y",),
        frozenset({"a"}),
    )


@pytest.mark.parametrize(
    ("written", "values"),
    [
        ({"y": "z", "z": "y"}, {"y": 2.0, "z": 1.0}),
        ({"Out": "Y", "OUT2": "z"}, {"Out": 1.0, "OUT2": 2.0}),
        ({"p": "y", "q": "y", "y": "y"}, {"p": 1.0, "q": 1.0, "y": 1.0}),
        ({"p": "y1", "q": "y"}, {"p": 3.0, "q": 1.0}),
        ({"p": "nosuch", "q": "y"}, {"q": 1.0}),
    ],
)
def test_a_measurement_alias_has_the_value_of_its_card(
    tmp_path: Path, written: dict[str, str], values: dict[str, float]
) -> None:
    definitions = {name: MeasurementDefinition(meas=card) for name, card in written.items()}
    found = measure_case(
        definitions, None, parameters={}, meas_values={"y": 1.0, "Z": 2.0, "y1": 3.0}, project_root=tmp_path
    )
    assert found.values == values
    assert found.missing.keys() == written.keys() - values.keys()
