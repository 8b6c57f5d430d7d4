"""A value that is no number is refused where a template needs one, with its place in YAML."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from simorc.config.project import Project
from simorc.errors import ConfigError
from simorc.launch.build import build_run
from simorc.launch.project_checks import problems_of, problems_of_testbench

TEXTS = (
    *(
        "1 kOhm",
        "1 k",
        "25 °C",
        "5%",
        "1k#",
        "1/2",
        "2*3",
        "10^3",
        "1+2",
        "1x10^3",
        "1k5",
        "1_000",
        "0x1F",
        "1,5",
    ),
    *(
        "10kk",
        "1kilo",
        "5ppm",
        "1e",
        "1e+",
        "1e400",
        "inf",
        "--1",
        "+-1",
        ".",
        "~1",
        "1..5",
        "1 000",
        "1k 2k",
    ),
    *("½k", "10³", "1×10^3", "10Μ", "Ιk", "±1", "∞", "1㏀", "25℉", "Ⅴ", "一"),
)
"""Texts that are neither a number nor look like one in other characters, or that only begin as one."""
EXPRESSIONS = ("1/2", "2*rbase", "10^3", "1+2", "1k*2", "{2*rbase}", "'2*rbase'", "max(1,2)")
NAMES = ("ss", "2n3904", "5V", "1v8", "½", "10μ", "25 °C", "1 k", "5%", "typ+3σ", "28nm", "1/2", "0")


def project(
    root: Path, template: str, *, sweep: str = "parameters: {x: [1k]}", default: str = "1k"
) -> Project:
    (root / "tb").mkdir(parents=True)
    (root / "sim_setup.yaml").write_text("name: p\ntestbenches: {tb: tb}\nsweeps: {s: s.yaml}\n")
    config = f"template: t.j2\nparameters:\n  y: 1\n  x: {default}\n"
    (root / "tb" / "config.yaml").write_text(config, encoding="utf-8")
    text = f"* {{{{ parameters.y }}}}\nv1 a 0 1\n{template}\n.op\n.end\n"
    (root / "tb" / "t.j2").write_text(text.replace("X", "{{ parameters.x }}"), encoding="utf-8")
    (root / "s.yaml").write_text(f"testbench: tb\n{sweep}\n", encoding="utf-8")
    return Project.load(root)


def problems(made: Project) -> list[str]:
    sweep = made.sweeps["s"]
    return [f"{each.line}:{each.column}" for each in problems_of(made, sweep.definition, sweep.path, "s")]


PLACES = ("r1 a 0 X", "r1 a 0 r=X", ".model m r(rsh=X)", ".option reltol=X", ".temp X")


@pytest.mark.parametrize(("number", "text"), [*enumerate(TEXTS)], ids=TEXTS)
def test_a_text_that_is_no_number_is_refused_where_a_number_is_needed(
    tmp_path: Path, number: int, text: str
) -> None:
    listed = f"parameters:\n  x:\n  - 1k\n  - {json.dumps(text, ensure_ascii=False)}"
    try:
        found = problems(project(tmp_path, PLACES[number % len(PLACES)], sweep=listed))
    except ConfigError as error:
        assert "s.yaml:5:5: " in str(error)
    else:
        assert found == ["5:5"]


def test_expressions_are_left_to_ngspice_where_it_evaluates_them(tmp_path: Path) -> None:
    for number, place in enumerate((".param q=X", "x1 a 0 s q=X", "b1 b 0 v=X*v(a)", ".csparam q=X")):
        listed = f"parameters: {{x: {json.dumps(EXPRESSIONS)}}}"
        assert problems(project(tmp_path / str(number), place, sweep=listed, default="abc")) == []


@pytest.mark.parametrize(("text", "refused"), [("1k:5k:3k", True), ("1:2", True), ("2>1?1k:3k", False)])
def test_a_colon_that_chooses_nothing_is_refused(tmp_path: Path, text: str, refused: bool) -> None:
    found = problems(project(tmp_path, ".param q=X", sweep=f"parameters: {{x: [1k, '{text}']}}"))
    assert bool(found) == refused


@pytest.mark.parametrize(
    ("place", "text", "lost"),
    [
        (".param q=X w=2", "2 * 1k", "* 1k"),
        ("x1 a 0 s w=X", "vdd * 2", "* 2"),
        ("x1 a 0 s w=X", "2*{vdd} + 1", "+ 1"),
        (".subckt s a b w=X l=1\nr1 a b {w}\n.ends\nx1 a 0 s", "1k + 1", "+ 1"),
        (".param q=X", "2 * 1k", ""),
        (".param q={X} w=2", "2 * 1k", ""),
    ],
)
def test_a_text_of_which_ngspice_reads_the_first_word_is_refused(
    tmp_path: Path, place: str, text: str, lost: str
) -> None:
    made = project(tmp_path, place, sweep=f"parameters: {{x: [1k, '{text}']}}")
    sweep = made.sweeps["s"]
    found = problems_of(made, sweep.definition, sweep.path, "s")
    assert [f"ngspice ignores '{lost}'" in str(each) for each in found] == [True] * bool(lost)


def test_texts_that_are_used_as_texts_are_no_errors(tmp_path: Path) -> None:
    uses = ".lib kit.lib X\nq1 c b e X\nx1 a 0 X\n.include X.inc\n* X\n.title X\n.control\necho X\n.endc"
    listed = f"parameters: {{x: {json.dumps(NAMES, ensure_ascii=False)}}}"
    assert problems(project(tmp_path, uses, sweep=listed, default="nom")) == []


@pytest.mark.parametrize(
    ("sweep", "place"),
    [
        ("corners:\n  a: {x: 1k}\n  b:\n    x: 5%", "5:8"),
        ("zip:\n- x: [1k, 5%]\n  y: [1, 2]", "3:11"),
        ("sensitivity:\n  x: [1k, 5%]", "3:11"),
        ("parameters:\n  x: 5%", "3:6"),
        ("monte_carlo: {samples: 2, seed: 1}\nparameters:\n  x: [1k, 1 k]", "4:11"),
    ],
)
def test_every_form_of_a_sweep_is_looked_at(tmp_path: Path, sweep: str, place: str) -> None:
    assert place in problems(project(tmp_path, "r1 a 0 X", sweep=sweep))


@pytest.mark.parametrize(
    "line", ["r1 a 0 {{ parameters.x | upper }}", "r1 a 0 Xk", "{% set z = parameters.x %}r1 a 0 {{ z }}"]
)
def test_a_text_that_the_template_changes_is_found(tmp_path: Path, line: str) -> None:
    assert problems(project(tmp_path, line, sweep="parameters: {x: [1, 1/2]}")) == ["2:21"]


def test_a_default_is_looked_at_also_without_sweep(tmp_path: Path) -> None:
    made = project(tmp_path, "r1 a 0 X", default="5%")
    found = problems_of_testbench(made, made.testbenches["tb"])
    assert [(each.file.name, each.line, each.column) for each in found] == [("config.yaml", 4, 6)]


def test_build_refuses_what_validate_refuses(tmp_path: Path) -> None:
    made = project(tmp_path, "r1 a 0 X", sweep="parameters: {x: [1k, 1/2]}")
    with pytest.raises(ConfigError, match=r"s\.yaml:2:22: .*'1/2' is not a number.*write \{1/2\}"):
        build_run(made, "s")
