"""Measurements to full precision, against ngspice's own print."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from simorc.measurements.meas_output import Printed, parse_meas_output
from simorc.measurements.meas_refine import refine
from simorc.netlist.deck.control_block import for_batch
from simorc.netlist.deck.deck import Deck
from simorc.waveforms.rawfile import RawFile

DECK = """measurements of every simple form
.param vhi=1
v1 in 0 dc 0 ac 1 pulse(0 1 0 1n 1n 1u 2u)
r1 in out 1k
c1 out 0 100p
.tran 1n 4u
.meas tran vmx max v(out)
.meas tran vmn MIN v(out) from=1u to=2u
.meas tran vpp pp v(out)
.meas tran vrms rms v(out)
.meas tran vint integ v(out) from=0 to=1u
.meas tran tw when v(out)=0.5 rise=2
.meas tran tl when v(out)=0.5 cross=last
.meas tran fw find v(in) when v(out)=0.5 fall=1
.meas tran fa find v(out) at=1.234u
.meas tran dl trig v(in) val=0.5 rise=1 targ v(out) val='0.5*vhi' rise=1
.meas tran dl3 trig v(in) val=0.5 rise=1 targ v(out) val=0.5 rise=1
.meas tran dl2 trig at=0.1u targ v(out) val=0.9 td=0.2u fall=1
.meas tran mat max_at v(out)
.meas tran pr param='dl3*2'
.end
"""
EXACT = {"vmx", "vmn", "vpp", "vrms", "vint", "tw", "tl", "fw", "fa", "dl3", "dl2", "mat"}


@pytest.mark.ngspice
def test_agrees_with_ngspice_in_every_printed_digit(tmp_path: Path) -> None:
    deck = Deck.parse(DECK)
    (tmp_path / "deck.spice").write_text(for_batch(deck), encoding="utf-8")
    log = subprocess.run(
        ["ngspice", "-b", "deck.spice"], cwd=tmp_path, capture_output=True, timeout=30
    ).stdout
    printed = parse_meas_output(log).printed
    values = refine(deck, printed, RawFile.open(tmp_path / "results.raw"))
    assert values.keys() == {card.name for card in deck.measures}
    for name, found in printed.items():
        assert abs(values[name] - found.value) <= found.uncertainty * 0.500001, name
    refined = {name for name in values if values[name] != printed[name].value}
    assert EXACT - refined <= {"fw", "mat", "dl2"}, "these print few digits and may be exact already"


def test_without_a_raw_the_print_stands() -> None:
    assert refine(Deck.parse(DECK), {"vmx": Printed(1.5, 1e-6)}, None) == {"vmx": 1.5}
