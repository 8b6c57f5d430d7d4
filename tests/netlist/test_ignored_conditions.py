"""Cards inside ``.if`` that ngspice obeys whatever the condition: a kind of parameters that are set again."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from simorc.netlist.checks.ignored_conditions import ignored_conditions
from simorc.netlist.checks.lint_definitions import lint_conditions, lint_measures
from simorc.netlist.deck.deck import Deck
from simorc.simulators.ngspice.verdict import Ending, judge
from tests.divider_projects import DIVIDER, MakeProject
from tests.simulators.ngspice_versions import programs_under_test
from tests.waiting import PATIENCE

OBEYED = {
    ".if (k > 2)\n.param r=7k\n.else\n.param r=9k\n.endif": [3, 5],
    ".param R=1k\n.IF (k > 2)\n.if (j)\n.PARAM q=1\n+ r=7k\n.endif\n.ENDIF": [5],
    ".if (k)\n.param r=7k\n.endif\n.param r=9k": [3],
    ".func f(x) {x}\n.if (k)\n.func F(x) {2*x}\n.endif": [4],
    ".if (k)\n.lib 'k.lib' tt\n.elseif (j)\n.include k.inc\n.endif": [3, 5],
    ".if (k)\n.options reltol=1m\n.endif": [3],
    ".if (k)\n.control\nalter r1=5\n.endc\n.endif": [3],
    ".subckt s a b k=1\n.if (k)\n.param w=1\n.else\n.param w=2\n.endif\n.ends": [4, 6],
}
"""Cards, and the lines of those that the condition does not govern; line 1 is the title."""


@pytest.mark.parametrize("cards", OBEYED)
def test_a_card_that_no_condition_governs_is_found(cards: str) -> None:
    assert [each.line for each in ignored_conditions(f"* t\n{cards}\n.end\n")] == OBEYED[cards]


@pytest.mark.parametrize(
    "cards",
    [
        ".if (k)\nr1 a b 1k\n.model m nmos\n.temp 5\n.ic v(a)=1\n.meas tran y max v(a)\n.endif",
        ".if (k)\n.param q=1\n.endif\n.param other=2",
        ".if (k)\n.param q=1\n.else\n.PARAM  Q=1\n.endif",
        ".lib tt\n.if (k)\n.param q=1\n.endif\n.endl\n.lib ff\n.param q=2\n.endl",
        ".if (k)\nx1 a b s\n.endif\n.subckt s a b\n.param w=1\n.ends\n.subckt t a b\n.param w=2\n.ends",
        "* .if (k)\n.param q=1\n.param q=2",
        ".control\nif k\noption reltol=1m\nend\n.endc",
    ],
)
def test_other_cards_are_left_alone(cards: str) -> None:
    assert ignored_conditions(f"* t\n{cards}\n.end\n") == []


def test_validate_warns_in_templates_and_included_files(make_project: MakeProject) -> None:
    project = make_project(f"{DIVIDER.replace('.op', '.include ../k.inc')}.op\n")
    (project.root / "k.inc").write_text("* k\n.if (1)\n.param w=1\n.else\n.param w=2\n.endif\n")
    found = lint_conditions(project)
    assert [(each.file.name, each.line, each.warning) for each in found] == [
        ("k.inc", 3, True),
        ("k.inc", 5, True),
    ]
    assert "uses the last definition of w (line 5) whatever the condition" in found[0].message


def test_a_case_has_it_as_a_warning() -> None:
    deck = Deck.parse("* t\n.if (0)\n.param r=1\n.else\n.param r=2\n.endif\n.op\n.end\n")
    (warning,) = judge(deck, b"", None, Ending()).warnings
    assert (warning.kind, warning.count) == ("ignored_card", 2)
    assert warning.message.startswith("deck line 3: ngspice uses the last definition of r (line 5)")


@pytest.mark.parametrize(
    ("cards", "lines"),
    [
        (".meas tran y max v(a)\n.meas tran Y min v(a)", [4, 5]),
        (".meas tran y max v(a)\n.meas dc y max v(a)", [4, 5]),
        (".meas tran y max v(a)\n.MEASURE ac q max v(a)\n.meas tran Y\n+ min v(a)", [4, 6]),
        (".meas tran y max v(a)\n.meas tran y2 max v(a)\n* .meas tran y max v(b)", []),
    ],
)
def test_measurements_of_one_name_are_told(make_project: MakeProject, cards: str, lines: list[int]) -> None:
    text = f"* {{{{ parameters.r }}}}\nv1 a 0 1\n.tran 1u 5u\n{cards}\n.end\n"
    words = [f".meas y is on lines {', '.join(map(str, lines))}"] * bool(lines)
    found = lint_measures(make_project(text))
    assert [each.message.partition(":")[0] for each in found] == words
    assert [each.line for each in found] == lines[-1:]
    warnings = judge(Deck.parse(text), b"", None, Ending()).warnings
    assert [(each.kind, words[0] in each.message) for each in warnings] == [("redefinition", True)] * len(
        words
    )


@pytest.mark.ngspice
@pytest.mark.parametrize("ngspice", [*programs_under_test()])
def test_ngspice_obeys_what_is_found_and_no_other(tmp_path: Path, ngspice: str) -> None:
    (tmp_path / "k.lib").write_text(".lib tt\n.param b=7\n.endl\n")
    cards = (
        *(".param k=0 a=1 b=1 c=1", ".func f(x) {x}", ".if (k==1)", ".param a=7", ".lib k.lib tt", ".if (1)"),
        *(
            ".param c=7",
            ".endif",
            ".func f(x) {7*x}",
            ".option reltol=7m",
            "r5 n5 0 1k",
            ".temp 77",
            ".endif",
        ),
    )
    names = ("{a}", "{b}", "{c}", "{f(1)}")
    sources = [f"v{number} n{number} 0 {name}" for number, name in enumerate(names)]
    shown = " ".join(f"v(n{number})" for number in range(len(names)))
    control = f".control\nop\nprint {shown}\ndisplay\nif $reltol = 7m\necho obeyed\nend\nquit\n.endc"
    (tmp_path / "t.cir").write_text("\n".join(["t", *cards, *sources, control, ".end\n"]))
    done = subprocess.run(
        [ngspice, "-n", "-b", "t.cir"], cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE
    )
    assert done.stdout.count("= 7.000000e+00") == len(names)
    assert "obeyed" in done.stdout
    assert "n5" not in done.stdout
    assert "TEMP = 77" not in done.stdout
