"""Plans: order, numbering, filters, corners, narrowing, finding, round trips, size."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simorc.config.models.sweep import SweepDefinition
from simorc.errors import ExpressionError, UsageError
from simorc.sweeps.cases import Case
from simorc.sweeps.plan import Plan
from simorc.sweeps.preview import preview
from simorc.units import Number, Value
from tests.counted_work import lines_run
from tests.waiting import PATIENCE

DEFAULTS: dict[str, Value] = {
    "vdda": Number("3.30"), "temp": Number("27"), "corner": "tt", "cl": Number("10p"), "w": Number("1u"),
    "l": Number("0.5u"), "ibias": Number("20u"),
}  # fmt: skip


def numbers(*texts: str) -> list[Number]:
    return [Number(text) for text in texts]


def expand(**definition: Any) -> Plan:
    return Plan.expand(definition, defaults=DEFAULTS)


def texts(plan: Plan) -> list[str]:
    return [" ".join(map(str, case.parameters.values())) for case in plan]


PVT = {"vdda": numbers("3.0", "3.30"), "temp": numbers("-40", "125"), "corner": ["tt", "ss", "ff"]}


def test_last_varies_fastest() -> None:
    plan = expand(parameters={"vdda": numbers("3.0", "3.30"), "corner": ["tt", "ss"]})
    assert texts(plan) == ["3.0 tt", "3.0 ss", "3.30 tt", "3.30 ss"]
    assert [case.id for case in plan] == [1, 2, 3, 4]
    assert plan.case(2) == Case(2, {"vdda": 3.0, "corner": "ss"}, corner="ss")


def test_all_forms_in_their_order() -> None:
    plan = expand(
        monte_carlo={"samples": 2, "seed": 1},
        corners={"slow": {"corner": "ss"}, "fast": {"corner": "ff", "ibias": Number("30u")}},
        zip=[{"w": numbers("1u", "2u"), "l": numbers("0.5u", "1u")}, {"cl": numbers("1p")}],
        parameters={"temp": numbers("0", "100")},
    )
    assert plan.parameters == ("temp", "w", "l", "cl", "corner", "ibias")
    assert len(plan) == 2 * 2 * 1 * 2 * 2
    assert texts(plan)[:5] == [
        "0 1u 0.5u 1p ss 20u", "0 1u 0.5u 1p ss 20u", "0 1u 0.5u 1p ff 30u", "0 1u 0.5u 1p ff 30u",
        "0 2u 1u 1p ss 20u",
    ]  # fmt: skip
    assert [(case.corner, case.sample) for case in plan.cases(1, 4)] == [
        ("slow", 1),
        ("slow", 2),
        ("fast", 1),
    ]
    assert plan.case(1).seed == plan.case(3).seed != plan.case(2).seed
    assert plan.samples == 2


def test_nothing_swept_is_one_case() -> None:
    assert list(expand()) == [Case(1)]


def test_scalar_range_and_zip_mapping() -> None:
    plan = expand(
        parameters={
            "vdda": Number("3.30"),
            "temp": {"start": Number("0"), "stop": Number("50"), "step": Number("25")},
        },
        zip={"w": numbers("1u", "2u"), "l": numbers("1u", "2u")},
    )
    assert len(plan) == 6
    assert texts(plan)[-1] == "3.30 50 2u 2u"


def test_a_model_in_place_of_a_mapping() -> None:
    rising = SimpleNamespace(start=Number("0"), stop=Number("2"), step=None, num=3, scale="lin")
    normal = SimpleNamespace(normal=SimpleNamespace(mean=Number("1"), sigma=Number("0")), uniform=None)
    carlo = SimpleNamespace(samples=2, seed=None, sampling=None, distributions={"ibias": normal})
    definition = SimpleNamespace(parameters={"temp": rising}, monte_carlo=carlo, exclude=("temp == 1",))
    assert texts(Plan.expand(definition, defaults=DEFAULTS)) == ["0 1", "0 1", "2 1", "2 1"]


def test_a_sweep_file_as_read() -> None:
    definition = SweepDefinition.model_validate(
        {
            "testbench": "ac",
            "parameters": {"temp": {"start": "-40", "stop": "125", "num": 12}, "vdda": Number("3.0")},
            "zip": {"w": ["1u", "2u"], "l": ["1u", "1u"]},
            "corners": {"slow_hot": {"corner": "ss", "temp": Number("125")}, "nominal": None},
            "exclude": ["corner == 'tt' and temp > 100"],
            "monte_carlo": {
                "samples": 3,
                "distributions": {"ibias": {"normal": {"mean": "20u", "sigma": "1u"}}},
            },
            "sensitivity": {"cl": [Number("5p")]},
        }
    )
    plan = Plan.expand(definition, defaults=DEFAULTS)
    assert plan.parameters == ("temp", "vdda", "w", "l", "cl", "corner", "ibias")
    assert len(plan) == (10 + 1) * 2 * 2 * 3
    assert list(Plan.from_json(json.loads(json.dumps(plan.to_json())))) == list(plan)


def test_exclude_and_include() -> None:
    plan = expand(
        parameters=PVT,
        exclude=["corner == 'ff' and temp > 100"],
        include=["vdda > 3.2 or corner == 'tt'", "temp > -99"],
    )
    assert texts(plan) == [
        "3.0 -40 tt",
        "3.0 125 tt",
        "3.30 -40 tt",
        "3.30 -40 ss",
        "3.30 -40 ff",
        "3.30 125 tt",
        "3.30 125 ss",
    ]
    assert [case.id for case in plan] == list(range(1, 8))


def test_conditions_over_defaults_only() -> None:
    assert len(expand(parameters=PVT, exclude="ibias == 20u")) == 0
    assert len(expand(parameters=PVT, include="cl == 10p")) == 12


def test_text_and_numbers_mixed() -> None:
    plan = expand(
        parameters={"corner": ["tt", Number("3")], "temp": numbers("0", "1")}, exclude=["corner == 3"]
    )
    assert texts(plan) == ["tt 0", "tt 1"]


def test_division_by_zero_behind_and() -> None:
    plan = expand(parameters={"temp": numbers("0", "1", "2")}, exclude=["temp != 0 and 1 / temp > 0.7"])
    assert texts(plan) == ["0", "2"]


def test_bundle_name_in_expressions() -> None:
    defaults = {"temp": Number("27")}
    corners = {"cold": {"temp": Number("-40")}, "hot": {"temp": Number("125")}}
    plan = Plan.expand(
        {"corners": corners, "monte_carlo": {"samples": 3}, "exclude": "corner=='hot' and sample > 1"},
        defaults=defaults,
    )
    assert [(case.corner, case.sample) for case in plan] == [
        ("cold", 1),
        ("cold", 2),
        ("cold", 3),
        ("hot", 1),
    ]
    assert plan.expression_names == {"temp", "corner", "sample"}


def test_a_bundle_overrides_the_grid_and_repeats_nothing() -> None:
    corners = {"nominal": {}, "slow_hot": {"corner": "ss", "temp": Number("125")}}
    plan = expand(
        parameters={"vdda": numbers("3.0", "3.30"), "temp": numbers("-40", "27", "125")}, corners=corners
    )
    assert texts(plan) == [
        "3.0 -40 tt", "3.0 125 ss", "3.0 27 tt", "3.0 125 tt",
        "3.30 -40 tt", "3.30 125 ss", "3.30 27 tt", "3.30 125 tt",
    ]  # fmt: skip
    assert texts(plan.select(where="temp == 125")) == [
        "3.0 125 ss",
        "3.0 125 tt",
        "3.30 125 ss",
        "3.30 125 tt",
    ]
    assert plan.find({"vdda": 3.3, "temp": 125, "corner": "tt"}) == 8


def test_a_bundle_over_a_zip_group() -> None:
    zipped = {"w": numbers("1u", "2u"), "l": numbers("1u", "1u")}
    plan = expand(zip=zipped, corners={"wide": {"w": Number("9u")}, "as_is": {}})
    assert texts(plan) == ["9u 1u", "1u 1u", "2u 1u"]


def test_sensitivity() -> None:
    plan = expand(sensitivity={"w": numbers("0.9u", "1u", "1.1u"), "vdda": numbers("3.0")})
    assert texts(plan) == ["1u 3.30", "0.9u 3.30", "1.1u 3.30", "1u 3.0"]


def test_select() -> None:
    plan = expand(parameters=PVT)
    assert plan.corner_names == ("tt", "ss", "ff")
    assert texts(plan.select(corners=["ss"], where="temp==125")) == ["3.0 125 ss", "3.30 125 ss"]
    assert plan.matching(corners=["ss"], where="temp==125") == [5, 11]
    assert plan.matching() == list(range(1, 13))
    narrowed = plan.select(corners=["tt", "ss"]).select(corners=["ss"])
    assert len(narrowed) == 4
    assert narrowed.matching(where=["vdda > 3.2", "temp < 0"]) == [3]


def test_select_bundles() -> None:
    plan = expand(
        corners={"slow": {"corner": "ss"}, "fast": {"corner": "ff"}}, parameters={"temp": numbers("0", "1")}
    )
    assert texts(plan.select(corners=["fast"])) == ["0 ff", "1 ff"]
    assert texts(plan.select(where="corner == 'ss'")) == ["0 ss", "1 ss"]


def test_select_refused() -> None:
    plan = expand(parameters=PVT)
    with pytest.raises(UsageError, match=r"unknown corner sss \(did you mean 'ss'\?\)"):
        plan.select(corners=["sss"])
    with pytest.raises(ExpressionError, match="did you mean 'temp'"):
        plan.select(where="tmep == 125")


@pytest.mark.parametrize(
    ("definition", "message"),
    [
        ({"parameters": {"vdda": []}}, "vdda: no values"),
        ({"zip": {"w": numbers("1u"), "l": numbers("1u", "2u")}}, "lengths differ: w 1, l 2"),
        ({"parameters": {"w": numbers("1u")}, "zip": {"w": numbers("1u")}}, "w is varied twice"),
        ({"corners": {"a": {"x": Number("1")}, "b": {}}}, "b does not set x"),
        ({"sensitivity": {"x": numbers("1")}}, "x has no default"),
        ({"parameters": {"vdda": {"num": 3}}}, "expected a list or a range"),
        ({"monte_carlo": {"samples": 0}}, "at least 1"),
    ],
)
def test_refused(definition: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        expand(**definition)


def test_bad_expression_is_refused_at_once() -> None:
    with pytest.raises(ExpressionError, match="tmep is not a parameter"):
        expand(parameters=PVT, exclude=["tmep > 3"])


def test_no_such_case() -> None:
    plan = expand(parameters=PVT)
    for case_id in (0, 13, -1):
        with pytest.raises(UsageError, match="12 cases"):
            plan.case(case_id)
    assert list(plan.cases(12, 99)) == [plan.case(12)]
    assert list(plan.cases(5, 5)) == []


def test_find() -> None:
    plan = expand(parameters=PVT, monte_carlo={"samples": 3, "seed": 4}, exclude=["corner == 'tt'"])
    for case in plan:
        assert plan.find({**case.parameters, "sample": case.sample or 0}) == case.id
    assert plan.find({"vdda": 3.0, "temp": -40.0, "corner": "tt"}) is None
    assert plan.find({"vdda": 3.1}) is None
    assert plan.find({"nothing": 1}) is None
    assert plan.find({"sample": 9}) is None
    assert plan.find({"temp": 125, "ibias": 20e-6}) == 7


COLUMN = st.lists(st.sampled_from(["0", "1", "2.50", "10k", "3u"]), min_size=1, max_size=4, unique=True)
GRID = st.dictionaries(st.sampled_from("abcd"), COLUMN, max_size=4)
EXCLUDE = st.sampled_from([[], ["a > 1"], ["b == 10k", "a < b"], ["c ** 2 > 1 and d <= 1"]])


@given(GRID, EXCLUDE, st.integers(0, 3))
def test_any_grid(grid: dict[str, list[str]], exclude: list[str], samples: int) -> None:
    defaults: dict[str, Value] = {name: Number("1") for name in "abcd"}
    definition: dict[str, Any] = {"parameters": {name: numbers(*column) for name, column in grid.items()}}
    definition["exclude"] = exclude
    definition["monte_carlo"] = {"samples": samples, "seed": 5} if samples else None
    plan = Plan.expand(definition, defaults=defaults)
    whole = Plan.expand({**definition, "exclude": []}, defaults=defaults)
    product = [
        dict(zip(grid, row, strict=True))
        for row in itertools.product(*grid.values())
        for _ in range(samples or 1)
    ]
    assert [{name: str(value) for name, value in case.parameters.items()} for case in whole] == product
    kept = [case for case in whole if not _excluded({**defaults, **case.parameters}, exclude)]
    assert [case.parameters for case in plan] == [case.parameters for case in kept]
    assert [plan.case(case_id) for case_id in range(1, len(plan) + 1)] == list(plan)
    again = Plan.from_json(json.loads(json.dumps(plan.to_json())))
    assert list(again) == list(plan)
    assert texts(again) == texts(plan)


def _excluded(v: dict[str, Any], conditions: list[str]) -> bool:
    meaning = {
        "a > 1": v["a"] > 1,
        "b == 10k": v["b"] == 10e3,
        "a < b": v["a"] < v["b"],
        "c ** 2 > 1 and d <= 1": v["c"] ** 2 > 1 and v["d"] <= 1,
    }
    return any(meaning[condition] for condition in conditions)


def test_round_trip_of_every_form() -> None:
    plan = expand(
        parameters={
            "temp": {"start": Number("-40"), "stop": Number("125"), "num": 4},
            "cl": [Number("1.50p"), 2e-12, 3],
        },
        sensitivity={"w": numbers("2u")},
        corners={"slow": {"corner": "ss"}, "fast": {"corner": "ff", "temp": Number("0")}},
        monte_carlo={
            "samples": 3,
            "seed": 9,
            "distributions": {"ibias": {"uniform": {"low": Number("10u"), "high": Number("30u")}}},
        },
        exclude=["sample == 2 and temp > 100"],
    )
    again = Plan.from_json(
        json.loads(json.dumps(plan.select(where="temp > 0", corners=["fast", "slow"]).to_json()))
    )
    expected = plan.select(where="temp > 0")
    assert len(again) == len(expected) > 0
    assert texts(again) == texts(expected)
    assert list(again) == list(expected)
    assert again.defaults == DEFAULTS


def test_a_newer_form_is_refused() -> None:
    with pytest.raises(UsageError, match="has format 2"):
        Plan.from_json({"form": 2})


def million(*exclude: str) -> Plan:
    steps = {"start": Number("1"), "stop": Number("100"), "num": 100}
    return Plan.expand(
        {"parameters": dict.fromkeys("abc", steps), "exclude": exclude}, defaults=dict.fromkeys("abc", 1)
    )


def test_a_million_cases() -> None:
    assert len(million("a > 1")) == 10_000  # numpy is loaded before lines are counted
    plans: list[Plan] = []
    steps = lines_run(lambda: plans.append(million("a + b > 150 and c < 50", "a > 99")))
    assert steps < 5000, "no case is made one by one"
    plan = plans[0]
    assert len(plan) == 1_000_000 - 1275 * 49 - 10_000 + 50 * 49
    assert plan.case(len(plan)).parameters == {"a": 99, "b": 100, "c": 100}
    assert plan.find(plan.case(777_777).parameters) == 777_777
    assert len(json.dumps(plan.to_json())) < 1000


def test_counting_a_grid_needs_no_numpy() -> None:
    code = (
        "import sys; from simorc.sweeps.plan import Plan; "
        "grid = {'parameters': dict.fromkeys('abcdef', [*range(100)])}; "
        "assert len(Plan.expand(grid, defaults={})) == 10**12; "
        "assert not {'numpy', 'pydantic', 'scipy'} & set(sys.modules)"
    )
    subprocess.run(
        [sys.executable, "-c", code], check=True, timeout=PATIENCE, env={"PYTHONPATH": ":".join(sys.path)}
    )


def test_preview() -> None:
    shown = preview(expand(parameters=PVT), first=2, last=1)
    assert (shown.count, shown.head, shown.skipped) == (12, 2, 9)
    assert shown.columns == ("case", "vdda", "temp", "corner")
    assert shown.rows == (("1", "3.0", "-40", "tt"), ("2", "3.0", "-40", "ss"), ("12", "3.30", "125", "ff"))


def test_preview_of_few_cases_with_labels() -> None:
    plan = expand(corners={"hot": {"temp": Number("125")}}, monte_carlo={"samples": 1, "seed": 1})
    shown = preview(plan)
    assert shown.columns == ("case", "corner", "sample", "seed", "temp")
    assert shown.rows == (("1", "hot", "1", "478117131", "125"),)
    assert preview(expand(parameters=PVT, exclude="temp < 999")).rows == ()
