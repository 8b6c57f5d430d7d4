from __future__ import annotations

import math
from pathlib import Path

import pytest

from simorc.netlist.deck.file_references import closure, references
from simorc.netlist.deck.worked_out_names import (
    cases_of_other_files,
    combinations_of_names,
    naming_words,
    works_out_names,
)
from simorc.netlist.template import Template
from simorc.sweeps.plan import Plan


@pytest.mark.parametrize(
    ("text", "worked_out"),
    [
        (".include {{ dut.netlist }}\n.lib '{{ project.root }}/a.lib' tt\n", False),
        (".include m_{{ parameters.corner }}.inc\n", True),
        (".lib a.lib {{ parameters.corner }}\n", True),
        ("{% if parameters.x > 1 %}\n.include a.inc\n{% endif %}\n", True),
        ("{% if parameters.x > 1 %}\nr1 a 0 1\n{% endif %}\n.include a.inc\n", False),
        ('a1 a b m\n.model m filesource(file="{{ parameters.x }}.txt")\n', True),
        (".param x={{ parameters.x }}\n.include a.inc\n", False),
    ],
)
def test_names_that_depend_on_the_case(tmp_path: Path, text: str, worked_out: bool) -> None:
    (tmp_path / "t.j2").write_text(f"t\n{text}")
    assert works_out_names(Template.load(tmp_path / "t.j2")) == worked_out


@pytest.mark.parametrize(
    ("text", "naming"),
    [
        (".include m_{{ parameters.corner }}.inc\nr1 a 0 {{ parameters.r }}\n", {"corner"}),
        ("{% set f = parameters.k %}\n.include {{ f }}.inc\nr1 a 0 {{ parameters.r }}\n", {"k"}),
        (".lib\n+ a.lib {{ parameters.corner }}\n", {"corner"}),
        ("{% if seed or case_id %}\n.op\n{% endif %}\n.include {{ parameters.k }}\n", {"k"}),
        ("{% if config.x > 1 %}\n.include a.inc\n{% endif %}\nr1 a 0 {{ parameters.r }}\n", {"x"}),
        (".include {{ parameters.k }}_{{ parameters.x }}.inc\n", {"k", "x"}),
        (".include a.inc\n{% if parameters.r > 1 %}\n.op\n{% endif %}\n", set()),
    ],
)
def test_the_parameters_whose_combinations_are_all_looked_at(
    tmp_path: Path, text: str, naming: set[str]
) -> None:
    (tmp_path / "t.j2").write_text(f"t\n{text}")
    words = naming_words(Template.load(tmp_path / "t.j2"))
    sizes = {"corner": 70, "k": 80, "x": 90, "r": 100}
    plan = Plan.expand(
        {"parameters": {name: [*range(size)] for name, size in sizes.items()}},
        defaults=dict.fromkeys(sizes, 0),
    )
    names, number = combinations_of_names(plan, words)
    assert (set(names), number) == (naming, math.prod(sizes[name] for name in naming))
    cases = [each.parameters for each in cases_of_other_files(plan, words)]
    varied = {tuple(case[name] for name in sorted(naming)) for case in cases} | {(0,) * len(naming)}
    assert len(varied) == min(number, 4096)
    for name in sizes:
        if name not in naming:
            assert len({case[name] for case in cases}) == 64, name


@pytest.mark.parametrize("name", ["case_id", "seed"])
def test_every_case_is_looked_at_where_its_number_or_seed_makes_a_name(tmp_path: Path, name: str) -> None:
    (tmp_path / "t.j2").write_text(f"t\n.include {{{{ {name} }}}}_{{{{ parameters.k }}}}.inc\n")
    words = naming_words(Template.load(tmp_path / "t.j2"))
    plan = Plan.expand({"parameters": {"k": [1, 2], "r": [3, 4, 5]}}, defaults={"k": 1, "r": 3})
    assert combinations_of_names(plan, words) == (["k", name], 6)
    assert {case.id for case in cases_of_other_files(plan, words)} >= {2, 3, 4, 5, 6}
    large = Plan.expand({"parameters": {"r": [*range(5000)]}}, defaults={"r": 3})
    assert combinations_of_names(large, words) == ([name], 5000)
    assert sum(case.id > 0 for case in cases_of_other_files(large, words)) == 4095


def test_samples_are_alike_and_corners_of_samples_are_not() -> None:
    drawn = {"samples": 9, "seed": 1, "distributions": {"r": {"normal": {"mean": 1, "sigma": 0.1}}}}
    plan = Plan.expand(
        {"parameters": {"corner": ["tt", "ss", "ff"]}, "monte_carlo": drawn},
        defaults={"corner": "tt", "r": 1},
    )
    bundles = {f"c{number}": {"r": number} for number in range(70)}
    named = Plan.expand({"corners": bundles}, defaults={"r": 1})
    assert len([*cases_of_other_files(named, frozenset({"corner"}))]) == 69
    for words in (frozenset({"corner"}), frozenset[str]()):
        assert [each.parameters["corner"] for each in cases_of_other_files(plan, words)] == ["ss", "ff"]


def test_only_lines_with_a_word_of_a_name_are_looked_at() -> None:
    text = "t\n.INC 'a.inc'\n.model x nmos\n+ file_x=1\n.Lib b.lib TT\n a1 a b m File=\"c.txt\"\n* .inc no\n"
    text += ".control\nload d.raw\npre_osdi e.osdi\n.endc\nload f.raw\n"
    assert [(each.written, each.line) for each in references(text)] == [
        *(("a.inc", 2), ("b.lib", 5), ("c.txt", 6), ("d.raw", 9), ("e.osdi", 10)),
    ]
    assert [each.written for each in references("İ\n.include a.inc\n")] == ["a.inc"]


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    (tmp_path / "a.inc").write_text(".include b.inc\n")
    (tmp_path / "b.inc").write_text("")
    (tmp_path / "c.inc").write_text("")
    assert closure("t\n.include a.inc\n", tmp_path) == {tmp_path / "a.inc", tmp_path / "b.inc"}
    (tmp_path / "a.inc").write_text(".include  c.inc\n")
    assert closure("t\n.include a.inc\n", tmp_path) == {tmp_path / "a.inc", tmp_path / "c.inc"}
