"""What a deck and its includes define, and what a sweep changes without effect."""

from __future__ import annotations

from pathlib import Path

import pytest

from simorc.config.project import Project
from simorc.deck_text import read_leniently
from simorc.netlist.checks.lint_definitions import lint_definitions
from simorc.netlist.deck import definitions as module
from simorc.netlist.deck.definitions import (
    SEED,
    TEMPERATURE,
    Definition,
    Unknown,
    definitions,
    included_definitions,
)


def names(deck: str, directory: Path) -> list[str]:
    return [found.name for found in definitions(deck, directory) if isinstance(found, Definition)]


@pytest.mark.parametrize(
    ("cards", "found"),
    [
        (".param a=1 b = 2\n.PARAM C=3", ["a", "b", "c"]),
        (".param a=1 ; b=2\n* c=3\n+ d=4 $ e=5\n+f='g==1'", ["a", "d", "f"]),
        (".parameters a=1", ["a"]),
        (".temp 27\n.option temp=3 reltol=1e-4 seed=4", [TEMPERATURE, TEMPERATURE, SEED]),
        (".subckt s a b w=1\n.param a=1\n.ends\n.param b=2", ["b"]),
        (".param f(x)='x*2' a={b<=3}", ["a"]),
        (".control\nlet a=1\n.param b=1\n.endc\n.param c=1\n.end\n.param d=1", ["c"]),
        (".csparam a=1\n.func b(x) {x}\n.model d d(is=1)", []),
    ],
)
def test_names_are_found_in_every_spelling(tmp_path: Path, cards: str, found: list[str]) -> None:
    assert names(f"* .param title=1\n{cards}\n", tmp_path) == found


def test_includes_are_followed_in_order_with_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "kit").mkdir()
    (tmp_path / "kit" / "one.inc").write_text("* one\n.param b=1\n.include two.inc\n")
    (tmp_path / "kit" / "two.inc").write_text(".PARAM A=2\n")
    deck = "* t\n.param a=1\n.include kit/one.inc\n.param a=3\n"
    found = [each for each in definitions(deck, tmp_path) if isinstance(each, Definition)]
    kit = tmp_path / "kit"
    assert [(each.name, each.file, each.line) for each in found] == [
        ("a", None, 2),
        ("b", kit / "one.inc", 2),
        ("a", kit / "two.inc", 1),
        ("a", None, 4),
    ]


def test_only_the_section_asked_for_counts(tmp_path: Path) -> None:
    (tmp_path / "k.lib").write_text(
        ".param outside=1\n.lib TT\n.param r=1\n.lib k.lib common\n.endl\n"
        ".lib ff\n.param q=1\n.endl ff\n.lib common\n.param z=1\n.endl\n"
    )
    assert names("* t\n.lib 'k.lib' tt\n", tmp_path) == ["r", "z"]
    assert names("* t\n.lib k.lib FF\n", tmp_path) == ["q"]


def test_a_definition_in_a_condition_is_marked(tmp_path: Path) -> None:
    deck = "* t\n.if (x==1)\n.param a=1\n.else\n.param a=2\n.endif\n.param b=1\n"
    found = [each for each in definitions(deck, tmp_path) if isinstance(each, Definition)]
    assert [(each.name, each.conditional) for each in found] == [("a", True), ("a", True), ("b", False)]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (".include nosuch.inc\n", "nosuch.inc not found"),
        (".include here.inc\n", "includes itself"),
        (".control\nset x=1\n.endc\n", "has a control block"),
        ("*#alter r1=7k\n", "has a command in a line that begins with *#"),
        (" *# set x=1\n", "has a command in a line that begins with *#"),
        ("*#\techo x\n* a comment\n*####\n", "has a command in a line that begins with *#"),
    ],
)
def test_what_cannot_be_known_is_told(tmp_path: Path, content: str, reason: str) -> None:
    (tmp_path / "here.inc").write_text(content)
    (unknown,) = included_definitions("* t\n.include here.inc\n.control\nop\n.endc\n", tmp_path)
    assert isinstance(unknown, Unknown)
    assert reason in str(unknown)
    assert f"{tmp_path / 'here.inc'}:1: " in str(unknown)


def test_banners_and_comments_are_no_commands(tmp_path: Path) -> None:
    (tmp_path / "here.inc").write_text("*####\n* # r1\n*#\n*#\t\n*# # a comment\nr1 a b 1 *#x\n.param a=1\n")
    assert names("* t\n.include here.inc\n", tmp_path) == ["a"]


def test_a_missing_file_is_told_with_the_line_of_the_deck_that_asks_for_it(tmp_path: Path) -> None:
    (unknown,) = included_definitions("* t\nr1 a 0 1\n.include nosuch.inc\n", tmp_path)
    assert str(unknown) == "deck line 3: nosuch.inc not found"


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    (tmp_path / "a.inc").write_text(".param a=1\n")
    assert names("* t\n.include a.inc\n", tmp_path) == ["a"]
    (tmp_path / "a.inc").write_text(".param another=1\n")
    assert names("* t\n.include a.inc\n", tmp_path) == ["another"]


