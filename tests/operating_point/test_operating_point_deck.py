"""The deck of an operating point keeps the circuit and leaves out what is simulated."""

from __future__ import annotations

from simorc.netlist.deck.control_block import for_batch
from simorc.netlist.deck.deck import Deck
from simorc.operating_point.deck import listing_deck, solution_deck
from simorc.operating_point.devices import Device

DECK = """.title line .tran
.param vdd=1.8
M1 d g 0 0 n1
+ w=1u
.tran 1n
* a comment in the card
+ 1u
.meas tran x max v(d)
+ from=1n
.save v(d)
.print tran v(d)
.ic v(d)=0
.nodeset v(d)=1
.options reltol=1e-4
.temp 85
.control
set temp=30
alter vg dc=1
let n = 0
while n < 3
  alter m1 w=2u
  let n = n + 1
end
echo before
save v(g)
foreach vb 0 1
  alter vb $vb
  op
end
alter vg dc=2
tran 1n 1u
.endc
.endx
.end
"""


def _lines(text: str) -> list[str]:
    return [line for line in text.split("\n") if line]


def test_analyses_measurements_and_outputs_are_left_out() -> None:
    lines = _lines(listing_deck(DECK))
    assert lines[0] == ".title line .tran"
    assert not [line for line in lines[1:] if line.startswith((".tran", ".meas", ".save", ".print", "+ 1u"))]
    for kept in ("M1 d g 0 0 n1", "+ w=1u", ".ic v(d)=0", ".nodeset v(d)=1", ".temp 85", ".endx"):
        assert kept in lines
    assert lines[-1] == ".end"


def test_commands_that_change_the_circuit_before_the_first_analysis_stay() -> None:
    lines = _lines(solution_deck(DECK, []))
    block = lines[lines.index(".control") + 1 : lines.index(".endc")]
    assert block == [
        *("set temp=30", "alter vg dc=1", "let n = 0"),
        *("while n < 3", "alter m1 w=2u", "let n = n + 1", "end"),
        *("op", "listing expand"),
    ]


def test_what_simorc_added_to_a_deck_is_not_its_own() -> None:
    batch = for_batch(Deck.parse("t\nV1 a 0 1\nR1 a 0 1k\n.tran 1n 1u\n.end\n"))
    assert "run" in batch
    block = _lines(solution_deck(batch, []))
    assert block == [
        "t",
        "V1 a 0 1",
        "R1 a 0 1k",
        ".save all",
        ".control",
        "op",
        "listing expand",
        ".endc",
        ".end",
    ]


def test_a_device_saves_what_its_model_has() -> None:
    device = Device("m.x1.m0", "x1", ("d", "g", "0", "0"), parameters=frozenset({"gm", "id", "toxe", "nrd"}))
    plain = Device("v1", "v1", ("a", "0"))
    text = solution_deck("t\n.end\n", [device, plain], ["TOXE", "nope"])
    assert ".save @m.x1.m0[gm] @m.x1.m0[id] @m.x1.m0[toxe]" in text
    assert "@v1" not in text
    assert "nope" not in text


def test_a_deck_without_end_gets_one() -> None:
    assert _lines(listing_deck("t\nR1 a 0 1"))[-1] == ".end"
