"""`validate` warns about analyses without a point, and about commands that look like comments."""

from __future__ import annotations

import pytest

from simorc.errors import ConfigError, NetlistError
from simorc.launch.build import build_run
from simorc.netlist.checks.lint_impossible import lint_impossible
from simorc.netlist.deck.control_block import for_batch
from simorc.netlist.deck.deck import Deck
from simorc.simulators.ngspice.session_commands import session_commands
from tests.divider_projects import DIVIDER, MakeProject

OBEYED = ("*#alter r1=7k", "  *#alter r1=7k", "*# run", "\t*#\tset x=1")
COMMENTS = ("*####", "* # run", "*#", "*# # run", "** #run", "r9 out 0 1k ; *#x")


@pytest.mark.parametrize("line", OBEYED)
def test_a_line_that_ngspice_obeys_is_named(make_project: MakeProject, line: str) -> None:
    project = make_project(f"{DIVIDER.replace('.op', f'.include ../x.inc{chr(10)}{line}{chr(10)}.op')}")
    (project.root / "x.inc").write_text(f"{line}\n")
    found = [
        str(each).partition(": warning: ngspice obeys this line")[0] for each in lint_impossible(project)
    ]
    assert found == [f"{project.root}/tb/tb.spice.j2:6:1", f"{project.root}/x.inc:1:1"]
    assert "*#" in session_commands(Deck.parse(DIVIDER.replace(".op", f"{line}\n.op")))


@pytest.mark.parametrize("line", COMMENTS)
def test_a_comment_is_none(make_project: MakeProject, line: str) -> None:
    assert lint_impossible(make_project(DIVIDER.replace(".op", f"{line}\n.op"))) == ()
    assert isinstance(session_commands(Deck.parse(DIVIDER.replace(".op", f"{line}\n.op"))), tuple)


def test_an_analysis_without_a_point_is_a_warning(make_project: MakeProject) -> None:
    (found,) = lint_impossible(make_project(DIVIDER.replace(".op", ".dc temp -300 27 1")))
    assert found.warning
    assert "sweeps the temperature to -300" in found.message


@pytest.mark.parametrize("title", ["*ng_script", "*NG_SCRIPT with more", "*ng_script_x"])
def test_a_deck_that_is_a_script_to_ngspice_is_refused(make_project: MakeProject, title: str) -> None:
    deck = f"{title}\n{DIVIDER}"
    with pytest.raises(ConfigError, match=r"tb\.spice\.j2:1:1: .*as a script of commands"):
        build_run(make_project(deck), "s")
    with pytest.raises(NetlistError, match="as a script of commands"):
        for_batch(Deck.parse(deck))
