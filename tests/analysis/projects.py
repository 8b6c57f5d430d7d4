"""Projects whose measurements are known functions of their random variables."""

from __future__ import annotations

from pathlib import Path

from simorc.config.project import Project

SIGMA = {"xa": 0.01, "xb": 0.02, "xc": 0.0}
"""The relative standard deviation of each resistor of the divider."""

KIT = """* kit
.lib mm
.param sw=1
.include cells.spice
.endl
.lib nom
.param sw=0
.include cells.spice
.endl
"""
CELLS = """* cells
.subckt rpoly a b r=1k s=0.01
.param dr={sw*agauss(0,1,1)}
R1 a b {r*(1+s*dr)}
.ends
"""
TEMPLATE = """divider at {{ parameters.vdda }}
.lib 'kit.lib' {{ parameters.corner }}
.subckt leg a b
Xb a b rpoly s=0.02
.ends
V1 in 0 {{ parameters.vdda }}
Xa in out rpoly s=0.01
Xl out 0 leg
Xc in 0 rpoly s=0
.op
.end
"""
CONFIG = """template: tb.spice.j2
parameters: {vdda: 2, corner: mm}
measurements:
  vout: {expr: v(out), unit: V}
  squared: {expr: "(v(out)-1)*(v(out)-1)"}
specs: {vout: {min: 0.97, max: 1.04}}
"""


def divider_project(
    root: Path, *, sweep: str = "parameters: {vdda: [2, 3]}", config: str = CONFIG
) -> Project:
    """A project ``tb`` of a divider of two resistors with mismatch and one without, and a sweep ``s``."""
    (root / "tb").mkdir(parents=True)
    (root / "tb" / "tb.spice.j2").write_text(TEMPLATE)
    (root / "tb" / "config.yaml").write_text(config)
    (root / "tb" / "kit.lib").write_text(KIT)
    (root / "tb" / "cells.spice").write_text(CELLS)
    (root / "s.yaml").write_text(f"testbench: tb\n{sweep}\n")
    (root / "sim_setup.yaml").write_text("testbenches: {tb: tb}\nsweeps: {s: s.yaml}\n")
    return Project.load(root)


def vout(vdda: float = 2.0, xa: float = 0.0, xb: float = 0.0) -> float:
    """The output of the divider, in V, for standard normal values of its variables."""
    upper, lower = 1e3 * (1 + SIGMA["xa"] * xa), 1e3 * (1 + SIGMA["xb"] * xb)
    return vdda * lower / (upper + lower)
