"""A project with a hierarchy two levels deep: top places mid twice, mid places leaf, leaf is a resistor."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from simorc.config.project import Project

HEAD = "v {xschem version=2.8.1 file_version=1.0}\nG {}\nV {}\nS {}\nE {}\n"
SYMBOL = """v {{xschem version=2.8.1 file_version=1.0}}
G {{type=subcircuit
format="@name @pinlist @symname"
template="name=X1"}}
V {{}}
S {{}}
E {{}}
L 4 -10 -30 10 -30 {{}}
B 5 -2.5 -32.5 2.5 -27.5 {{name=p dir=inout}}
B 5 -2.5 27.5 2.5 32.5 {{name=m dir=inout}}
T {{{name}}} 15 -5 0 0 0.2 0.2 {{}}
"""
PINS = """C {devices/iopin.sym} 0 -30 0 0 {name=p1 lab=p}
C {devices/iopin.sym} 0 30 0 0 {name=p2 lab=m}
"""
CODE = r"""C {devices/netlist.sym} 300 0 0 0 {name=CODE value=".param r=\{\{ parameters.r \}\}
.dc V1 0 1 0.5
.meas dc i FIND i(V1) AT=1"}
"""
TB_CONFIG = "schematic: tb_{0}.sch\ntemplate: tb_{0}.spice.j2\nparameters: {{r: 1k}}\nmeasurements: [i]\n"


def placed(symbol: str, name: str, x: int = 0, more: str = "") -> str:
    """A two-pin symbol between nets ``p`` and ``m``."""
    return (
        f"C {{{symbol}}} {x} 0 0 0 {{name={name}{more}}}\n"
        f"C {{devices/lab_pin.sym}} {x} -30 0 0 {{name=l{name}1 lab=p}}\n"
        f"C {{devices/lab_pin.sym}} {x} 30 0 0 {{name=l{name}2 lab=m}}\n"
    )


def write_project(root: Path) -> None:
    files = {
        "sim_setup.yaml": (
            "dut: {schematic: schematics/top.sch, netlist: netlists/top.spice}\n"
            "testbenches: {leafy: testbenches/leafy, other: testbenches/other}\n"
            "sweeps: {r: sweeps/r.yaml}\nnetlister: {rcfile: xschemrc}\n"
        ),
        "xschemrc": (
            "set XSCHEM_LIBRARY_PATH ${XSCHEM_SHAREDIR}/xschem_library"
            ":[file dirname [file normalize [info script]]]/schematics\n"
        ),
        "sweeps/r.yaml": "testbench: leafy\nparameters: {r: [1k, 2k]}\n",
        "schematics/leaf.sym": SYMBOL.format(name="leaf"),
        "schematics/mid.sym": SYMBOL.format(name="mid"),
        "schematics/leaf.sch": HEAD + PINS + placed("devices/res.sym", "R1", 100, " value=10k m=1"),
        "schematics/mid.sch": HEAD + PINS + placed("leaf.sym", "X1", 100),
        "schematics/top.sch": HEAD + PINS + placed("mid.sym", "X1", 100) + placed("mid.sym", "X2", 200),
        "testbenches/leafy/tb_leafy.sch": HEAD + _bench("leaf.sym", "X1"),
        "testbenches/leafy/config.yaml": TB_CONFIG.format("leafy"),
        "testbenches/other/tb_other.sch": HEAD + _bench("devices/res.sym", "R1", " value=1k m=1"),
        "testbenches/other/config.yaml": TB_CONFIG.format("other"),
        "netlists/.keep": "",
    }
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def _bench(symbol: str, name: str, more: str = "") -> str:
    source = placed("devices/vsource.sym", "V1", 200, ' value="1"')
    return placed(symbol, name, 0, more) + source + CODE


@pytest.fixture
def hierarchy(tmp_path: Path) -> Path:
    """The root of the project; nothing is netlisted yet."""
    root = tmp_path / "project"
    write_project(root)
    return root


@pytest.fixture
def netlisted(hierarchy: Path) -> Path:
    """The same with netlists and records, as if xschem had just made them."""
    from simorc.schematics.pairs import pairs_of
    from simorc.schematics.update import adopt

    for pair in pairs_of(Project.load(hierarchy)):
        head = "" if pair.is_dut else f"* {pair.name}\n.param r={{{{ parameters.r }}}}\n"
        end = "" if pair.is_dut else ".end\n"
        pair.netlist.write_text(f"{head}V1 p m 1\nR1 p m 1k\n{end}")
        adopt(pair)
    return hierarchy


@pytest.fixture
def fake_xschem(tmp_path: Path) -> Callable[[str], Path]:
    """Makes a program that stands in for xschem: a Python script given the netlist's directory as ``out``."""

    def make(body: str, version: str = "2.8.1") -> Path:
        path = tmp_path / f"xschem_{len(list(tmp_path.iterdir()))}"
        path.write_text(
            "#!/usr/bin/env python3\nimport re, sys, time, pathlib\n"
            f"if '--version' in sys.argv: print('XSCHEM V{version}'); sys.exit()\n"
            "rc = pathlib.Path(sys.argv[sys.argv.index('--rcfile') + 1]).read_text()\n"
            "out = pathlib.Path(re.search(r'set netlist_dir \"(.*)\"', rc)[1])\n"
            "schematic = pathlib.Path(sys.argv[-1])\n"
            "netlist = out / (schematic.stem + '.spice')\n" + body
        )
        path.chmod(0o755)
        return path

    return make
