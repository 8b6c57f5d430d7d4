"""Decks with named random variables in ngspice: nominal to the bit, and the kit's own spread."""

from __future__ import annotations

import os
import subprocess
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from simorc.netlist.random_variables.hoist import hoist

pytestmark = pytest.mark.ngspice

COUNT = 300
KIT = """* kit
.param skew={0.5+0.5*on}
.subckt rpoly a b l=1
.param dr = {SWITCH agauss(0,0.06,2)/sqrt(l)}
.param du = {SWITCH aunif(0,0.1)}
.param dl = {SWITCH limit(0,0.02)}
.param dg = {SWITCH gauss(1,0.05,1)}
R1 a m r='1k*skew*(1+dr)'
R2 m n {1k*(1+du)}
R3 n o {1k*(1+dl)}
R4 o b {1k*dg}
.ends
"""
KINDS = {1: 0.06 / 2 / 2, 2: 0.1 / 3**0.5, 3: 0.02, 4: 0.05}
"""The resistors of a cell and the relative standard deviation of each."""


def simulated(directory: Path, deck: str) -> np.ndarray:
    """The voltages at the four resistors of each cell: an array of COUNT x 4, in units of 1 V."""
    path = directory / "deck.cir"
    control = ".control\nset filetype=binary\nop\nwrite out.raw\nquit\n.endc\n.end\n"
    path.write_text(deck.replace(".end\n", "") + control)
    environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}
    done = subprocess.run(["ngspice", "-b", path.name], cwd=directory, env=environment, capture_output=True)
    raw = directory / "out.raw"
    assert raw.is_file(), done.stdout[-1500:] + done.stderr[-1500:]
    head, _, data = raw.read_bytes().partition(b"Binary:\n")
    columns = [line.split()[1].decode() for line in head.partition(b"Variables:\n")[2].splitlines() if line]
    row = dict(zip(columns, np.frombuffer(data), strict=True))
    raw.unlink()
    cells = range(COUNT)
    nodes = np.array([[row[f"v({n}{k})"] for n in ("a", "m", "n", "o")] for k in cells])
    return nodes - np.column_stack([nodes[:, 1:], np.zeros(COUNT)])


def deck_of(directory: Path, *, random: bool) -> str:
    kit = KIT.replace("SWITCH", "sw*" if random else "0+1*")
    if not random:
        for call, nominal in (("agauss(0,0.06,2)", "0"), ("aunif(0,0.1)", "0"), ("limit(0,0.02)", "0")):
            kit = kit.replace(call, nominal)
        kit = kit.replace("gauss(1,0.05,1)", "1")
    (directory / "kit.spice").write_text(kit)
    # Each cell shows its inner nodes: it is written out as a subcircuit with four ports.
    cell = ".subckt cell a m n o\nXr a m n o four l=4\n.ends"
    four = kit.partition(".subckt rpoly a b l=1")[2].replace("o b", "o 0")
    (directory / "kit.spice").write_text(kit.partition(".subckt")[0] + ".subckt four a m n o l=1" + four)
    lines = ["cells", ".option seed=7", ".param sw=1 on=1", ".include kit.spice", cell]
    for number in range(COUNT):
        lines += [f"X{number} a{number} m{number} n{number} o{number} cell", f"I{number} 0 a{number} 1m"]
    return "\n".join([*lines, ".end", ""])


def placed(directory: Path, text: str) -> str:
    path = directory / f"part{len(text)}.spice"
    path.write_text(text)
    return str(path)


def test_variables_at_zero_are_the_nominal_deck_to_the_bit(tmp_path: Path) -> None:
    nominal = simulated(tmp_path, deck_of(tmp_path, random=False))
    hoisted = hoist(deck_of(tmp_path, random=True), tmp_path)
    assert len(hoisted.variables) == 4 * COUNT
    again = simulated(tmp_path, hoisted.text({}, partial(placed, tmp_path)))
    assert np.array_equal(nominal, again)


def test_samples_have_the_mean_and_spread_of_the_kit(tmp_path: Path) -> None:
    """One simulation has a sample of every cell; each resistor is within four standard errors."""
    own = simulated(tmp_path, deck_of(tmp_path, random=True))
    hoisted = hoist(deck_of(tmp_path, random=True), tmp_path)
    rng = np.random.default_rng(1)
    values = {each.name: float(rng.standard_normal()) for each in hoisted.variables}
    ours = simulated(tmp_path, hoisted.text(values, partial(placed, tmp_path)))
    for number, sigma in KINDS.items():
        for sample in (own[:, number - 1], ours[:, number - 1]):
            assert abs(sample.mean() - 1.0) < 4 * sigma / COUNT**0.5
            assert abs(sample.std(ddof=1) / sigma - 1) < 4 / (2 * COUNT) ** 0.5


SKY130 = """a follower and what else has mismatch
.lib {kit}/combined/continuous/sky130.lib.spice SECTION
.subckt pair o1 o2 a b t
XM1 o1 a t 0 sky130_fd_pr__nfet_01v8 L=0.5 W=5 nf=1 mult=1
XM2 o2 b t 0 sky130_fd_pr__nfet_01v8_lvt L=0.5 W=5 nf=1 mult=1
.ends
Xp o1 out inp out tail pair
XM3 o1 o1 vdd vdd sky130_fd_pr__pfet_01v8 L=0.5 W=5 nf=1 mult=1
XM4 out o1 vdd vdd sky130_fd_pr__pfet_01v8_lvt L=0.5 W=5 nf=1 mult=1
XM5 tail nb 0 0 sky130_fd_pr__nfet_g5v0d10v5 L=1 W=4 nf=1 mult=1
XM6 nb nb 0 0 sky130_fd_pr__nfet_01v8 L=1 W=4 nf=1 mult=1
XR out 0 0 sky130_fd_pr__res_xhigh_po W=1 L=50 mult=1
XQ 0 0 e sky130_fd_pr__pnp_05v5_W0p68L0p68
VDD vdd 0 1.8
VCM inp 0 dc 0.9
IB vdd nb 10u
IE vdd e 1u
.end
"""


def sky130_point(directory: Path, deck: str) -> bytes:
    path = directory / "deck.cir"
    path.write_text(deck.replace(".end\n", ".control\nop\nwrite out.raw\nquit\n.endc\n.end\n"))
    environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}
    done = subprocess.run(["ngspice", "-b", path.name], cwd=directory, env=environment, capture_output=True)
    raw = directory / "out.raw"
    assert raw.is_file(), done.stdout[-1500:] + done.stderr[-1500:]
    return raw.read_bytes().partition(b"Binary:\n")[2]


def test_sky130_with_variables_at_zero_is_its_nominal_section_to_the_bit(
    tmp_path: Path, pdk_root: Path
) -> None:
    kit = pdk_root / "sky130A" / "libs.tech"
    (tmp_path / ".spiceinit").write_text((kit / "ngspice" / "spinit").read_text())
    deck = SKY130.replace("{kit}", str(kit))
    hoisted = hoist(deck.replace("SECTION", "ss_mm"), tmp_path)
    names = [each.name for each in hoisted.variables]
    assert names[:3] == ["xp.xm1 vth", "xp.xm2 vth", "xm3 vth"]
    assert {"xr rhead", "xr rbody", "xq bf", "xq is"} <= set(names)

    place = partial(placed, tmp_path)
    nominal = sky130_point(tmp_path, deck.replace("SECTION", "ss"))
    assert sky130_point(tmp_path, hoisted.text({}, place)) == nominal
    assert sky130_point(tmp_path, hoisted.text({"xp.xm1 vth": 1.0}, place)) != nominal
