"""Placeholders that would not survive netlisting, found in the schematic with their line."""

from __future__ import annotations

from pathlib import Path

from simorc.config.project import Project
from simorc.netlist.finding import Finding
from simorc.schematics.lint import lint_project, lint_template

SAMPLE = Path(__file__).parents[2] / "sample_project"


def lint(root: Path, schematic: str, more: str) -> list[Finding]:
    path = root / schematic
    path.write_text(path.read_text() + more)
    return [finding for finding in lint_project(Project.load(root)) if finding.file == path]


def test_the_sample_project_is_clean() -> None:
    assert lint_project(Project.load(SAMPLE)) == ()


def test_unescaped_braces(netlisted: Path) -> None:
    more = "C {devices/res.sym} 0 0 0 0 {name=R7 value={{ parameters.r }}}\n"
    schematic = netlisted / "testbenches/other/tb_other.sch"
    line = len(schematic.read_text().splitlines()) + 1
    (finding,) = lint(netlisted, "testbenches/other/tb_other.sch", more)
    assert (finding.line, finding.column) == (line, more.index("{{") + 1)
    assert "not escaped" in finding.message and not finding.warning


def test_an_unquoted_placeholder_with_spaces(netlisted: Path) -> None:
    more = "C {devices/res.sym} 0 0 0 0 {name=R7\nvalue=\\{\\{ parameters.r \\}\\} m=1}\n"
    (finding,) = lint(netlisted, "testbenches/other/tb_other.sch", more)
    assert "put the value in quotes" in finding.message
    assert finding.column == 7


def test_quoted_or_without_spaces_is_fine(netlisted: Path) -> None:
    more = (
        "C {devices/res.sym} 0 0 0 0 {name=R7 value=\\{\\{parameters.r\\}\\}}\n"
        'C {devices/res.sym} 0 0 0 0 {name=R8 value="\\{\\{ parameters.r \\}\\}"}\n'
        'C {devices/netlist.sym} 0 0 0 0 {name=s1 value=".lib \\\\"a b\\\\"\n'
        '.param x=\\{\\{ parameters.r \\}\\}"}\n'
    )
    assert lint(netlisted, "testbenches/other/tb_other.sch", more) == []


def test_an_unknown_parameter_with_the_nearest_one(netlisted: Path) -> None:
    more = (
        'C {devices/netlist.sym} 0 0 0 0 {name=s1 value=".param a=1\n.param q=\\{\\{ parameters.rr \\}\\}"}\n'
    )
    schematic = netlisted / "testbenches/other/tb_other.sch"
    line = len(schematic.read_text().splitlines()) + 2
    (finding,) = lint(netlisted, "testbenches/other/tb_other.sch", more)
    assert finding.message == "parameters.rr: not a parameter of the testbench (did you mean 'r'?)"
    assert (finding.line, finding.column) == (line, len(".param q=\\{\\{ ") + 1)


def test_a_placeholder_in_the_dut(netlisted: Path) -> None:
    more = 'C {devices/res.sym} 0 0 0 0 {name=R7 value="\\{\\{ parameters.r \\}\\}"}\n'
    (finding,) = lint(netlisted, "schematics/top.sch", more)
    assert "the DUT's netlist is included as it is" in finding.message


def test_a_parameter_nothing_uses_is_a_warning(netlisted: Path) -> None:
    config = netlisted / "testbenches/other/config.yaml"
    config.write_text(config.read_text().replace("{r: 1k}", "{r: 1k, unused: 2}"))
    findings = lint_project(Project.load(netlisted))
    (finding,) = (each for each in findings if each.file.name.startswith("tb_other"))
    assert finding.warning and finding.message == "parameter unused is used by no placeholder"
    assert finding.file.name == "tb_other.sch"


def test_a_template_without_schematic_is_read_itself(tmp_path: Path) -> None:
    template = tmp_path / "a.spice.j2"
    template.write_text("* a\nR1 a 0 {{ parameters.rr }}\n")
    unused, unknown = lint_template(template, {"r": 1})
    assert unused.warning and unknown.line == 2 and "did you mean 'r'?" in unknown.message
    template.write_text("* a\n{{ parameters.r\n")
    (broken,) = lint_template(template, {"r": 1})
    assert not broken.warning
