"""Older forms of CACE parameters in the current form."""

from __future__ import annotations

from typing import Any

import pytest

from simorc.importers.cace.forms import by_condition, condition_name, in_one_form, left_of, ngspice_settings


def settings(**more: Any) -> Any:
    return ngspice_settings({"tool": {"ngspice": {"template": "t.sch", **more}}})


@pytest.mark.parametrize("parameter", [None, {}, {"tool": "ngspice"}, {"tool": {"magic_drc": {}}}])
def test_no_simulation(parameter: object) -> None:
    assert ngspice_settings(parameter) is None


def test_columns_without_a_name() -> None:
    assert settings(variables=["null", None, "vout"])["variables"] == [None, None, "vout"]


@pytest.mark.parametrize(
    ("variables", "result"), [(["time", "vout"], "vout"), (["result", "x"], "result"), ([], "result")]
)
def test_limits_directly_under_spec(variables: list[str], result: str) -> None:
    limits = {"minimum": {"value": 1}}
    assert in_one_form({"spec": limits}, settings(variables=variables))["spec"] == {result: limits}


def test_one_plot_and_listed_variables() -> None:
    parameter = {
        "name": "ac",
        "plot": {"xaxis": "frequency", "yaxis": "gain"},
        "variables": [{"name": "gain", "unit": "dB"}, "no mapping"],
    }
    formed = in_one_form(parameter, settings())
    assert formed["plot"] == {"ac": parameter["plot"]}
    assert formed["variables"] == {"gain": {"name": "gain", "unit": "dB"}}


@pytest.mark.parametrize(
    ("written", "name"), [("b[7:0]", "b"), ("vdd", "vdd"), (" trim-code ", "trim_code"), ("b[3]", "b")]
)
def test_names_of_conditions(written: str, name: str) -> None:
    assert condition_name(written) == name
    assert by_condition({written: {"typical": 1}, "other": "text"}) == {name: {"typical": 1}}


def test_what_has_no_counterpart_is_listed() -> None:
    parameter = {"name": "ac", "status": "skip", "colour": "red"}
    assert list(left_of(parameter, settings(jobs=4, format="raw", unknown=1))) == [
        "status: skip: imported as an ordinary sweep",
        "format raw",
        "ngspice setting jobs: set execution.jobs, or --jobs",
        "ngspice setting unknown",
        "key colour",
    ]
