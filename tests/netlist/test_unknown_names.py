"""Nodes and sources that an analysis names and no element has."""

from __future__ import annotations

import pytest

from simorc.netlist.checks.unknown_names import unknown_names
from simorc.netlist.deck.deck import Deck

RC = "* rc v(nosuch)\nV1 in 0 dc 1 ac 1\nR1 in (Out) 1k\nC1 Out,0 1n\nX1 out [x y] cell\n.global vdd\n"


def names(cards: str) -> list[str]:
    return [name for _, name in unknown_names(Deck.parse(f"{RC}{cards}\n.end\n"))]


@pytest.mark.parametrize(
    ("cards", "unknown"),
    [
        (".noise v(nosuch) V1 dec 3 1k 1meg", ["nosuch"]),
        (".noise v(out,Other) V1 dec 3 1k 1meg", ["other"]),
        (".tf v(nosuch) V1", ["nosuch"]),
        (".tf i(Vx) V1", ["vx"]),
        (".sens v(ouy)", ["ouy"]),
        (".sens i(vx)", ["vx"]),
        (".pz in 0 oot 0 vol pz", ["oot"]),
        (".control\nnoise v(nosuch) v1 dec 3 1k 1meg\n.endc", ["nosuch"]),
        (".tf v(nosuch) V1\n.lib 'models.lib' tt", ["nosuch"]),
    ],
)
def test_what_no_element_has(cards: str, unknown: list[str]) -> None:
    assert names(cards) == unknown


@pytest.mark.parametrize(
    "cards",
    [
        ".noise v(OUT) V1 dec 3 1k 1meg",
        ".noise v(out,0) V1 dec 3 1k 1meg",
        ".tf v(y,gnd) V1",
        ".tf i(v1) V1",
        ".sens v(vdd)",
        ".sens v(x1.inner)",
        ".pz in 0 out 0 vol pz",
        ".tf v(nosuch) V1\n.include 'more.inc'",
        ".noise v(nosuch) V1 dec 3 1k 1meg\n.if (1)\nR9 nosuch 0 1\n.endif",
        ".tran 1u 1m\n.save v(nosuch)",
    ],
)
def test_what_is_there_or_may_be(cards: str) -> None:
    assert names(cards) == []
