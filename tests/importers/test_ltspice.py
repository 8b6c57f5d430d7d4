"""LTspice netlists as projects."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from simorc.config.project import Project
from simorc.errors import UsageError
from simorc.importers.ltspice.cards import (
    Untranslated,
    in_degrees,
    meas_card,
    passive_card,
    source_card,
    tran_card,
)
from simorc.importers.ltspice.netlist import from_ltspice
from simorc.importers.result import Carried, read_text
from simorc.measurements.expressions import compile_wave_expression

Simorc = Callable[..., tuple[int, str]]

CIRCUIT = """\
* C:\\Users\\jane\\filter.asc
V1 in 0 AC 1 PULSE(0 1 1µ 1n 1n 1)
R1 in out {R}
C1 out 0 {C}
.param R=10k
.param C=1n tau={R*C}
.step param R list 9k 10k 11k
.step oct param C 1n 4n 1
.step temp -40 125 55
.step NPN 2N2222(BF) 100 200 50
.tran 0 150u 0 100n startup
.meas TRAN final FIND V(out) AT=149u
.meas t_rise TRIG V(out) VAL=0.1 RISE=1
+ TARG V(out) VAL=0.8 RISE=1
.lib C:\\LTspice\\lib\\cmp\\standard.bjt
.backanno
.end
"""


@pytest.fixture
def circuit(tmp_path: Path) -> Path:
    path = tmp_path / "filter.net"
    path.write_bytes(CIRCUIT.encode("cp1252"))
    return path


def test_steps_become_a_sweep_and_params_its_parameters(circuit: Path) -> None:
    carried = from_ltspice(circuit)
    carried.write()
    project = Project.load(carried.directory)
    parameters = project.testbenches["filter"].parameters
    assert {name: str(value) for name, value in parameters.items()} == {"R": "10k", "C": "1n", "temp": "-40"}
    swept = project.sweeps["filter"].definition.parameters
    assert [str(value) for value in swept["R"]] == ["9k", "10k", "11k"]
    assert [float(value) for value in swept["C"]] == pytest.approx([1e-9, 2e-9, 4e-9])
    assert list(project.testbenches["filter"].config.measurements) == ["final", "t_rise"]


def test_what_cannot_be_carried_over_is_told(circuit: Path) -> None:
    left = from_ltspice(circuit).left
    assert left == [
        "filter.net:11: .tran startup",
        "filter.net:15: library of the LTspice installation: C:\\LTspice\\lib\\cmp\\standard.bjt",
        "filter.net:10: .step form not supported: .step NPN 2N2222(BF) 100 200 50",
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "cp1252"])
def test_netlists_are_read_in_whatever_encoding_ltspice_wrote(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "x.net"
    path.write_bytes("* µ-filter\n".encode(encoding))
    assert read_text(path) == "* µ-filter\n"


def test_a_schematic_without_its_netlist_is_told_how_to_get_one(tmp_path: Path) -> None:
    path = tmp_path / "filter.asc"
    path.write_text("Version 4\n")
    with pytest.raises(UsageError) as caught:
        from_ltspice(path)
    assert "SPICE Netlist" in str(caught.value.remedy)


def test_a_schematic_uses_the_netlist_beside_it(circuit: Path) -> None:
    schematic = circuit.with_suffix(".asc")
    schematic.write_text("Version 4\n")
    assert from_ltspice(schematic).files.keys() == from_ltspice(circuit).files.keys()


@pytest.mark.ngspice
def test_an_imported_project_simulates(circuit: Path, simorc: Simorc) -> None:
    assert simorc("import", "ltspice", circuit)[0] == 0
    code, printed = simorc("--project", circuit.parent / "simorc", "run", "filter")
    assert (code, "36 of 36 completed" in printed) == (0, True), printed


MANY_FORMS = """\
* C:\\Users\\jane\\amp.asc
V1 in 0 SINE(0 1 1k)
VB b 0 5
R1 in out 4k7
C1 out 0 {C} Rser=1m Rpar=1G
L1 b x 1m Rser=0.1
R3 x y {Rl}
D1 y 0 DX
B1 z 0 V=if(V(out)>0, V(out)*2, 0)
.param C = 10n Rl={R0/10} R0=10k    ; a comment
.step dec param C 1n 10n 1
.step VB list 4 5
.step D DX(Is) 1e-14 2e-14 1e-14
.step param Rl 1k 2k 1k
.temp -40 27
.model DX D(Is=1e-14 Rs=1)
.tran 0 2m 0 1u
.meas TRAN vmax MAX V(out)
.meas tran swing PP V(out) FROM 1m TO 2m
.meas t1 FIND time WHEN V(out)=0.5 RISE=1
.meas late FIND V(out) WHEN V(in)=0.5 CROSS=2
.meas pavg AVG V(in,out)*I(R1)
.meas twice PARAM vmax*2
.meas TRAN eff RMS V(z)
.meas tran rise TRIG V(out)=0.1 RISE=1 TARG V(out)=0.5 RISE=1
.meas tran fall TRIG V(out) VAL=0.5 FALL=1 TARG V(out) VAL=0.1 FALL=1
.meas TRAN slope DERIV V(out) AT=1m
.meas TRAN charge INTEG I(R1) FROM 0 TO 1m
.meas TRAN diode MAX I(D1)
.options plotwinsize=0 reltol=1e-4
.save V(out)
.backanno
.end
"""


def test_sources_models_and_temperatures_are_stepped_too(tmp_path: Path) -> None:
    path = tmp_path / "amp.net"
    path.write_text(MANY_FORMS)
    carried = from_ltspice(path)
    assert carried.left == []
    carried.write()
    project = Project.load(carried.directory)
    swept = project.sweeps["amp"].definition.parameters
    assert set(swept) == {"C", "VB", "D_DX_Is", "Rl", "temp"}
    template = (carried.directory / "testbenches/amp/tb_amp.spice.j2").read_text()
    assert "VB b 0 {{ parameters.VB }}" in template
    assert "Is={{ parameters.D_DX_Is }} Rs=1" in template
    assert template.count(".param Rl=") == 1
    assert "R1 R1_i out 4.7k" in template


@pytest.mark.ngspice
def test_every_form_of_meas_has_a_value_in_ngspice(tmp_path: Path, simorc: Simorc) -> None:
    path = tmp_path / "amp.net"
    path.write_text(MANY_FORMS)
    assert simorc("import", "ltspice", path)[0] == 0
    project = ("--project", tmp_path / "simorc")
    code, printed = simorc(*project, "run", "amp", "--case", "1,32")
    assert (code, "2 of 32 completed" in printed) == (0, True), printed + simorc(*project, "results")[1]
    measured = json.loads(simorc(*project, "results", "amp", "--json")[1])[0]["measurements"]
    assert measured["twice"] == pytest.approx(2 * measured["vmax"], rel=1e-5)
    assert measured["rise"] > 0
    assert measured["pavg"] > 0
    assert 0 < measured["diode"] < 5e-3


def test_parasitics_without_a_counterpart_are_told(tmp_path: Path) -> None:
    path = tmp_path / "x.net"
    path.write_text("* x\nV1 a 0 1 Lser=1n\n.step file=values.txt\n.end\n")
    assert from_ltspice(path).left == [
        "x.net:2: device parasitics not supported: lser of V1",
        "x.net:3: .step form not supported: .step file=values.txt",
    ]


@pytest.mark.parametrize(
    ("card", "cards"),
    [
        ("R1 2n3 0 4k7", ["R1 2n3 0 4.7k"]),
        ("C2 a b {C} Rser=2 Rpar=1g", ["C2 a C2_s {C}", "RC2_ser C2_s b 2", "RC2_par a b 1g"]),
        ("L1 a 0 1m ic=1", ["L1 a 0 1m ic=1"]),
        ("C1 a 0", ["C1 a 0"]),
    ],
)
def test_passive_devices(card: str, cards: list[str]) -> None:
    assert list(passive_card(card)) == cards


def test_a_level_from_another_measurement_becomes_an_expression(tmp_path: Path) -> None:
    path = tmp_path / "rc.net"
    path.write_text(
        "* rc\nV1 in 0 AC 1\nR1 in out 1k\nC1 out 0 1n\n.ac dec 20 1 100meg\n"
        ".meas AC gmax MAX mag(V(out))\n.meas AC fh WHEN mag(V(out))=gmax/sqrt(2) FALL=1\n"
        ".meas AC fx WHEN mag(V(out))=0.5 FALL=LAST\n.meas AC khz PARAM fh/1000\n.end\n"
    )
    carried = from_ltspice(path)
    carried.write()
    measurements = Project.load(carried.directory).testbenches["rc"].config.measurements
    assert measurements["fh"].expr == "cross(mag(V(out)), gmax/sqrt(2), n=1, edge=fall)"
    assert measurements["khz"].expr == "fh/1000"
    assert (measurements["gmax"].meas, measurements["fx"].meas) == ("gmax", "fx")


@pytest.mark.parametrize(
    ("card", "expression"),
    [
        (".meas ac pm find ph(V(out)) at=1k", "at((ph(V(out))*180/pi), 1k)"),
        (
            ".meas AC pm FIND 180+Ph(V(out)/V(in)) WHEN mag(V(out))=1 FALL=1",
            "at(180+(ph(V(out)/V(in))*180/pi), cross(mag(V(out)), 1, n=1, edge=fall))",
        ),
        (".meas ac f180 when ph(V(out))=-180", "cross((ph(V(out))*180/pi), -180, n=1, edge=either)"),
    ],
)
def test_a_phase_which_ltspice_has_in_degrees_becomes_an_expression(card: str, expression: str) -> None:
    name, text = in_degrees(card) or ("", "")
    assert (name in ("pm", "f180"), text) == (True, expression)
    compile_wave_expression(text)


def test_other_measurements_of_a_phase_are_left_behind() -> None:
    with pytest.raises(Untranslated):
        in_degrees(".meas ac x max ph(V(out))")


@pytest.mark.parametrize(
    ("card", "cards"),
    [
        ("C1 a 0 1n Rser=2 Lser=1n", ["C1 a C1_s 1n", "RC1_ser C1_s C1_l 2", "LC1_ser C1_l 0 1n"]),
        ("L1 a b 1u Rser=0.1 Cpar=1p", ["L1 a L1_s 1u", "RL1_ser L1_s b 0.1", "CL1_par a b 1p"]),
        ("L1 a b 1u Rlshunt=1k", ["L1 a b 1u", "RL1_shunt a b 1k"]),
    ],
)
def test_parasitics_become_elements(card: str, cards: list[str]) -> None:
    assert list(passive_card(card)) == cards


def test_a_source_with_a_resistance() -> None:
    assert list(source_card("V1 in 0 SINE(0 1 1k) Rser=50")) == [
        "V1 V1_s 0 SINE(0 1 1k)",
        "RV1_ser in V1_s 50",
    ]


@pytest.mark.parametrize(
    ("card", "ours"),
    [
        (".meas tran x FIND V(out) AT 1m", ".meas tran x FIND V(out) at=1m"),
        (".meas tran x FIND V(out) AT=1m", ".meas tran x FIND V(out) at=1m"),
    ],
)
def test_at_without_an_equals_sign(card: str, ours: str) -> None:
    assert meas_card(card, "tran") == ("x", ours)


def test_ratings_pi_and_the_case_of_file_names(tmp_path: Path) -> None:
    (tmp_path / "Opamps.LIB").write_text(".model d d\n")
    path = tmp_path / "a.net"
    path.write_text(
        "* a\n.lib opamps.lib\nV1 a 0 1\nR1 a b {1/(2*pi)} tol=5 pwr=0.1\nC1 b 0 1n\n.tran 1m\n.end\n"
    )
    made = from_ltspice(path)
    text = next(text for name, text in made.files.items() if name.suffix == ".j2")
    assert "tol=" not in text and ".param pi=3.14159" in text and "Opamps.LIB" in text
    assert made.changed == ["a.net:4: R1: tol=5, pwr=0.1: no simulation uses it"] and not made.left


@pytest.mark.parametrize(
    ("card", "ours", "left"),
    [
        (".tran {tstop}", ".tran {(tstop)/1000} {tstop}", []),
        (".tran 0 {tstop} 0 {tstop/1000} uic", ".tran {(tstop)/1000} {tstop} 0 {tstop/1000} uic", []),
        (".tran 1n 1m steady", ".tran 1n 1m", [".tran steady"]),
    ],
)
def test_times_of_tran_are_numbers_or_expressions(
    card: str, ours: str, left: list[str], tmp_path: Path
) -> None:
    carried = Carried(tmp_path)
    assert tran_card(card, carried) == ours and carried.left == left


STEPPED = "* x\n.param R=1k\nV1 a 0 1\nR1 a 0 {R}\n.op\n.step param R file=%s\n"


def test_the_values_of_a_step_come_from_its_file(tmp_path: Path) -> None:
    (tmp_path / "Values.txt").write_text("1k\n2.5k\n7meg\n")
    (tmp_path / "a.net").write_text(STEPPED % '"values.txt"')
    made = from_ltspice(tmp_path / "a.net", tmp_path / "out")
    sweep = str(made.files[Path("sweeps/a.yaml")])
    assert "R: [1k, 2.5k, 7meg]" in sweep and not made.left


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (None, "not found"),
        ("1k\nabc\n", "contains something other than numbers"),
        ("", "contains something other than numbers"),
    ],
)
def test_a_step_without_usable_file_is_left_with_the_reason(
    tmp_path: Path, text: str | None, reason: str
) -> None:
    if text is not None:
        (tmp_path / "v.txt").write_text(text)
    (tmp_path / "a.net").write_text(STEPPED % "v.txt")
    made = from_ltspice(tmp_path / "a.net", tmp_path / "out")
    assert made.left == [f"a.net:6: .step file v.txt {reason}: .step param R file=v.txt"]


def test_nested_braces_are_no_marks_of_a_template(tmp_path: Path) -> None:
    (tmp_path / "b.net").write_text("* b\nR1 a 0 {{R}*2}\n.param R=1k\n.op\n.end\n")
    made = from_ltspice(tmp_path / "b.net", tmp_path / "out")
    assert "R1 a 0 { {R}*2}" in made.files[Path("testbenches/b/tb_b.spice.j2")]
