"""cicsim testbenches as projects."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from simorc.config.project import Project
from simorc.errors import UsageError
from simorc.importers.cicsim.testbench import _limits, from_cicsim

Simorc = Callable[..., tuple[int, str]]


def imported(testbench: Path) -> tuple[Project, list[str]]:
    carried = from_cicsim([testbench])
    carried.write()
    return Project.load(carried.directory), carried.left


def test_corners_become_parameters_and_runs_become_sweeps(testbench: Path) -> None:
    project, left = imported(testbench)
    assert dict(project.testbenches["tran"].parameters) == {
        "view": "Sch",
        "corner_t": "Tt",
        "corner_v": "Vt",
        "debug": "none",
    }
    sweep = project.sweeps["Sch_tempvall"].definition
    assert sweep.parameters["corner_v"] == ("Vt", "Vl", "Vh")
    mc = project.sweeps["Sch_mc"].definition.monte_carlo
    assert mc is not None
    assert mc.samples == 5
    assert left == [
        "Makefile: unresolved variables: cicsim run --name ${VIEW}_x tran ${VIEW} Tt",
        "tran.yaml: no measurement of vz",
    ]


def test_limits_hold_before_scaling(testbench: Path) -> None:
    project, _ = imported(testbench)
    spec = project.testbenches["tran"].config.specs["vx"]
    assert (spec.min, spec.typ, spec.max) == (0.81, 0.9, 0.99)


def test_variables_of_the_makefile_and_replacements_are_taken(testbench: Path) -> None:
    (testbench.parent / "Makefile").write_text(
        "VIEW=Sch\nTB=tr_an\nTBO=$(subst _,,${TB})\nOPT=\n"
        "slow:\n\tcicsim run --replace replace.yaml --name ${VIEW}_slow ${TBO} ${OPT} ${VIEW} Th Vl\n"
        "other:\n\tcicsim run --name x $(shell ls) Sch Tt\n"
    )
    (testbench.parent / "replace.yaml").write_text("Rload: 2k\nN: '{cicname}'\nunused: 1\n")
    testbench.write_text(testbench.read_text().replace("XDUT", "RL VX 0 {Rload} ; {N}\nXDUT"))
    project, left = imported(testbench)
    assert list(project.sweeps) == ["Sch_slow"]
    assert project.sweeps["Sch_slow"].definition.parameters["corner_t"] == ("Th",)
    assert str(project.testbenches["tran"].parameters["Rload"]) == "2k"
    template = (testbench.parent / "simorc/testbenches/tran/tran.spice.j2").read_text()
    assert "RL VX 0 {{ parameters.Rload }} ; case_{{ case_id }}" in template
    assert left[0].startswith("Makefile: unresolved variables: cicsim run --name x $(shell ls)")


def test_without_cicsim_yaml_there_is_nothing_to_import(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "tran.spi"
    path.parent.mkdir(parents=True)
    path.write_text("* x\n")
    with pytest.raises(UsageError, match=r"no cicsim\.yaml"):
        from_cicsim([path])


@pytest.mark.ngspice
def test_an_imported_project_simulates(testbench: Path, simorc: Simorc) -> None:
    assert simorc("import", "cicsim", testbench)[0] == 0
    project = ("--project", testbench.parent / "simorc")
    code, printed = simorc(*project, "run", "Sch_tempvall")
    assert (code, "6 of 6 completed" in printed) == (0, True), printed + simorc(*project, "results")[1]
    assert simorc(*project, "run", "Sch_mc")[0] == 0


def test_a_link_to_the_corners_above_is_read_once_and_texts_stand_on_lines_of_their_own(
    testbench: Path,
) -> None:
    above = testbench.parent.parent / "cicsim.yaml"
    own = testbench.parent / "cicsim.yaml"
    text = "corner:\n  Tt: |\n    .option temp=27\n  Th: |\n    .option temp=85\n"
    own.unlink(missing_ok=True)
    above.write_text(text)
    own.symlink_to(above)
    project, _ = imported(testbench)
    template = project.testbenches["tran"].template.read_text()
    assert template.count(".option temp=27") == 1
    own.unlink()
    own.write_text(text.replace("temp=27", "tnom=27"))
    imported_again = from_cicsim([testbench], testbench.parent / "again")
    imported_again.write()
    second = Project.load(imported_again.directory).testbenches["tran"].template.read_text()
    assert ".option temp=27\n.option tnom=27\n" in second


def test_a_meas_file_without_marks_is_understood(testbench: Path) -> None:
    testbench.with_suffix(".meas").write_text(
        "* Measure\n.meas tran vx avg v(vx)\nload {cicname}.raw\nmeas tran vz\n+ max v(vx)\n.end\n"
    )
    project, left = imported(testbench)
    assert set(project.testbenches["tran"].config.measurements) == {"vx", "vz"}
    template = project.testbenches["tran"].template.read_text()
    assert "\nmeas tran vx avg v(vx)\nmeas tran vz\n+ max v(vx)\n" in template.partition(".control")[2]
    assert "load" not in template
    assert not [line for line in left if "no measurement of" in line]


def test_what_was_expected_of_a_meas_file_is_told(testbench: Path) -> None:
    testbench.with_suffix(".meas").write_text("t50 = cross(v(vx), 0.5)\n")
    _, left = imported(testbench)
    assert any("without a meas command; expected are lines such as `meas tran t50" in line for line in left)


@pytest.mark.parametrize(
    ("scale", "limits"), [(1, {"min": 1.0, "max": 4.0}), (-2, {"max": -0.5, "min": -2.0})]
)
def test_a_negative_scale_swaps_the_limits(scale: float, limits: dict[str, float]) -> None:
    assert _limits({"min": 1, "max": 4}, scale) == limits


def test_a_testbench_that_a_variable_names_has_the_runs_of_the_makefile(testbench: Path) -> None:
    (testbench.parent / "Makefile").write_text(
        "TB=tran\nslow:\n\tcicsim run --name Sch_slow ${TB} Sch Th Vl\n"
        "fixed:\n\tcicsim run --name Sch_fixed tran Sch Tt Vt\n"
    )
    other = testbench.with_name("ac.spi")
    other.write_text(testbench.read_text())
    carried = from_cicsim([testbench, other])
    carried.write()
    project = Project.load(carried.directory)
    assert list(project.sweeps) == ["Sch_slow", "Sch_fixed", "ac_Sch_slow"]
    assert project.sweeps["ac_Sch_slow"].definition.parameters["corner_t"] == ("Th",)
    assert carried.changed == ["ac: the Makefile runs tran; its runs are those of ac, too"]


def test_a_testbench_without_any_run_has_every_corner_and_that_is_reported(testbench: Path) -> None:
    (testbench.parent / "Makefile").write_text("fixed:\n\tcicsim run --name x other Sch Tt Vt\n")
    carried = from_cicsim([testbench])
    assert carried.changed == [
        "tran: the Makefile does not run it: its sweep has every combination of corners"
    ]


def test_measurements_in_a_loop_are_named_and_not_declared(testbench: Path) -> None:
    testbench.with_suffix(".meas").write_text(
        "foreach vtemp 0 25\nmeas tran t1_$vtemp when v(vx)=0.5\nend\nmeas tran vx find v(vx) at=1n\n"
    )
    project, left = imported(testbench)
    assert list(project.testbenches["tran"].config.measurements) == ["vx"]
    assert any(remark.startswith("tran.meas: t1_$vtemp is measured in a loop") for remark in left)


def test_the_last_of_two_equal_keys_counts_and_is_reported(testbench: Path) -> None:
    results = testbench.with_suffix(".yaml")
    results.write_text("vx:\n  src: [vx]\n  max: 1\nvx:\n  src: [vx]\n  max: 2\n")
    carried = from_cicsim([testbench])
    assert "tran.yaml:4: vx is written twice: the last one is used" in carried.changed
    config = carried.files[Path("testbenches/tran/config.yaml")]
    assert "max: 2" in config and "max: 1" not in config


def test_braces_of_the_testbench_are_no_marks_of_a_template(testbench: Path, simorc: Simorc) -> None:
    (testbench.parent / "Makefile").write_text("a:\n\tcicsim run --replace r.yaml --name a tran Sch Tt Vt\n")
    (testbench.parent / "r.yaml").write_text("t0: 50n\n")
    testbench.write_text(testbench.read_text().replace("XDUT", "RX VX 0 {{t0}-1n} ; {#} {{t0}}\nXDUT"))
    template = from_cicsim([testbench]).files[Path("testbenches/tran/tran.spice.j2")]
    assert "RX VX 0 { {{ parameters.t0 }}-1n} ; { #} { {{ parameters.t0 }}}" in template


def test_a_part_of_a_testbench_is_no_testbench(testbench: Path) -> None:
    part = testbench.with_name("xdut.spi")
    part.write_text("* part\nR9 a 0 1k\n")
    testbench.write_text(testbench.read_text().replace("XDUT", ".include ../xdut.spi\nXDUT"))
    carried = from_cicsim([testbench, part])
    assert "xdut.spi: no testbench: tran.spi includes it" in carried.changed
    assert not any("xdut" in str(path) for path in carried.files)


def test_a_link_to_corners_that_are_missing_is_named(testbench: Path) -> None:
    (testbench.parent.parent / "cicsim.yaml").unlink(missing_ok=True)
    (testbench.parent.parent / "cicsim.yaml").symlink_to("../tech/cicsim.yaml")
    left = from_cicsim([testbench]).left
    assert any("a link to ../tech/cicsim.yaml, which does not exist" in remark for remark in left)
