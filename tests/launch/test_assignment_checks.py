"""`validate` and `build` refuse assignments that the project's ngspice loses, with file, line and column."""

from __future__ import annotations

from pathlib import Path

import pytest

from simorc.errors import ConfigError, ToolMissing
from simorc.launch.assignment_checks import lint_assignments, lint_kit_assignments
from simorc.launch.build import build_run
from simorc.simulators.ngspice.cold import Ngspice
from tests.divider_projects import DIVIDER, MakeProject

ENDLESS = "* t\n.param q=1, k=2\n" + DIVIDER
LOST = DIVIDER.replace("R2 out 0 1k", "x1 out 0 s l=1k ,w=2k\n.include ../s.inc")


@pytest.fixture
def version(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    def answer(_: Ngspice) -> str:
        if request.param is None:
            raise ToolMissing("no ngspice", remedy="install ngspice")
        return str(request.param)

    monkeypatch.setattr(Ngspice, "version", answer)


@pytest.mark.parametrize("version", ["39", "39.3"], indirect=True)
def test_a_card_without_end_is_refused_for_the_version_that_reads_it(
    make_project: MakeProject, version: None
) -> None:
    project = make_project(ENDLESS)
    with pytest.raises(ConfigError) as caught:
        build_run(project, "s")
    assert "tb/tb.spice.j2:2:11: ngspice 39 reads this card without end" in str(caught.value)


@pytest.mark.parametrize("version", ["39"], indirect=True)
def test_a_comma_that_the_template_works_out_is_found(make_project: MakeProject, version: None) -> None:
    loop = "{% for n in 'ab' %}{{ n }}={{ parameters.r }}{{ ', ' if not loop.last }}{% endfor %}"
    (found,) = lint_assignments(make_project(f"* t\n.param {loop}\n{DIVIDER}"))
    assert found.message.startswith("ngspice 39 reads this card without end")
    assert not found.warning


@pytest.mark.parametrize(("version", "found"), [("38", []), ("46", []), (None, [True])], indirect=["version"])
def test_it_is_sound_for_other_versions_and_a_warning_where_none_is_known(
    make_project: MakeProject, version: None, found: list[bool]
) -> None:
    assert [each.warning for each in lint_assignments(make_project(ENDLESS))] == found


@pytest.mark.parametrize("version", ["46"], indirect=True)
def test_a_lost_value_is_refused_whatever_the_version(make_project: MakeProject, version: None) -> None:
    project = make_project(LOST)
    (project.root / "s.inc").write_text(".subckt s a b l=1k w=1k\nr1 a b {l}\n.ends\n")
    with pytest.raises(ConfigError) as caught:
        build_run(project, "s")
    assert "tb/tb.spice.j2:4:17: ngspice takes ',w' for the name" in str(caught.value)


def test_files_that_only_other_cases_include_are_checked(make_project: MakeProject) -> None:
    template = DIVIDER.replace("R2 out 0 1k", "x1 out 0 s l=1k\n.include ../{{ parameters.r }}.inc")
    project = make_project(template, sweep="parameters: {r: [one, two, three]}\n")
    for name, comma in (("one", " "), ("two", " ,"), ("three", " , ")):
        (project.root / f"{name}.inc").write_text(f".subckt s a b w=1k{comma}l=1k\nr1 a b {{l}}\n.ends\n")
    found = [str(each) for each in lint_assignments(project)]
    assert len(found) == 1
    assert "two.inc:1:20: ngspice takes ',l' for the name" in found[0]


def test_files_outside_the_project_are_left_alone(make_project: MakeProject, tmp_path: Path) -> None:
    (tmp_path / "kit.inc").write_text(".subckt s a b w=1k ,l=1k\n.ends\nx9 1 0 s w=1 ,l=2\n")
    assert lint_assignments(make_project(DIVIDER.replace("R2", f".include {tmp_path}/kit.inc\nR2"))) == ()


@pytest.mark.parametrize(
    ("kit", "line"),
    [
        (".subckt s a b w=1k ,l=1k\nr1 a b {l}\n.ends\n", 1),
        ("* kit\n.subckt s a b\n.param q=1 k p=2\nr1 a b {q}\n.ends\n", 3),
        ("* kit\n.param q=1, p=2\n", 2),
        (".subckt other a b w=1k ,l=1k\nr1 a b {l}\n.ends\n", 0),
        (".subckt s a b w=1k , l=1k\nr1 a b {l}\n.ends\n", 0),
    ],
)
def test_a_value_that_a_kit_loses_is_a_warning_of_validate(
    make_project: MakeProject, tmp_path: Path, kit: str, line: int
) -> None:
    (tmp_path / "kit.inc").write_text(kit)
    (tmp_path / "all.inc").write_text("* all\n.include kit.inc\n")
    text = DIVIDER.replace("R2 out 0 1k", f".include {tmp_path}/all.inc\nR2 out 0 1k\nx1 out 0 s")
    found = lint_kit_assignments(make_project(text))
    assert [(each.file.name, each.line, each.warning) for each in found] == [("kit.inc", line, True)] * bool(
        line
    )
