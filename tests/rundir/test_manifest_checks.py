"""The types of the keys of a manifest."""

from __future__ import annotations

from typing import Any

import pytest

from simorc.rundir.manifest_checks import wrong_keys

RIGHT: dict[str, Any] = {
    "run": "pvt_20260102030405",
    "total": 3,
    "plan": {},
    "requested": ["gain"],
    "specs": {"gain": {"min": 1}},
    "plot_specs": [],
    "template": "tb.spice.j2",
}


def test_a_manifest_is_right() -> None:
    assert wrong_keys(RIGHT) == []
    assert wrong_keys({}) == []


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("run", 1),
        ("total", True),
        ("total", "3"),
        ("plan", []),
        ("requested", "gain"),
        ("requested", ["gain", 1]),
        ("specs", {"gain": 1}),
        ("plot_specs", {}),
        ("template", "/etc/passwd"),
        ("template", "../tb.spice.j2"),
        ("template", None),
    ],
)
def test_a_wrong_value_is_named(key: str, value: object) -> None:
    assert wrong_keys({**RIGHT, key: value}) == [key]