def project(root: Path, template: str, sweep: str = "r: [1k, 2k]") -> Project:
    (root / "tb").mkdir()
    (root / "sim_setup.yaml").write_text("testbenches: {t: tb}\nsweeps: {s: s.yaml}\n")
    (root / "tb" / "config.yaml").write_text("parameters: {r: 1k, temp: 27}\ntemplate: t.spice.j2\n")
    (root / "tb" / "t.spice.j2").write_text(f"* t\n{template}\nV1 a 0 1\nR1 a 0 {{r}}\n.op\n.end\n")
    (root / "s.yaml").write_text(f"testbench: t\nparameters: {{{sweep}}}\n")
    (root / "again.inc").write_text("* kit\n.PARAM other=1 R=10k\n.temp 50\n")
    return Project.load(root)


VALUE = ".param r={{ parameters.r }}"
AGAIN = '.include "{{ project.root }}/again.inc"'


@pytest.mark.parametrize(
    ("template", "line", "text"),
    [
        (f"{VALUE}\n{AGAIN}", 2, "changes nothing here: {root}/again.inc:2 sets r again"),
        (
            f"V2 b 0 1\n{VALUE} q=2\n.param r=5k",
            3,
            "nothing here: {root}/tb/t.spice.j2:4 sets r again",
        ),
        (
            f"{VALUE}\n.if (1)\n.param r=5k\n.endif",
            2,
            "sweeping r changes nothing here: {root}/tb/t.spice.j2:4 sets r again",
        ),
        (f"{VALUE}\n{VALUE}", 2, "changes nothing here"),
        (f"{VALUE} r=5k", 2, "changes nothing here: {root}/tb/t.spice.j2:2 sets r again"),
        (f".if (1)\n{VALUE}\n.else\n.param R=5k\n.endif", 3, "nothing here: {root}/tb/t.spice.j2:5 sets r"),
    ],
)
def test_validate_warns_with_file_and_line(tmp_path: Path, template: str, line: int, text: str) -> None:
    (finding, *_) = lint_definitions(project(tmp_path, template))
    assert (finding.warning, finding.line) == (True, line)
    assert finding.file == tmp_path / "tb" / "t.spice.j2"
    assert text.format(root=tmp_path) in finding.message
    assert "sweeping r" in finding.message


def test_a_temperature_that_is_set_again_is_told(tmp_path: Path) -> None:
    template = f"{VALUE.replace('r', 'q', 0)}\n.temp {{{{ parameters.temp }}}}\n{AGAIN}"
    (finding,) = lint_definitions(project(tmp_path, template, "temp: [0, 27]"))
    assert "sweeping temp changes nothing here" in finding.message
    assert "again.inc:3 sets the temperature again" in finding.message


TEMPERATURE = "temp={{ parameters.temp }}"


@pytest.mark.parametrize(
    ("template", "words"),
    [
        (
            f".temp 50\n.option {TEMPERATURE}",
            "changes nothing here: {0}:2 sets the temperature again, and ngspice uses a",
        ),
        (f".option {TEMPERATURE}\n.temp 50", "changes nothing here: {0}:3"),
        (f".option {TEMPERATURE}\n.options temp=50", "changes nothing here: {0}:3"),
        (f".option {TEMPERATURE}\n.if (1)\n.temp 50\n.endif", "may change nothing here: {0}:4"),
        (".temp {{ parameters.temp }}\n.if (1)\n.option temp=50\n.endif", ""),
        (".temp {{ parameters.temp }}\n.option temp=50", ""),
        (".option temp=50\n.temp {{ parameters.temp }}", ""),
    ],
)
def test_a_temp_card_counts_before_any_option(tmp_path: Path, template: str, words: str) -> None:
    found = lint_definitions(project(tmp_path, template, "temp: [0, 27]"))
    assert len(found) == bool(words)
    assert all(words.format(tmp_path / "tb" / "t.spice.j2") in each.message for each in found)


@pytest.mark.parametrize(
    "template",
    [
        VALUE,
        f"{AGAIN}\n{VALUE}",
        f"{VALUE} q=2\n.param q=3",
        f"{VALUE}\n.subckt s a r=1\n.param r=5\nR9 a 0 {{r}}\n.ends",
        f"{VALUE}\n.csparam r2={{r}}\n.func f(r) {{r*2}}",
    ],
)
def test_what_a_sweep_does_change_gives_no_warning(tmp_path: Path, template: str) -> None:
    assert lint_definitions(project(tmp_path, template)) == ()


def test_the_files_of_a_run_are_read_once_for_all_its_cases(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "models.lib").write_text('.lib tt\n.param vth=0.4\n.include "deeper.inc"\n.endl\n')
    (tmp_path / "deeper.inc").write_text(".param kp=1u\n")
    read: list[Path] = []

    def reading(path: Path) -> str:
        read.append(path)
        return read_leniently(path)

    monkeypatch.setattr(module, "read_leniently", reading)
    deck = '* deck\n.lib "../../models.lib" tt\n.end\n'
    for case in ("1", "2", "3"):
        (tmp_path / "results" / case).mkdir(parents=True)
        found = included_definitions(deck, tmp_path / "results" / case)
        assert [each.name for each in found if isinstance(each, Definition)] == ["vth", "kp"]
    assert sorted(path.name for path in read) == ["deeper.inc", "models.lib"]


def test_a_file_in_the_directory_of_a_case_itself_is_found(tmp_path: Path) -> None:
    case = tmp_path / "results" / "1"
    case.mkdir(parents=True)
    (case / "own.inc").write_text(".param own=1\n")
    (found,) = included_definitions('* deck\n.include "own.inc"\n.end\n', case)
    assert isinstance(found, Definition)
    assert found.name == "own"
