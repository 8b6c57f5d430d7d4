"""Assignments that ngspice loses, or on whose commas its version 39 never ends."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from simorc.netlist.checks.lost_assignments import in_use, lost_assignments
from tests.simulators.ngspice_versions import programs_under_test
from tests.waiting import PATIENCE

ENDLESS = {
    ".param q=1, r=7k": ", r=7k",
    ".param q=1,r=7k": ",r=7k",
    "  .PARAM q = {1}, r = 7k": ", r = 7k",
    ".parameters q='1', r=7k": ", r=7k",
    ".para q=1,\n+ r=7k": ",",
    ".param q=1\n* a comment, with a comma\n+ r=max(7k,1), s=2": ", s=2",
    '.param s="a, b", r=7k': ", r=7k",
    ".param q=1 r=7k,": ",",
    ".subckt s a b w=1k, l=2k": ", l=2k",
    ".subckt s a b params: w=1k, l=2k": ", l=2k",
    ".subckt s a b w=max(1,2), l=2k": ", l=2k",
    ".param q={{ parameters.a }}, r=1": ", r=1",
    "{% if parameters.a %}\n.param q=1, r=2\n{% endif %}": ", r=2",
}
"""Cards, each with the rest of its line from the comma on."""

LOST = {
    ".subckt s a b w=1k ,l=2k": ",l=2k",
    ".subckt s a b w={1k},l={2k}": ",l={2k}",
    ".subckt s a b ,w=1k l=2k": ",w=1k l=2k",
    "x1 a b s w=1k ,l=2k": ",l=2k",
    "x1 a b s w='1k','l'=2 ,q=1": ",q=1",
    "x1 a b s w={1k}\n+ ,l={2k}": ",l={2k}",
    "x1 a b s w='max(1,2)',l=2k": ",l=2k",
    ".control\nalterparam q=1, r=7k\n.endc": "r=7k",
    ".control\nalter r1=1k r2=2k\n.endc": "r2=2k",
    ".control\naltermod m1 kp = 1u vto = 0.3\n.endc": "vto = 0.3",
    ".control\nalter @m1[w] = 2u @m1[l] = 1u\n.endc": "@m1[l] = 1u",
}

WORDS = {
    "x1 a b s w=1 k": "k",
    "x1 a b s w=1 kOhm l=2": "kOhm l=2",
    "X1 a b s params: w = 1k * 2 l=3": "* 2 l=3",
    "x1 a b s w={q}*2": "*2",
    "x1 a b s w='q' + 1k m=2": "+ 1k m=2",
    "x1 a b s w=1\n+ k\n+ l=2": "k",
    ".subckt s a b w=1 k l=2": "k l=2",
    ".SUBCKT s a b l=1 w=2 * 1k": "* 1k",
    ".param q=1 k w=2": "k w=2",
    ".param w=1 q=1k + 1k": "+ 1k",
    ".param q=2 > 1 ? 1k : 2k w=max(1, 2)": "> 1 ? 1k : 2k w=max(1, 2)",
    ".param w={2} 3 q=1k": "3 q=1k",
    ".option temp=125 C noacct": "C noacct",
    ".options reltol=1 m abstol=1p": "m abstol=1p",
    "x1 a b s w={{ parameters.w }} k": "k",
}
"""Cards with words after a value, each with the rest of its line from them on."""

KEPT = (
    *(
        "x1 a b s w = 1k l = 2",
        "x1 a b s params: w=1k",
        "x1 a b s w=1k ; k",
        "x1 a b s w=1k $ k",
        "x1 a s w=1k // k",
    ),
    *(
        "x1 a b s w={a * (b + {c})} l='1 + 2'",
        "x1 a b s w=max(1, 2) l=3",
        "x1 a b s w={{ p.w }} {{ p.more }}",
    ),
    *(
        ".param q=1k + 1k",
        ".param q = (1k + 1k) w = 2",
        ".param f(x, y)='x + y' q=2",
        ".param q=a==b?1:2 w=3",
    ),
    *(
        ".option noacct reltol=1m gmin = 1p savecurrents",
        ".subckt s a b w = 1k $ c l=5\n+ l=1",
        ".subckt s a b",
    ),
    *(".param q=1 , r=7k", ".param q=1 ,r=7k", ".param r=7k,", ".param r=max(7k,1) q=f(1, 2)"),
    *(".param q={max(1,2)} r='a==1 ? 2 : 3'", '.param s="a, b" r=7k', ".param f(x,y)='x+y' r=7k"),
    *("* .param q=1, r=7k", ".param q=1 r=7k ; x, y=2", ".param q=1 r=7k $ , y=2", ".param r=7k // x=1, y=2"),
    *(".csparam q=1, r=7k", ".func f(x, y) {x + y}", ".global a, b", ".option gmin=1n, temp=50"),
    *(".ic v(a)=1, v(b)=2", ".model m nmos (vto=1, kp=2)", "m1 d g s b m w=1u, l=2u", "r1 a b 1k tc1=1,m=2"),
    *(".subckt s a, b w=1k l=2k", ".subckt s a b w='1k', l='2k'", ".subckt s a b w=1k , l=2k"),
    *("x1 a, b s w={1k}, l={2k}", "x1 a b s w=max(1,2) l=2k", "x1 a b s w='x==1,y==2'"),
    *(".control\nalter r1=1k\nalter v1 = [ 1 2 3 ]\nset a=1, b=2\nlet c = a==1\n.endc", "alter r1=1 r2=2"),
    *(
        ".param a={{ f(1, 2) }} b={{ [1,2]|max }}",
        "{# .param a=1, b=2 #}",
        ".control\nxgraph v(a),b=1\n.endc",
    ),
)


@pytest.mark.parametrize("lines", [*ENDLESS, *LOST, *WORDS])
def test_such_a_card_is_found_with_its_place(lines: str) -> None:
    found = [*lost_assignments(f".param a=1, b=2 is a title\n{lines}\n.end\n")]
    assert [each.endless for each in found] == [lines in ENDLESS]
    line = lines.split("\n")[found[0].line - 2]
    assert line[found[0].column - 1 :] == {**ENDLESS, **LOST, **WORDS}[lines]


@pytest.mark.parametrize("lines", KEPT)
def test_other_commas_are_left_alone(lines: str) -> None:
    assert [*lost_assignments(f"a title\n{lines}\n.end\n")] == []


def test_an_included_file_has_no_title() -> None:
    assert [each.line for each in lost_assignments(".param a=1, b=2\n", title=False)] == [1]


def test_a_subcircuit_without_instance_is_harmless() -> None:
    library = ".subckt Amp a w=1, l=2\n.ends amp\n"
    found = [*lost_assignments(library, title=False)]
    assert in_use(found, (library, "t\n* xamp a amp\nxa a other w=1\n")) == []
    assert in_use(found, (library, "t\nxa n1\n+ AMP l=3\n")) == found


def test_what_a_subcircuit_without_instance_contains_is_harmless() -> None:
    library = ".subckt Amp a\nx1 a part w=1 k\n.param q=1 k p=2\n.ends\nxb a part w=2 k\n"
    found = [*lost_assignments(library, title=False)]
    assert [each.line for each in found] == [2, 3, 5]
    assert in_use(found, (library,)) == found[2:]
    assert in_use(found, (library, "t\nxa n1 amp\n")) == found


@pytest.mark.parametrize(
    ("card", "message"),
    [
        ("x1 a s w=1 kOhm", "ngspice ignores 'kOhm' after w=1: write w=1kOhm"),
        ("x1 a s w={q}*2", "ngspice ignores '*2' after w={q}: write w={q *2}"),
        ("x1 a s w=2\n+ * 1k", "ngspice ignores '* 1k' after w=2: write w={2 * 1k}"),
        (".option temp=125 C acct", "ngspice ignores 'C' after temp=125: write temp=125C"),
        ("x1 a s w={{ p.w }} k", "ngspice ignores 'k' after w={{ p.w }}: write the value without blanks"),
    ],
)
def test_words_after_a_value_are_told_with_the_remedy(card: str, message: str) -> None:
    assert [each.message for each in lost_assignments(f"t\n{card}\n")] == [message]


def test_the_messages_name_the_remedy() -> None:
    text = "t\n.param a=1, b=2\nx1 a s w={1} ,l=2\n.control\nalter r1=1, r2=2\n.endc\n"
    assert [each.message for each in lost_assignments(text)] == [
        "ngspice 39 reads this card without end: write a blank in place of the comma",
        "ngspice takes ',l' for the name, so a value of l has no effect: write a blank in place of the comma",
        "ngspice ignores 'r2=2': alter makes one assignment only; write one line for each",
    ]


INSTANCES = {
    "x{n} in out{n} s w=7k ,l=1k": False,
    "x{n} in out{n} s w={{7k}},l={{1k}}": False,
    "x{n} in out{n} s w=7k\n+ ,l=1k": False,
    "x{n} in out{n} c w=7k l=1k": False,
    "x{n} in out{n} b w=7k l=1k": False,
    "x{n} in out{n} s w=7k , l=1k": True,
    "x{n} in out{n} s w={{7k}}, l='1k'": True,
    "x{n} in out{n} p w=7k l=1k": True,
    "x{n} in out{n} p w=7 k l=1k": False,
    "x{n} in out{n} p w=3k * 2 + 1k l=1k": False,
    "x{n} in out{n} p w={{3k}}*2+1k l=1k": False,
    "x{n} in out{n} p w={{3k * 2 + 1k}} l=1k": True,
    "x{n} in out{n} d l=1k": False,
    "x{n} in out{n} p w={{q7}} l=1k": False,
    "x{n} in out{n} p w={{q8}} l=1k": True,
}
"""Instances of a divider, and whether ngspice gives it the ratio that is written."""


@pytest.mark.parametrize("ngspice", [*programs_under_test()])
def test_ngspice_loses_what_is_found_and_reads_what_is_left_alone(tmp_path: Path, ngspice: str) -> None:
    body = "r1 a b {w}\nr2 b 0 {l}\n.ends\n"
    lines = ["t", "v1 in 0 8", ".param q=1 , k=2 ,m=3", f".subckt s a b w=1k l=7k\n{body}"]
    lines += [f".subckt c a b w=1k ,l=7k\n{body}", f".subckt b a b w={{1k}},l={{7k}}\n{body}"]
    lines += [f".subckt p a b w=1k , l=7k\n{body}"]
    lines += [f".subckt d a b w=7 k l=1k\n{body}", ".param z=1 q7=7 k", ".param q8=3k * 2 + 1k"]
    instances = [form.format(n=number) for number, form in enumerate(INSTANCES)]
    shown = " ".join(f"v(out{number})" for number in range(len(INSTANCES)))
    (tmp_path / "t.cir").write_text(
        "\n".join([*lines, *instances, f".control\nop\nprint {shown}\nquit\n.endc\n.end\n"])
    )
    done = subprocess.run(
        [ngspice, "-n", "-b", "t.cir"], cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE
    )
    values = [float(line.split("=")[1]) for line in done.stdout.splitlines() if line.startswith("v(out")]
    assert [abs(value - 1) < 1e-3 for value in values] == list(INSTANCES.values())
    found = [[*lost_assignments(f"t\n{instance}\n")] for instance in instances]
    in_lines = {"x{n} in out{n} c w=7k l=1k", "x{n} in out{n} b w=7k l=1k", "x{n} in out{n} d l=1k"}
    in_lines.add("x{n} in out{n} p w={{q7}} l=1k")
    assert [bool(each) for each in found] == [
        not right and form not in in_lines for form, right in INSTANCES.items()
    ]
    assert [each.subcircuit for each in lost_assignments("\n".join(lines))] == ["c", "b", "d", ""]
