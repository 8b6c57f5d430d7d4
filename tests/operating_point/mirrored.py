"""A circuit of n-channel and npn devices beside p-channel and pnp ones at the mirrored point."""

from __future__ import annotations

import subprocess
from pathlib import Path

from simorc.netlist.deck.control_block import for_batch
from simorc.netlist.deck.deck import Deck
from simorc.operating_point.deck import LISTING, SHOWN, listing_deck, solution_deck
from simorc.operating_point.devices import devices_of
from simorc.operating_point.solution import operating_point_in
from simorc.operating_point.table import OperatingPoint

PAIRS = (
    *("level1", "level2", "level3", "level6", "level9", "bsim3", "bsim4", "reversed1", "reversed4"),
    *("hisim2", "power", "gummel", "vbic", "jfet"),
)
"""The names of the pairs: each has an n and a p device."""

MIRRORED = """mirrored devices
.param vd=2 vg=1.2
vdn dn 0 {vd}
vgn gn 0 {vg}
vdp dp 0 {-vd}
vgp gp 0 {-vg}
vbn bn 0 0.7
vbp bp 0 -0.7
mlevel1n dn gn 0 0 n1 w=10u l=1u
mlevel1p dp gp 0 0 p1 w=10u l=1u
mreversed1n 0 gn dn 0 n1 w=10u l=1u
mreversed1p 0 gp dp 0 p1 w=10u l=1u
.model n1 nmos level=1 vto=0.7 kp=100u lambda=0.1
.model p1 pmos level=1 vto=-0.7 kp=100u lambda=0.1
mlevel2n dn gn 0 0 n2 w=10u l=1u
mlevel2p dp gp 0 0 p2 w=10u l=1u
.model n2 nmos level=2 vto=0.7 kp=100u
.model p2 pmos level=2 vto=-0.7 kp=100u
mlevel3n dn gn 0 0 n3 w=10u l=1u
mlevel3p dp gp 0 0 p3 w=10u l=1u
.model n3 nmos level=3 vto=0.7 kp=100u
.model p3 pmos level=3 vto=-0.7 kp=100u
mlevel6n dn gn 0 0 n6 w=10u l=1u
mlevel6p dp gp 0 0 p6 w=10u l=1u
.model n6 nmos level=6 vto=0.7
.model p6 pmos level=6 vto=-0.7
mlevel9n dn gn 0 0 n9 w=10u l=1u
mlevel9p dp gp 0 0 p9 w=10u l=1u
.model n9 nmos level=9 vto=0.7 kp=100u
.model p9 pmos level=9 vto=-0.7 kp=100u
mbsim3n dn gn 0 0 n8 w=10u l=1u ad=1p as=1p pd=11u ps=11u
mbsim3p dp gp 0 0 p8 w=10u l=1u ad=1p as=1p pd=11u ps=11u
.model n8 nmos level=8 version=3.3.0 vth0=0.7 u0=400 k1=0.5 k2=0 nch=1e17
.model p8 pmos level=8 version=3.3.0 vth0=-0.7 u0=400 k1=0.5 k2=0 nch=1e17
mbsim4n dn gn 0 0 n14 w=10u l=1u m=2
mbsim4p dp gp 0 0 p14 w=10u l=1u m=2
mreversed4n 0 gn dn 0 n14 w=10u l=1u
mreversed4p 0 gp dp 0 p14 w=10u l=1u
.model n14 nmos level=14 version=4.8.1 vth0=0.5 u0=0.05
.model p14 pmos level=14 version=4.8.1 vth0=-0.5 u0=0.05
mhisim2n dn gn 0 0 nh w=10u l=1u
mhisim2p dp gp 0 0 ph w=10u l=1u
.model nh nmos level=68
.model ph pmos level=68
mpowern dn gn 0 nv
mpowerp dp gp 0 pv
.model nv vdmos vto=0.7 kp=1m
.model pv vdmos pchan vto=-0.7 kp=1m
qgummeln dn bn 0 qn
qgummelp dp bp 0 qp
.model qn npn bf=100 vaf=50
.model qp pnp bf=100 vaf=50
qvbicn dn bn 0 0 qn4
qvbicp dp bp 0 0 qp4
.model qn4 npn level=4
.model qp4 pnp level=4
jjfetn dn 0 0 jn
jjfetp dp 0 0 jp
.model jn njf vto=-1
.model jp pjf vto=-1
xwrapped dn gn 0 0 a_kit_device_with_a_name_longer_than_a_column
.subckt a_kit_device_with_a_name_longer_than_a_column d g s b
ma_kit_device_with_a_name_longer_than_a_column d g s b n14 w=10u l=1u
.ends
xblock gn bn 0 block
.subckt block a b c
m1 b a c c n1 w=1u l=1u
m2 b a c c n1 w=2u l=1u
rtop a b 1meg
.ends
ddiode bn 0 dd
.model dd d is=1e-15
rload dn 0 1k
.tran 1n 1u
.meas tran top max v(dn)
.end
"""


def solved(program: str, deck: str, directory: Path) -> tuple[OperatingPoint, str]:
    """The operating point of a deck on a program, and what the last simulation printed."""
    _run(program, listing_deck(deck), directory)
    texts = [(directory / name).read_text() for name in (LISTING, SHOWN)]
    devices = devices_of(*texts)
    printed = _run(program, solution_deck(deck, devices, ["capbd"]), directory)
    return operating_point_in(directory / "results.raw", devices), printed


def _run(program: str, deck: str, directory: Path) -> str:
    (directory / "results.raw").unlink(missing_ok=True)
    (directory / "deck.spice").write_text(for_batch(Deck.parse(deck)))
    done = subprocess.run(
        [program, "-b", "deck.spice"], cwd=directory, capture_output=True, text=True, timeout=60, check=False
    )
    return done.stdout + done.stderr
