"""LTspice netlists as projects."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from simorc.errors import UsageError
from simorc.neighbours.carried import read_text
from simorc.neighbours.ltspice import from_ltspice
from simorc.project import Project

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
        "only parameters and the temperature are swept: .step NPN 2N2222(BF) 100 200 50",
        ".tran startup",
        "a library of LTspice's own installation: C:\\LTspice\\lib\\cmp\\standard.bjt",
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
    code, said = simorc("--project", circuit.parent / "simorc", "run", "filter")
    assert (code, "36 of 36 completed" in said) == (0, True), said
