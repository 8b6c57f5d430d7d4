"""CACE datasheets as projects."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from simorc.config.project import Project
from simorc.errors import UsageError
from simorc.importers.cace.conditions import factor_of, limits_of, values_of
from simorc.importers.cace.datasheet import from_cace
from simorc.importers.cace.template import convert

Simorc = Callable[..., tuple[int, str]]


def imported(datasheet: Path) -> tuple[Project, list[str]]:
    carried = from_cace(datasheet)
    carried.write()
    return Project.load(carried.directory), carried.left


def test_parameters_become_testbenches_and_sweeps(datasheet: Path) -> None:
    project, _ = imported(datasheet)
    assert set(project.testbenches) == set(project.sweeps) == {"ac_params", "step_params"}
    ac = project.testbenches["ac_params"].parameters
    assert {name: str(value) for name, value in ac.items()} == {
        "temperature": "27",
        "seed": "12345",
        "iterations": "0",
        "vin": "1",
        "r": "9k",
        "cl": "1p",
    }
    swept = project.sweeps["ac_params"].definition.parameters
    assert [str(value) for value in swept["temperature"]] == ["-40", "27", "130"]
    assert [str(value) for value in swept["r"]] == ["9k", "10k", "11k"]


def test_limits_are_taken_in_plain_units(datasheet: Path) -> None:
    project, _ = imported(datasheet)
    specs = project.testbenches["ac_params"].config.specs
    assert (specs["ugf"].min, specs["ugf"].max, specs["ugf"].unit) == (10e3, 25e3, "Hz")
    assert specs["gain"].min == -1
    assert specs["gain"].max is None
    assert project.testbenches["step_params"].config.specs["final"].min == 0.9


def test_what_is_no_simulation_is_left_behind_and_said(datasheet: Path) -> None:
    _, left = imported(datasheet)
    assert left == ["parameter area: magic_area is not a simulation"]


def test_a_file_that_is_there_is_not_overwritten(datasheet: Path) -> None:
    imported(datasheet)
    with pytest.raises(UsageError, match="already exists"):
        from_cace(datasheet).write()


def test_a_condition_without_a_value_anywhere_is_told(datasheet: Path) -> None:
    template = next(datasheet.parent.rglob("step.spice"))
    template.write_text(template.read_text().replace(".end\n", "* CACE{nosuch} CACE{given=3}\n.end\n"))
    _, left = imported(datasheet)
    reported = "condition nosuch has no value in the datasheet: 0 is used"
    assert f"parameter step_params: {reported}" in left
    assert not any("given" in line for line in left)


def test_a_file_that_is_no_datasheet_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("name: x\n")
    with pytest.raises(UsageError, match="not a CACE datasheet"):
        from_cace(path)


@pytest.mark.parametrize(
    ("condition", "values"),
    [
        ({"typical": 1}, [1]),
        ({"minimum": -40, "typical": 27, "maximum": 125}, [-40, 27, 125]),
        ({"enumerate": "tt ff ss"}, ["tt", "ff", "ss"]),
        ({"minimum": 1, "maximum": 8, "step": "logarithmic"}, [1.0, 2.0, 4.0, 8.0]),
        ({"minimum": 0, "maximum": 3, "step": "linear"}, {"start": 0, "stop": 3, "step": 1}),
    ],
)
def test_values_of_a_condition(condition: dict[str, object], values: object) -> None:
    assert values_of(condition) == values


@pytest.mark.parametrize(
    ("unit", "factor"), [("mV", 1e-3), ("V", 1), ("m", 1), ("MHz", 1e6), ("°", 1), ("V/V", 1)]
)
def test_units_with_a_prefix_scale_limits(unit: str, factor: float) -> None:
    assert factor_of(unit) == pytest.approx(factor)


def test_a_limit_that_is_not_checked_is_left_out() -> None:
    spec = {"minimum": {"value": 1, "fail": False}, "maximum": {"value": 2, "calculation": "diffmax-1"}}
    assert limits_of(spec, "") == (
        {},
        [
            "minimum is not checked (fail: false)",
            "maximum of the diffmax-1 of all results, below: not checked",
        ],
    )


def test_placeholders_of_a_schematic_stay_escaped_and_tight() -> None:
    text = (
        r"C {res.sym} {value=CACE\{r\}} .option seed=CACE[CACE\{seed=1\} + CACE\{n=2\}] CACE\{cond|maximum\}"
    )
    found = convert(text, {}, [], escaped=True)
    assert r"{value=\{\{parameters.r\}\}}" in found.text
    assert r"seed=\{\{parameters.seed+parameters.n\}\}" in found.text
    assert found.used == {"r": None, "seed": "1", "n": "2", "cond": None}
    assert "maximum" in found.left[0]


def test_an_expression_that_is_more_than_arithmetic_is_left() -> None:
    found = convert("CACE[__import__('os').getcwd()]", {}, [], escaped=False)
    assert found.text == "CACE[__import__('os').getcwd()]"
    assert "only arithmetic expressions are supported" in found.left[0]


@pytest.mark.ngspice
def test_an_imported_project_simulates_measures_and_checks(datasheet: Path, simorc: Simorc) -> None:
    assert simorc("import", "cace", datasheet)[0] == 0
    project = ("--project", datasheet.parent.parent / "simorc")
    code, printed = simorc(*project, "run", "ac_params")
    assert (code, "9 of 9 completed" in printed) == (0, True), printed
    code, printed = simorc(*project, "run", "step_params")
    assert (code, "3 of 3 completed" in printed) == (3, True), "Vout is above 1.1 V for larger inputs"
    results = json.loads(simorc(*project, "results", "step_params", "--json")[1])
    finals = [case["measurements"]["final"] for case in results]
    assert finals == pytest.approx([1.0, 1.5, 2.0], rel=1e-3), "what the script of the datasheet says"


SYMBOL = """\
v {xschem version=2.8.1 file_version=1.0}
G {type=subcircuit
format="@name @pinlist @symname"
template="name=X1"}
V {}
S {}
E {}
B 5 -82.5 -2.5 -77.5 2.5 {name=in dir=in}
B 5 77.5 -2.5 82.5 2.5 {name=out dir=out}
"""


TESTBENCH = """\
v {xschem version=2.8.1 file_version=1.0}
G {}
V {}
S {}
E {}
C {lowpass.sym} 300 0 0 0 {name=XDUT}
C {devices/lab_pin.sym} 220 0 0 0 {name=l1 lab=in}
C {devices/lab_pin.sym} 380 0 0 1 {name=l2 lab=out}
C {devices/vsource.sym} 60 30 0 0 {name=VIN value="dc 0 ac CACE\\{vin\\}"}
C {devices/lab_pin.sym} 60 0 0 0 {name=l3 lab=in}
C {devices/gnd.sym} 60 60 0 0 {name=g1 lab=0}
C {devices/capa.sym} 460 30 0 0 {name=CL m=1 value=CACE\\{cl\\}}
C {devices/lab_pin.sym} 460 0 0 0 {name=l4 lab=out}
C {devices/gnd.sym} 460 60 0 0 {name=g2 lab=0}
C {devices/netlist.sym} 600 0 0 0 {name=CONTROL value="
.include CACE\\{DUT_path\\}
.temp CACE\\{temperature\\}
.control
ac dec 50 10 10meg
meas ac gain find vdb(out) at=100
meas ac f3 when vdb(out)=-3.0103
echo $&gain $&f3 > CACE\\{simpath\\}/CACE\\{filename\\}_CACE\\{N\\}.data
.endc
"}
"""


@pytest.mark.ngspice
@pytest.mark.xschem
def test_a_template_schematic_is_netlisted_and_simulated(datasheet: Path, simorc: Simorc) -> None:
    root = datasheet.parent.parent
    datasheet.write_text(datasheet.read_text().replace("template: ac.spice", "template: ac.sch"))
    (root / "cace/templates/ac.sch").write_text(TESTBENCH)
    xschemrc = "set XSCHEM_LIBRARY_PATH ${XSCHEM_SHAREDIR}/xschem_library\n"
    (root / "cace/templates/xschemrc").write_text(xschemrc)
    (root / "xschem").mkdir()
    (root / "xschem/lowpass.sym").write_text(SYMBOL)
    assert simorc("import", "cace", datasheet)[0] == 0
    project = ("--project", root / "simorc")
    code, printed = simorc(*project, "netlist", "--update", "ac_params")
    assert code == 0, printed
    template = (root / "simorc/testbenches/ac_params/tb_ac_params.spice.j2").read_text()
    assert "{{parameters.cl}}" in template
    assert ".subckt lowpass" not in template, "the design comes from its own netlist"
    code, printed = simorc(*project, "run", "ac_params")
    assert (code, "3 of 3 completed" in printed) == (0, True), printed


def test_a_skipped_parameter_is_said_and_not_imported(datasheet: Path) -> None:
    text = datasheet.read_text().replace("  step_params:\n", "  step_params:\n    status: skip\n")
    datasheet.write_text(text)
    carried = from_cace(datasheet)
    assert not any("step_params" in str(path) for path in carried.files)
    assert "parameter step_params: status: skip: CACE does not simulate it, either" in carried.left


def test_the_text_form_of_old_datasheets_is_refused_with_the_reason(tmp_path: Path) -> None:
    path = tmp_path / "amp.txt"
    path.write_text("# an amplifier\nname            amp;\ncace_format     4.0;\npins {\n}\n")
    with pytest.raises(UsageError, match=r"cace_format 4\.0 is a text of its own form"):
        from_cace(path)
