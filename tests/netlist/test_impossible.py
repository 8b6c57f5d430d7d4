"""Analyses without a point are refused before ngspice makes something else of them."""

from __future__ import annotations

import pytest

from simorc.errors import NetlistError
from simorc.netlist.deck.control_block import for_batch
from simorc.netlist.deck.deck import Deck
from simorc.netlist.deck.impossible import impossible_analysis

IMPOSSIBLE = [
    (".ac dec 10 1k 1", "has a stop frequency (1) below its start (1k)"),
    (".ac lin 10 1k 1", "has a stop frequency (1) below its start (1k)"),
    (".ac oct 10 {f} 1", "has a stop frequency (1) below its start (2k)"),
    (".ac dec 0 1 1k", "has 0 points"),
    (".ac dec -3 1 1k", "has -3 points"),
    (".ac dec 10 1k", "has no stop frequency"),
    (".ac dec 10 1 -1k", "has a stop frequency (-1k) below its start (1)"),
    (".noise v(1) v1 dec 10 1k 1", "has a stop frequency (1) below its start (1k)"),
    (".disto dec 10 1k 1", "has a stop frequency (1) below its start (1k)"),
    (".sp dec 10 1k 1", "has a stop frequency (1) below its start (1k)"),
    (".dc v1 0 1 -0.1", "has a step of -0.1 for v1, which leads from 0 away from 1"),
    (".dc v1 1 0 0.1", "has a step of 0.1 for v1, which leads from 1 away from 0"),
    (".dc v1 0 1 0", "has a step of 0 for v1"),
    (".dc v1 0 1", "has no step for v1"),
    (".dc v1 0 1 0.5 v2 1 0 0.5", "has a step of 0.5 for v2, which leads from 1 away from 0"),
    (".dc v1 0 1 0.5 v2 0 1 0", "has a step of 0 for v2"),
    (".dc temp 125 -40 5", "has a step of 5 for temp"),
    (".dc temp -300 0 50", "sweeps the temperature to -300, which is -300 °C"),
    (".dc v1 0 1 0.5 temp 27 -273.15 -100", "sweeps the temperature to -273.15, which is -273.15 °C"),
    (".dc TEMP 300K 400K 50K", "sweeps the temperature to 300K, which is 300000 °C"),
    (".control\ndc temp -40 1k 40\n.endc", "sweeps the temperature to 1k, which is 1000 °C"),
    (".tran 1u 1m 0 -1u", "has a largest step of -1u"),
    (".control\ndc v1 0 1 -0.1\n.endc", "has a step of -0.1 for v1"),
    (".control\nac dec 10 1k 1\n.endc", "has a stop frequency (1) below its start (1k)"),
]
POSSIBLE = [
    *(".ac dec 10 1 1", ".ac lin 1 0 1k", ".ac lin 1 1k 1k", ".ac dec 10 {2*f} 1", ".ac dec 2.5 1 1k"),
    *(
        ".tran 1u 0.1u",
        ".tran 1m 1u uic",
        ".tran 1u 1m 0 0",
        ".tran 1u 0",
        ".ac dec 10 0 1k",
        ".tran 1u {2*f}",
        ".op",
        ".tf v(1) v1",
    ),
    *(".dc temp -273 999 53", ".dc temp -40C 125 5", ".dc v1 -300 2000 100", ".dc temper 0 2000 100"),
    *(".dc v1 1 0 -0.1", ".dc v1 0 1 5", ".dc v1 0 0 0.1", ".dc v1 0 {2*f} -1", ".pz 1 0 2 0 vol pz"),
    *(
        ".noise v(1) v1 dec 10 1 1k 1",
        ".control\ndc v1 0 $stop -0.1\n.endc",
        ".if (f > 1)\n.ac dec 10 9 1\n.endif",
    ),
    ".control\nif 0\nac dec 10 1k 1\nend\nop\n.endc",
]


@pytest.mark.parametrize(("card", "fault"), IMPOSSIBLE)
def test_an_analysis_without_a_point_is_named(card: str, fault: str) -> None:
    deck = Deck.parse(f"t\nv1 1 0 1\n.param f=2k\n{card}\n.end\n")
    assert fault in impossible_analysis(deck)
    assert f"deck line {5 if 'control' in card else 4}: " in impossible_analysis(deck)
    with pytest.raises(NetlistError):
        for_batch(deck)


@pytest.mark.parametrize("card", POSSIBLE)
def test_other_analyses_are_left_to_ngspice(card: str) -> None:
    deck = Deck.parse(f"t\nv1 1 0 1\n.param f=2k\n{card}\n.end\n")
    assert impossible_analysis(deck) == ""
