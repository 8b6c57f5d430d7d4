"""Rows of cases: the values of each scope in their order, each value converted once."""

from __future__ import annotations

from typing import Any

import pytest

from simorc.sweeps.grid import REMEMBERED
from simorc.sweeps.plan import Plan
from simorc.units import Number, Value

DEFAULTS: dict[str, Value] = {"r": Number("1k"), "c": Number("1n"), "w": Number("1u"), "corner": "tt"}
R, C = [Number("1k"), Number("2k"), 3], [Number("1n"), 2.5e-9]
CORNERS = {"slow": {"corner": "ss", "w": Number("2u")}, "fast": {"corner": "ff", "w": Number("3u")}}
NAMED = {"hot": {"temp": 125}, "cold": {"temp": -40}}
DRAWN = {"samples": 3, "seed": 1, "distributions": {"w": {"normal": {"mean": "1u", "sigma": "0.1u"}}}}

PLANS: dict[str, dict[str, Any]] = {
    "grid": {"parameters": {"r": R, "c": C}},
    "one axis": {"parameters": {"r": R}},
    "nothing": {},
    "filter": {"parameters": {"r": R, "c": C}, "exclude": ["r > 2500"]},
    "zip": {"parameters": {"w": [1, 2]}, "zip": [{"r": R, "c": [1, 2, 3]}]},
    "swept corner": {"parameters": {"corner": ["tt", "ss"], "r": R}},
    "corners": {"parameters": {"r": R}, "corners": CORNERS},
    "corners without that parameter": {"parameters": {"r": R}, "corners": NAMED},
    "corners override": {"parameters": {"r": R, "w": [1, 2]}, "corners": CORNERS},
    "corners differ": {"parameters": {"r": R}, "corners": {"a": {"w": 1}, "b": {"w": 2, "c": 3}}},
    "samples": {"parameters": {"r": R}, "monte_carlo": {"samples": 4, "seed": 1}},
    "samples alone": {"monte_carlo": {"samples": 4, "seed": 1}},
    "corners and samples": {"corners": NAMED, "monte_carlo": {"samples": 4, "seed": 1}},
    "drawn": {"parameters": {"r": R}, "corners": NAMED, "monte_carlo": DRAWN},
    "sample swept": {"parameters": {"sample": [7, 8]}, "monte_carlo": {"samples": 2, "seed": 1}},
    "long axis": {"parameters": {"c": C, "r": {"start": 1, "stop": 2, "num": REMEMBERED + 2}}},
}


@pytest.mark.parametrize("definition", PLANS.values(), ids=PLANS)
def test_a_row_has_the_values_of_the_scope(definition: dict[str, Any]) -> None:
    defaults = {**DEFAULTS, "temp": Number("27"), "sample": 0}
    plan = Plan.expand(definition, defaults=defaults)
    ids = [1, *range(1, min(len(plan), 40) + 1), len(plan), 1]
    row_of = plan.rows(repr)
    assert [row_of(case_id) for case_id in ids] == [
        tuple(map(repr, plan.case(case_id).scope().values())) for case_id in ids
    ]


def test_a_value_is_converted_once_for_all_its_cases() -> None:
    converted: list[Value] = []
    plan = Plan.expand({"parameters": {"r": [*range(30)], "c": [*range(40)]}}, defaults=DEFAULTS)
    row_of = plan.rows(converted.append)
    for case_id in range(1, len(plan) + 1):
        row_of(case_id)
    assert len(plan) == 1200
    assert len(converted) == 30 + 40
