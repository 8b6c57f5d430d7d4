"""Which ``.meas`` cards a case needs, whatever its measurements are called."""

from __future__ import annotations

from pathlib import Path

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
