"""A low-pass as a project with a sizing: the texts of its files."""

from __future__ import annotations

CONFIG = """# a low-pass
template: tb.spice.j2
parameters:
  r: 1k        # the resistor
  c: 1n        # the capacitor
  temp: 27
measurements:
  f3: {measure: bandwidth_3db, signal: v(out), unit: Hz}
  power: {expr: "1/r", unit: A}
specs:
  f3: {min: 500k}
"""
TEMPLATE = """low-pass
V1 in 0 dc 0 ac 1
R1 in out {{ parameters.r }}
C1 out 0 {{ parameters.c }}
.temp {{ parameters.temp }}
.ac dec 20 1k 100meg
.end
"""
SIZING = """testbenches: tb
variables:
  r: {low: 10, high: 100k, scale: log}
  c: {low: 100p, high: 10n, scale: log, grid: 50p}
corners: {temp: [27, 125]}
minimize: power
"""
