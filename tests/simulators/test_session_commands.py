"""What a session is sent for a deck, and what keeps a deck out of one."""

from __future__ import annotations

import pytest

from simorc.netlist.deck.deck import Deck
from simorc.netlist.deck.parts import as_read
from simorc.simulators.ngspice.session_commands import clean_up, session_commands


def deck(control: str) -> Deck:
    block = f".control\n{control}\n.endc\n" if control else ""
    return Deck.parse(f"* t\nV1 a 0 1\nR1 a 0 1k\n{block}.end\n")


def commands(control: str) -> tuple[str, ...]:
    found = session_commands(deck(control))
    assert not isinstance(found, str), found
    return found


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ("DC V1 0 1 0.1", "dc v1 0 1 0.1"),
        ("alter @R1[resistance]=3K", "alter @r1[resistance]=3k"),
        ("meas TRAN M max V(Out)", "meas tran m max v(out)"),
        ("write Out.raw V(Out)", "write Out.raw V(Out)"),
        ("wrdata Table.txt V(a)", "wrdata Table.txt V(a)"),
        ("echo Total $&X", "echo Total $&X"),
        ("print V(Out) > Log.txt", "print v(out) > Log.txt"),
        ("PRINT V(Out)", "print v(out)"),
        ("let X = V(a) ; twice", "let x = v(a)"),
        ("if X > 3", "if x > 3"),
    ],
)
def test_a_command_is_read_as_read(line: str, read: str) -> None:
    assert as_read(line) == read


def test_a_session_is_sent_what_the_deck_of_a_process_of_its_own_has() -> None:
    sent = commands("OP\nlet vdc = V(a)\nac dec 5 1 1k\nlet dcv = op1.vdc\nquit")
    assert sent[:4] == ("op", "let vdc = v(a)", "ac dec 5 1 1k", "let dcv = op1.vdc")
    assert [line for line in sent if "op1.all" in line] and [line for line in sent if "ac1.all" in line]


@pytest.mark.parametrize(
    ("control", "reason"),
    [
        ("op\nfourier 1k v(a)", "fourier"),
        ("alterparam x=3\nreset\nop", "alterparam"),
        ("set temp=80\nop", "set"),
        ("set reltol=1e-6\nop", "set reltol"),
        ("foreach temp 27 85\nop\nend", "foreach temp"),
        ("strcmp level a b\nop", "strcmp level"),
        ("set color3=red\nop\necho $color3", "set color3"),
        ("set silent\nop", "a variable that no command reads"),
        ("alias go op\ngo\nop", "alias"),
        ("setseed 3\nop", "random generator"),
        ("stop when time > 1u\ntran 1n 2u", "stop"),
        ("let pi = 3\nop", "constant pi"),
        ("op\nsetplot const\nlet E = 3", "constant e"),
        ("op\nlet c = v(a)", "constant c"),
    ],
)
def test_what_a_session_would_remember_keeps_a_deck_out(control: str, reason: str) -> None:
    found = session_commands(deck(control))
    assert isinstance(found, str)
    assert reason in found


def test_what_commands_leave_behind_is_taken_back() -> None:
    sent = commands(
        "let q = 3\nset list = ( 1 2 )\nforeach val 1 2\nop\nlet z = q\nlet const.sum = z\nend\nwrite a.raw"
    )
    back = clean_up(sent)
    assert back[0] == "destroy all"
    assert set(back[1:]) == {"unlet q", "unlet sum", "unset list", "unset val"}


def test_commands_in_comments_keep_a_deck_out() -> None:
    found = session_commands(Deck.parse("* t\nV1 a 0 1\n.op\n*# op\n.end\n"))
    assert isinstance(found, str) and "*#" in found


def test_a_bare_write_has_the_name_that_a_process_gives_it() -> None:
    assert commands("op\nwrite\nquit")[:2] == ("op", "write rawspice.raw")
    assert commands("op\nwrite a.raw v(a)\nquit")[1] == "write a.raw v(a)"


@pytest.mark.parametrize(
    ("control", "undone"),
    [
        ("set corner = ff\nop\necho $corner", {"unset corner"}),
        ("if $?seen\nend\nset seen\nop", {"unset seen"}),
        ("set all = ( $all 3 )\nop\necho $#all", {"unset all"}),
        ("define f(x) x*2\ndefine g(x,y) x+y\nop", {"undefine f", "undefine g"}),
        ("let i = 0\nop\nlet i = i + 1", {"let const.i = (0,1)"}),
    ],
)
def test_what_is_the_decks_own_is_undone(control: str, undone: set[str]) -> None:
    assert undone <= set(clean_up(commands(control)))
    assert "unlet i" not in clean_up(commands(control)), "the constant itself stays"


def test_a_vector_of_a_plot_goes_with_its_plot() -> None:
    assert clean_up(commands("op\nlet z = v(a)")) == ("destroy all", "unset plainwrite")
