"""Words of which ngspice reads the beginning as a number, in every place of a deck; names are left alone."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from simorc.config.project import Project
from simorc.errors import ConfigError, TemplateError
from simorc.launch.build import build_run
from simorc.netlist.checks.dropped_digits import dropped_digits, loses_digits
from simorc.netlist.checks.lint_literals import lint_literals
from simorc.netlist.template import Template
from tests.waiting import PATIENCE

LOSING = (
    *("r1 1 0 1k5", "r1 1 0 4R7", "r1 1 0 m1 4k7", "r1 1 0 r=1k5", "r1 1 0 1 tc1=1m5", "r1 1 0 0x10"),
    *("r1 1 0 10_000", "r1 1 0 1,5", "r1 1 0 1.5.2", "r1 1 0 {{ parameters.x }} tc1=1m5", "r1 a b 1K5"),
    *("c1 1 0 2u2 ic=0", "c1 1 0 1 ic=1k5", "l1 2 0 2m2", "i1 0 1 4R7", "v2 2 0 3V3", "v2 2 0 dc 1k5"),
    *("v2 2 0 dc 1 ac 1k5", "v2 2 0 pulse(1k5 0 1 1)", "v2 2 0 pulse(0,1k5,0,1n)", "v2 2 0 -1k5"),
    *("e1 2 0 1 0 1k5", "e1 2 0 poly(1) 1 0 0 1k5", "f1 2 0 vx 1k5", "b1 2 0 v=1k5", "x1 1 s p=1k5"),
    *(".model m1 r(r=1k5)", ".model m1 r r = 1k5", ".model a2 pwl(x_array=[0 1 2k5] y_array=[0 1 2])"),
    *(".model a1 gain(in_offset=0 gain=1k5)", ".ac dec 10 1k5 1meg", ".tran 1u5 1m", ".tran 1u\n+ 1m5"),
    *(
        ".dc v1 0 3V3 0.1",
        ".noise v(1) v1 dec 10 1k5 1meg",
        ".temp 2k5",
        ".ic v(1)=1k5",
        ".nodeset v(1v8)=1k5",
    ),
    *(
        ".param p=1k5",
        ".meas tran a find v(1) at=1u5",
        ".option reltol=1m5",
        ".four 1k5 v(1)",
        "k1 l1 l2 0m5",
    ),
    *(".subckt s a p=1k5", ".control\nlet x = 1k5\n.endc", ".control\nalter r1 = 1k5\n.endc"),
    *(".control\nalter r1 1k5\n.endc", ".control\ntran 1u5 1m\n.endc", ".control\nac dec 10 1k5 1meg\n.endc"),
)
ENDS = (
    *(
        "r1 a b 5%",
        "r1 a b -5%",
        "r1 a b 1k#",
        "c1 a b 10\u03bc",
        "c1 a b 1\u043a",
        "l1 a b 10\u00b3",
        "v1 a 0 1\u00a0k",
    ),
    *(
        "r1 a b 1k\u200b",
        ".param p=10\u03bc",
        ".param p=2*10\u03bc",
        ".param p='2*10\u03bc'",
        "m1 d g s b n w={2*1\u03bc}",
    ),
    *(
        "x1 a b s p=10\u03bc",
        "b1 a 0 v=10\u03bc",
        "r1 a b 1k/2 tc1=2",
        "r1 a b 1+2",
        "c1 a b 1e-12/2",
        "r1 a b r=1-2",
    ),
    *(
        "v1 1+ 1- 1+2",
        "v1 a 0 pulse(0 1/2 0 1n)",
        "e1 1+ 1- 2+ 2- 5*2",
        ".model m r(rsh=1/2)",
        ".model m r(rsh=10^3)",
    ),
    *(
        ".model a1 pwl(x_array=[0 1/2])",
        ".option temp=1/2",
        ".dc v1 0 1-2 0.1",
        ".tran 1n 5%",
        ".four 1k-2 v(a)",
    ),
    *(".control\ntran 1n 5%\n.endc", ".temp 5%"),
)
"""Lines with a word of which ngspice ignores an end other than digits, or that it does not evaluate."""
KEPT = (
    *(
        "c1 a b 10\u00b5",
        "r1 a b 1k\u03a9",
        ".temp 25\u00b0C",
        "r1 n+5% b 1k",
        "* 5%",
        "r1 a b 1k ; 5%",
        "e1 1+ 1- 2+ 2- 5",
    ),
    *(
        ".include 10\u03bc.inc",
        ".lib '5\u03bc.lib' tt",
        "x1 10\u03bc b s",
        "m1 1/2 g s b n w=1u",
        ".model 1/2 d(is=1)",
    ),
    *(
        "x1 1+ 2- s p=1/2",
        ".param a=1/2 b='2*3'",
        "b1 a 0 v=v(b)*1/2",
        "e1 a 0 vol='1/2*v(b)'",
        ".csparam c=1/2",
    ),
    *(
        ".subckt s a b p=1/2",
        ".control\nlet a = 1/2\nalter r1 = 1/2\n.endc",
        ".meas tran x find v(1+) at=1e-9",
    ),
    *(
        "a1 [1+ 2-] out m",
        ".save v(1+)",
        ".print tran v(1+)-v(2-)",
        "r1 a b {1/2}",
        ".model m r(rsh={1/2})",
        "c1 a b 1e-12",
    ),
    *("r1 1v8 2v5 1k", "r1 a b 2r5x 1k", "r1 a b 5k7m\n.model 5k7m r(tc1=0)", "r1 1 0 1e3", "r1 1 0 1d3"),
    *("r1 1 0 1.5e-3 ; 1k5", "r1 1 0 10kohm $ 1k5", "* r1 1 0 1k5", "c1 a b 1e-12", "r1 1 0 100mvolts"),
    *("m1 d g s b nfet_01v8 w=1e-6 l=0.15u", "x1 1v8 0 2n7002 w=1u", "d1 a b 1n4148", "q1 a b c 2n3904"),
    *(".model 1n4148 d(is=1e-9)", ".model n nmos version=4.8.0 level=54", "v1 1v8 0 dc 1.8 pulse(0,5,1n)"),
    *("e1 a 0 1v8 2v5 10", "e1 2 0 poly(1) 1v8 0 0 1", "e2 a 0 value={v(1v8)*2}", "g1 a 0 cur='v(1v8)*1.5'"),
    *(".dc 1v8src 0 1 0.1", ".dc v1 0 1 0.1 2v5s 0 1 0.1", ".ac dec 10 1e3 1e06", ".ic v(1v8)=1"),
    *(".noise v(1v8) 3v3s dec 10 1 1k", ".lib kit 1v8", ".include 2k5.inc", ".save v(1v8)", ".title 1k5"),
    *(".meas tran x find v(1v8) at=1e-6", ".meas tran x when v(1v8)=0.5", "a1 [1v8 2v5] out1 m"),
    *('.model f filesource(file="2k5.txt")', ".param x=1e06 y='2*1e3'", '{% if parameters.x == "1k5" %}'),
    *(".control\nwrite 1k5.raw v(1v8)\necho 1k5\nplot v(1v8) vs 1k5\nset x=1k5\nlet a = v(1v8)\n.endc",),
)


@pytest.mark.parametrize("lines", ENDS)
def test_a_number_with_any_other_end_that_ngspice_ignores_is_found(lines: str) -> None:
    found = [*dropped_digits(f"1k5 is a title\n{lines}\n.end\n")]
    assert len(found) == 1
    line = f"1k5 is a title\n{lines}".split("\n")[found[0].line - 1]
    assert line[found[0].column - 1 :].startswith(found[0].word)
    assert not loses_digits(found[0].word)


@pytest.mark.parametrize("lines", LOSING)
def test_a_number_whose_end_ngspice_ignores_is_found(lines: str) -> None:
    found = [*dropped_digits(f"1k5 is a title\n{lines}\n.end\n")]
    assert len(found) == 1
    line = f"1k5 is a title\n{lines}".split("\n")[found[0].line - 1]
    assert line[found[0].column - 1 :].startswith(found[0].word)
    assert loses_digits(found[0].word)


@pytest.mark.parametrize("lines", KEPT)
def test_names_comments_and_whole_numbers_are_left_alone(lines: str) -> None:
    assert [*dropped_digits(f"1k5 is a title\n{lines}\n.end\n")] == []


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("1k5", "'1k5' is not a number: ngspice reads 1k and ignores 5; write 1.5k"),
        ("4R7", "'4R7' is not a number: ngspice reads 4 and ignores R7; write 4.7"),
        ("2M5", "'2M5' is not a number: ngspice reads 2M and ignores 5; write 2.5meg (or 2.5m)"),
        ("2u2F", "'2u2F' is not a number: ngspice reads 2u and ignores 2F; write 2.2u"),
        ("0x10", "'0x10' is not a number: ngspice reads 0 and ignores x10"),
        ("1,5", "'1,5' is not a number: ngspice takes the comma for a blank; write 1.5"),
        ("5%", "'5%' is not a number: ngspice reads 5 and ignores %"),
        ("10\u03bc", "'10\u03bc' is not a number: ngspice reads 10 and ignores \u03bc; write 10u"),
        ("10\u00b3", "'10\u00b3' is not a number: ngspice reads 10 and ignores \u00b3"),
        ("1/2", "'1/2' is not a number: ngspice evaluates no expression here; write {1/2}"),
    ],
)
def test_the_message_says_what_ngspice_reads(word: str, message: str) -> None:
    assert [each.message for each in dropped_digits(f"t\nr1 a b {word}\n")] == [message]


def test_ltspice_mode_of_ngspice_reads_resistor_codes_of_passive_elements() -> None:
    deck = "t\nr1 a b 4k7\nr2 a b 0x10\nv1 a b 4k7\nr3 a b r=4k7\n"
    assert [each.line for each in dropped_digits(deck, resistor_codes=True)] == [3, 4, 5]


@pytest.mark.ngspice
@pytest.mark.parametrize(
    ("word", "read"),
    [
        ("1k5", "1000"),
        ("4R7", "4"),
        ("2m2", "0.002"),
        ("5%", "5"),
        ("1\u03bc", "1"),
        ("1\u00a0k", "1"),
        ("1k#", "1000"),
    ],
)
def test_ngspice_reads_the_beginning(tmp_path: Path, word: str, read: str) -> None:
    deck = f"t\ni1 0 1 {word}\nr1 1 0 1\n.control\nop\nset numdgt=6\nprint @i1[dc]\n.endc\n.end\n"
    (tmp_path / "t.cir").write_text(deck)
    command = [str(shutil.which("ngspice")), "-n", "-b", "t.cir"]
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=PATIENCE
    )
    shown = next(line for line in done.stdout.splitlines() if line.startswith("@i1[dc] = "))
    assert float(shown.partition("=")[2]) == float(read)


def project(
    root: Path, *, template: str = "", config: str = "x: 1k", sweep: str = "", dut: str = ""
) -> Project:
    """A project with one testbench and one sweep."""
    (root / "tb").mkdir(parents=True)
    (root / "sim_setup.yaml").write_text(
        "name: p\ntestbenches: {tb: tb}\nsweeps: {s: s.yaml}\ndut: {netlist: dut.spice}\n"
    )
    (root / "dut.spice").write_text(f".subckt dut a\n{dut}\n.ends\n")
    (root / "tb" / "config.yaml").write_text(f"template: t.spice.j2\nparameters: {{{config}}}\n")
    (root / "tb" / "t.spice.j2").write_text(
        f"t\nr0 a 0 {{{{ parameters.x }}}}\n{template}\n.include {{{{ dut.netlist }}}}\n.op\n.end\n"
    )
    (root / "s.yaml").write_text(f"testbench: tb\n{sweep or 'parameters: {x: [1k, 2k]}'}\n")
    return Project.load(root)


@pytest.mark.parametrize(
    ("case", "place"),
    [
        ({"template": "r1 a 0 1k5"}, "tb/t.spice.j2:3:8: '1k5' is not a number"),
        ({"dut": "c1 a 0 2p2"}, "dut.spice:2:8: '2p2' is not a number"),
        ({"config": "x: 1k5", "sweep": "parameters: {x: [4k7, 5k6]}"}, "s.yaml:2:18: parameters.x[0]: '4k7'"),
        ({"config": "x: 1k5", "sweep": "parameters: {}"}, "tb/config.yaml:2:17: parameters.x: '1k5'"),
    ],
)
def test_a_run_is_not_built_and_validate_names_the_place(
    tmp_path: Path, case: dict[str, str], place: str
) -> None:
    made = project(tmp_path, **case)
    with pytest.raises(ConfigError) as caught:
        build_run(made, "s")
    assert f"{tmp_path}/{place}" in str(caught.value)


def test_numbers_in_files_of_other_cases_are_found(tmp_path: Path) -> None:
    made = project(
        tmp_path,
        template=".include ../{{ parameters.x }}.inc",
        config="x: a",
        sweep="parameters: {x: [a, b]}",
    )
    (tmp_path / "a.inc").write_text("r1 a 0 1.5k\n")
    (tmp_path / "b.inc").write_text("r1 a 0 1k5\n")
    assert [str(each).partition(": ")[0] for each in lint_literals(made)] == [f"{tmp_path}/b.inc:1:8"]


def test_a_name_with_digits_is_swept(tmp_path: Path) -> None:
    made = project(
        tmp_path, template="m1 d g s b {{ parameters.m }} w=1u", config="x: 1k, m: 1n4148", sweep=""
    )
    assert lint_literals(made) == ()


def test_a_case_is_refused_whatever_the_template_does_with_its_value(tmp_path: Path) -> None:
    path = tmp_path / "t.j2"
    path.write_text("t\n{% set y = parameters.x %}r1 a b {{ y }}\nq1 c b e {{ y }}\n")
    with pytest.raises(TemplateError, match=r"parameters\.x: '1k5' is not a number"):
        Template.load(path).render({"x": "1k5"}, case_id=1, dut_netlist="d", project_root="/p")
