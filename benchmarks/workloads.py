"""The work to measure: small projects, each with one sweep, made in a directory of their own."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

SAMPLE_PROJECT = Path(__file__).resolve().parent.parent / "sample_project"

RC_DECK = """* RC low-pass, a step through it
v1 in 0 pulse(0 1 0 1n 1n 1 2)
r1 in out {r}
c1 out 0 {c}
.param r={{ parameters.r }} c={{ parameters.c }}
.tran 10n 10u
.meas tran rise trig v(out) val=0.1 rise=1 targ v(out) val=0.5 rise=1
.end
"""

OTA_HEAD = """* five-transistor OTA, sky130 models
.lib "{{ parameters.models }}" {{ parameters.corner }}
.temp {{ parameters.temp }}
.param vdd={{ parameters.vdd }}
vdd vdd 0 {vdd}
ib vdd nb 20u
xm6 nb nb 0 0 sky130_fd_pr__nfet_01v8 L=1 W=10 nf=1 mult=1
xm5 tail nb 0 0 sky130_fd_pr__nfet_01v8 L=1 W=20 nf=1 mult=1
xm1 x inp tail 0 sky130_fd_pr__nfet_01v8 L=0.5 W=20 nf=1 mult=1
xm2 out inn tail 0 sky130_fd_pr__nfet_01v8 L=0.5 W=20 nf=1 mult=1
xm3 x x vdd vdd sky130_fd_pr__pfet_01v8 L=1 W=20 nf=1 mult=1
xm4 out x vdd vdd sky130_fd_pr__pfet_01v8 L=1 W=20 nf=1 mult=1
cl out 0 1p
"""
OTA_AC = """vip inp 0 dc {0.55*vdd} ac 1
lfb out inn 1g
cfb inn 0 1g
.ac dec 10 10 1g
.meas ac gain max vdb(out)
.end
"""
OTA_OP = """vip inp 0 dc {0.55*vdd}
vfb out inn 0
.op
.end
"""


@dataclass(frozen=True)
class Workload:
    """A project with one sweep of `cases` cases, and the factor by which simorc is to beat xargs on it."""

    name: str
    title: str
    cases: int
    target: float
    make: Callable[[Path], None]
    """Writes the project into an empty directory."""
    sweep: str = "bench"
    needs_pdk: bool = False


def kit() -> Path | None:
    """The sky130 kit below ``PDK_ROOT``, None where there is none."""
    root = os.environ.get("PDK_ROOT", "")
    found = Path(root) / "sky130A"
    return found if root and (found / "libs.tech" / "combined").is_dir() else None


def write_project(
    root: Path, deck: str, parameters: dict[str, object], sweep: str, simulator: str = ""
) -> None:
    """A project with the testbench and sweep ``bench``; `sweep` is the sweep file below ``testbench:``."""
    bench = root / "testbenches" / "bench"
    bench.mkdir(parents=True)
    (root / "sweeps").mkdir()
    (root / "dut.spice").write_text("* no device under test beside the deck\n")
    (bench / "tb.spice.j2").write_text(deck)
    defaults = "".join(f"  {name}: {value}\n" for name, value in parameters.items())
    (bench / "config.yaml").write_text(f"template: tb.spice.j2\nparameters:\n{defaults}")
    (root / "sweeps" / "bench.yaml").write_text(f"testbench: bench\n{sweep}")
    (root / "sim_setup.yaml").write_text(
        "dut: {netlist: dut.spice}\ntestbenches: {bench: testbenches/bench}\n"
        f"sweeps: {{bench: sweeps/bench.yaml}}\n{simulator}"
    )


def rc(root: Path, resistors: int = 50, capacitors: int = 40) -> None:
    """A grid of RC low-passes, log-spaced."""
    write_project(
        root,
        RC_DECK,
        {"r": "1k", "c": "1n"},
        f"parameters:\n  r: {{start: 100, stop: 1k, num: {resistors}, scale: log}}\n"
        f"  c: {{start: 100p, stop: 1n, num: {capacitors}, scale: log}}\n",
    )


def _ota(root: Path, analysis: str, corner: str, sweep: str) -> None:
    found = kit()
    assert found is not None
    models = found / "libs.tech" / "combined" / "continuous" / "sky130.lib.spice"
    write_project(
        root,
        OTA_HEAD + analysis,
        {"models": models, "corner": corner, "temp": 27, "vdd": 1.8},
        sweep,
        f"simulator: {{spiceinit: {found / 'libs.tech' / 'ngspice' / 'spinit'}}}\n",
    )


def ota_ac(root: Path) -> None:
    vdd, temp = "{start: 1.6, stop: 2.0, num: 25}", "{start: -40, stop: 125, num: 20}"
    _ota(root, OTA_AC, "tt", f"parameters:\n  vdd: {vdd}\n  temp: {temp}\n")


def ota_mismatch(root: Path) -> None:
    _ota(root, OTA_OP, "tt_mm", "parameters:\n  vdd: [1.8]\nmonte_carlo: {samples: 1000, seed: 1}\n")


def ota_corners(root: Path) -> None:
    vdd, temp = "{start: 1.6, stop: 2.0, num: 10}", "{start: -40, stop: 125, num: 10}"
    corners = "  corner: [tt, ff, ss, sf, fs]\n"
    _ota(root, OTA_AC, "tt", f"parameters:\n{corners}  vdd: {vdd}\n  temp: {temp}\n")


def ota_tuned(root: Path) -> None:
    """Corners of the OTA with the width of its input pair as a parameter."""
    found = kit()
    assert found is not None
    models = found / "libs.tech" / "combined/continuous/sky130.lib.spice"
    write_project(
        root,
        OTA_HEAD.replace("L=0.5 W=20", "L=0.5 W={{ parameters.w_in }}") + OTA_AC,
        {"models": models, "corner": "tt", "temp": 27, "vdd": 1.8, "w_in": 20},
        "parameters:\n  corner: [tt, ff, ss]\n",
        f"simulator: {{spiceinit: {found / 'libs.tech' / 'ngspice' / 'spinit'}}}\n",
    )


def sample(root: Path) -> None:
    shutil.copytree(
        SAMPLE_PROJECT, root, dirs_exist_ok=True, ignore=shutil.ignore_patterns("simulations", ".simorc")
    )


WORKLOADS = (
    Workload("sky130_ac", "500 AC cases of a sky130 OTA", 500, 30, ota_ac, needs_pdk=True),
    Workload("sky130_mismatch", "1,000 mismatch samples (op)", 1000, 30, ota_mismatch, needs_pdk=True),
    Workload("sky130_corners", "5 corners x 100, AC", 500, 20, ota_corners, needs_pdk=True),
    Workload("sample", "45 cases of the sample project", 45, 1.5, sample, sweep="pvt_dc"),
    Workload("rc", "2,000 RC cases", 2000, 1.2, rc),
)
