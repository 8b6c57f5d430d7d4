"""The whole of a CACE project in sky130: imported, netlisted, simulated, checked."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from simorc.config.project import Project
from simorc.errors import UsageError
from simorc.importers.cace.conditions import in_plain_unit, values_of
from simorc.importers.cace.datasheet import from_cace
from simorc.units import Number
from tests.importers.cace_ota import kit_as_installed, write_project

Simorc = Callable[..., tuple[int, str]]


@pytest.fixture
def ota(tmp_path: Path, pdk_root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The datasheet, with PDK_ROOT set."""
    monkeypatch.setenv("PDK_ROOT", str(kit_as_installed(tmp_path / "pdk", pdk_root)))
    monkeypatch.delenv("PDK", raising=False)
    return write_project(tmp_path / "ota-5t")


def imported(ota: Path) -> tuple[Project, list[str]]:
    carried = from_cace(ota)
    carried.write()
    return Project.load(carried.directory), carried.left


def test_conditions_are_taken_in_plain_units(ota: Path) -> None:
    project, _ = imported(ota)
    dc = project.testbenches["dc_params"].parameters
    assert (float(dc["ib"]), float(dc["cl"]), dc["pdk"]) == (10e-6, 1e-12, "sky130A")
    assert str(dc["ib"]) == "10u"
    assert float(project.testbenches["transient_response"].parameters["Tmax"]) == 2e-6


def test_forms_of_older_datasheets_are_understood(ota: Path) -> None:
    project, _ = imported(ota)
    mc = project.testbenches["gain_mc"].config
    assert list(mc.measurements) == ["result"]
    assert mc.specs["result"].min == 10
    transient = project.testbenches["transient_response"].config
    assert (transient.specs["Vout_min"].min, transient.specs["Vout_max"].max) == (-0.1, 1.9)
    assert transient.specs["slew"].min == pytest.approx(0.1e6)
    assert transient.specs["slew"].unit == "V/s"


def test_everything_left_behind_is_told(ota: Path) -> None:
    _, left = imported(ota)
    assert left == [
        "parameter gain_mc: collate iterations: its samples are cases of the sweep",
        "parameter transient_response: ngspice setting jobs: set execution.jobs, or --jobs",
        "parameter magic_area: magic_area is not a simulation",
        "parameter klayout_drc_full: klayout_drc is not a simulation",
    ]


@pytest.mark.ngspice
@pytest.mark.xschem
def test_the_project_simulates_and_has_its_spec_table(ota: Path, simorc: Simorc) -> None:
    assert simorc("import", "cace", ota)[0] == 0
    project = ("--project", ota.parent.parent / "simorc")
    for testbench in ("dc_params", "gain_mc", "transient_response"):
        code, printed = simorc(*project, "netlist", "--update", testbench)
        assert code == 0, printed
    code, printed = simorc(*project, "run", "dc_params")
    assert (code, "9 of 9 completed" in printed) == (0, True), printed
    cases = json.loads(simorc(*project, "results", "dc_params", "--json")[1])
    corners = {case["parameters"]["corner"] for case in cases}
    warm = {case["parameters"]["corner"] for case in cases if case["warm"]}
    assert warm == corners, "its control block runs warm once a case of the corner proved it"
    table = simorc(*project, "results", "dc_params")[1]
    assert all(name in table for name in ("a0", "ugf", "pm")), table
    code, printed = simorc(*project, "run", "gain_mc")
    assert "3 of 3 completed" in printed, printed
    assert code == (0 if min(measured(simorc, project, "gain_mc", "result")) >= 10 else 3), (
        "offset may saturate it"
    )
    gains = measured(simorc, project, "gain_mc", "result")
    assert len(set(gains)) == 3, "each iteration is a sample of its own"
    code, printed = simorc(*project, "run", "transient_response")
    assert (code, "2 of 2 completed" in printed) == (0, True), printed
    low, high = measured(simorc, project, "transient_response", "Vout_max")
    assert high - low == pytest.approx(0.2, abs=0.05), "bits of a condition are taken apart"
    assert min(measured(simorc, project, "transient_response", "slew")) > 0.1e6


def measured(simorc: Simorc, project: tuple[object, ...], sweep: str, name: str) -> list[float]:
    cases = json.loads(simorc(*project, "results", sweep, "--json")[1])
    return [case["measurements"][name] for case in cases]


@pytest.mark.parametrize(
    ("value", "unit", "plain"),
    [
        (10, "uA", "10u"),
        ("100", "MΩ", "100meg"),
        ("0.5", "ms", "0.5m"),
        (27, "°C", "27.0"),
        ("1.8", "V", "1.8"),
        ("tt", "V", "tt"),
        ("0", "mV", "0"),
        ("1e-3", "mV", "1e-06"),
        (5, "%", "0.05"),
        (2, "V/us", "2meg"),
    ],
)
def test_a_value_in_a_unit_with_a_prefix(value: object, unit: str, plain: str) -> None:
    assert str(in_plain_unit(value, unit)) == plain


@pytest.mark.parametrize(
    ("condition", "values"),
    [
        (
            {"minimum": "0", "maximum": "4", "step": "linear", "stepsize": "2", "typical": 1},
            [0.0, 1.0, 2.0, 4.0],
        ),
        ({"minimum": 1, "maximum": 4, "step": "linear", "typical": 2}, {"start": 1, "stop": 4, "step": 1}),
        (
            {"minimum": 1, "maximum": 100, "step": "logarithmic", "stepsize": 10, "unit": "kHz"},
            [Number("1.0k"), Number("10.0k"), Number("100.0k")],
        ),
    ],
)
def test_steps(condition: dict[str, object], values: object) -> None:
    assert values_of(condition) == values


def test_a_datasheet_of_an_older_format_is_refused_with_the_way_out(tmp_path: Path) -> None:
    path = tmp_path / "old.yaml"
    path.write_text("name: x\ncace_format: 5.0\nelectrical_parameters: {A0: {}}\n")
    with pytest.raises(UsageError) as caught:
        from_cace(path)
    assert "new.yaml" in str(caught.value.remedy)


def test_limits_compared_in_other_ways_are_told(ota: Path) -> None:
    text = ota.read_text().replace("minimum: {value: 60}", "minimum: {value: 60, calculation: average}")
    ota.write_text(text)
    project, left = imported(ota)
    assert "pm" not in project.testbenches["dc_params"].config.specs
    assert "parameter dc_params: spec pm: minimum of the average of all results, above: not checked" in left
