"""A project as CACE 5.2 wants it: an OTA in sky130, conditions with units, Monte Carlo, a script.

Schematics of xschem 3.x use devices/code_shown.sym; devices/netlist.sym, which 2.8 has too, is netlisted the
same way.
"""

from __future__ import annotations

import os
from pathlib import Path

DATASHEET = """\
#--------------------------------------------------------------
# CACE circuit characterization file
#--------------------------------------------------------------
name:           ota-5t
description:    A simple 5-transistor OTA
PDK:            sky130A

cace_format:    5.2

authorship:
  designer:         Jane Doe
  creation_date:    May 27, 2024
  license:          Apache 2.0

paths:
  root:             ..
  schematic:        xschem
  layout:           gds
  netlist:          netlist
  documentation:    docs

pins:
  VDD: {description: Positive supply, type: power, direction: inout, Vmin: 1.7, Vmax: 1.9}
  Vout: {description: Output, type: signal, direction: output}

default_conditions:
  vdd: {description: Supply voltage, display: Vdd, unit: V, typical: 1.8}
  vcm: {description: Common mode, display: Vcm, unit: V, typical: '0.9'}
  ib: {description: Bias current, display: Ib, unit: uA, typical: 10}
  cl: {description: Load, display: CLoad, unit: pF, maximum: 1}
  code[1:0]: {description: Bits added to the common mode, display: code, typical: 0}
  corner: {description: Process corner, display: Corner, typical: tt}
  temperature: {description: Ambient temperature, display: Temp, unit: °C, typical: 27}

parameters:
  dc_params:
    display: DC Params
    spec:
      a0:
        display: DC gain
        description: The DC gain of the OTA
        unit: V/V
        minimum: {value: 10}
        typical: {value: any}
        maximum: {value: any}
      ugf:
        display: Unity Gain Frequency
        unit: MHz
        minimum: {value: 1}
        typical: {value: any}
        maximum: {value: any}
      pm:
        display: Phase Margin
        unit: °
        minimum: {value: 60}
        typical: {value: any, calculation: average}
        maximum: {value: any}
    tool:
      ngspice:
        template: ac.sch
        format: ascii
        suffix: .data
        variables: [a0, ugf, pm]
    plot:
      gain_vs_temp: {type: xyplot, xaxis: temperature, yaxis: a0, limits: auto}
      ugf_vs_corner: {type: semilogy, xaxis: corner, yaxis: ugf}
    conditions:
      corner: {enumerate: [tt, ff, ss]}
      temperature: {minimum: -40, typical: 27, maximum: 130}

  gain_mc:
    description: DC gain Monte Carlo
    unit: V/V
    spec:
      minimum: {value: '10', fail: true}
      maximum: {value: any}
    tool:
      ngspice:
        template: ac.sch
        collate: iterations
        format: ascii
        suffix: .data
        variables: [result, 'null', 'null']
    plot: {type: histogram, xaxis: result}
    conditions:
      iterations: {minimum: 1, maximum: 3, step: linear, stepsize: 1}
      corner: {typical: tt_mm}

  transient_response:
    display: Large signal transient response
    unit: mV
    spec:
      Vout: {minimum: {value: -100}, maximum: {value: 1900}}
      slew: {unit: V/us, minimum: {value: 0.1}}
    tool:
      ngspice:
        template: transient.sch
        format: ascii
        suffix: .data
        variables: [time, Vout, Vinp]
        script: slew.py
        script_variables: [slew]
        jobs: 4
    plot:
      transient: {suffix: .svg, xaxis: time, yaxis: [Vout, Vinp]}
    variables:
      time: {display: Time, unit: ms}
      Vinp: {display: input, unit: V}
    conditions:
      Tmax: {display: Simulation time, unit: ns, typical: 2000}
      code: {enumerate: [0, 3]}

  magic_area:
    spec:
      area: {unit: µm², maximum: {value: 600}}
    tool:
      magic_area
  klayout_drc_full:
    spec:
      drc_errors: {maximum: {value: 0}}
    tool:
        klayout_drc:
            jobs: max
            args: ['-rd', 'feol=true', '-rd', 'beol=true']
"""

_SOURCES = """\
v {xschem version=2.8.1 file_version=1.0}
G {}
V {}
S {}
E {}
C {ota-5t.sym} 300 0 0 0 {name=XDUT}
C {devices/lab_pin.sym} 220 -50 0 0 {name=l1 lab=VDD}
C {devices/lab_pin.sym} 220 -30 0 0 {name=l2 lab=GND}
C {devices/lab_pin.sym} 220 -10 0 0 {name=l3 lab=Ib}
C {devices/lab_pin.sym} 220 10 0 0 {name=l4 lab=Vp}
C {devices/lab_pin.sym} 220 30 0 0 {name=l5 lab=Vn}
C {devices/lab_pin.sym} 220 50 0 0 {name=l6 lab=Vout}
C {devices/gnd.sym} 0 300 0 0 {name=g0 lab=GND}
C {devices/lab_pin.sym} 0 300 0 0 {name=l7 lab=GND}
C {devices/vsource.sym} 0 130 0 0 {name=V2 value=CACE\\{vdd\\}}
C {devices/lab_pin.sym} 0 100 0 0 {name=l8 lab=VDD}
C {devices/lab_pin.sym} 0 160 0 0 {name=l9 lab=GND}
C {devices/isource.sym} 100 130 0 0 {name=I0 value=CACE\\{ib\\}}
C {devices/lab_pin.sym} 100 100 0 0 {name=l10 lab=VDD}
C {devices/lab_pin.sym} 100 160 0 0 {name=l11 lab=Ib}
C {devices/capa.sym} 560 180 0 0 {name=C1
m=1
value=CACE\\{cl\\}
footprint=1206
device="ceramic capacitor"}
C {devices/lab_pin.sym} 560 150 0 0 {name=l12 lab=Vout}
C {devices/lab_pin.sym} 560 210 0 0 {name=l13 lab=GND}
C {devices/netlist.sym} 660 90 0 0 {name=SETUP
simulator=ngspice
only_toplevel=false
value="
.lib CACE\\{PDK_ROOT\\}/CACE\\{PDK\\}/libs.tech/combined/sky130.lib.spice CACE\\{corner\\}

.include CACE\\{DUT_path\\}

.temp CACE\\{temperature\\}

.option SEED=CACE[CACE\\{seed=12345\\} + CACE\\{iterations=0\\}]

* Flag unsafe operating conditions (exceeds models' specified limits)
.option warn=1
"}
"""

AC = (
    _SOURCES
    + """\
C {devices/vsource.sym} 200 230 0 0 {name=Vp value="dc CACE\\{vcm\\} ac 0.5"}
C {devices/lab_pin.sym} 200 200 0 0 {name=l14 lab=Vp}
C {devices/lab_pin.sym} 200 260 0 0 {name=l15 lab=GND}
C {devices/vsource.sym} 300 230 0 0 {name=Vn value="dc CACE\\{vcm\\} ac -0.5"}
C {devices/lab_pin.sym} 300 200 0 0 {name=l16 lab=Vn}
C {devices/lab_pin.sym} 300 260 0 0 {name=l17 lab=GND}
C {devices/netlist.sym} 660 340 0 0 {name=CONTROL
simulator=ngspice
only_toplevel=false
value="
.control
    * run ac simulation
    ac dec 20 1k 10e9

    * measure parameters
    let vout_mag = abs(v(Vout))
    let vout_phase_margin = phase(v(Vout)) * 180/pi + 180
    meas ac A0 find vout_mag at=1k
    meas ac UGF when vout_mag=1 fall=1
    meas ac PM find vout_phase_margin when vout_mag=1

    echo $&A0 $&ugf $&PM > CACE\\{simpath\\}/CACE\\{filename\\}_CACE\\{N\\}.data
.endc
"}
"""
)

TRANSIENT = (
    _SOURCES
    + """\
C {devices/vsource.sym} 200 230 0 0 {name=Vp
value="PWL(0 0.6 100n 0.6 100.1n CACE[CACE\\{vcm\\} + CACE\\{code[0]\\} * 0.1 + CACE\\{code[1]\\} * 0.1])"}
C {devices/lab_pin.sym} 200 200 0 0 {name=l14 lab=Vp}
C {devices/lab_pin.sym} 200 260 0 0 {name=l15 lab=GND}
C {devices/vcvs.sym} 300 230 0 0 {name=E1 value=1}
C {devices/lab_pin.sym} 300 200 0 0 {name=l16 lab=Vn}
C {devices/lab_pin.sym} 300 260 0 0 {name=l17 lab=GND}
C {devices/lab_pin.sym} 260 210 0 0 {name=l18 lab=Vout}
C {devices/lab_pin.sym} 260 250 0 0 {name=l19 lab=GND}
C {devices/netlist.sym} 880 320 0 0 {name=CONTROL only_toplevel=false value="
.control
    tran 10n CACE\\{Tmax\\}
    set wr_singlescale
    wrdata CACE\\{simpath\\}/CACE\\{filename\\}_CACE\\{N\\}.data V(Vout) V(Vp)
.endc
"}
"""
)

SCRIPT = """\
from typing import Any


def postprocess(results: dict[str, list], conditions: dict[str, Any]) -> dict[str, list]:
    points = list(zip(results['time'], results['Vout']))
    steps = [(v2 - v1) / (t2 - t1) for (t1, v1), (t2, v2) in zip(points, points[1:]) if t2 > t1]
    assert float(conditions['Tmax']) == 2e-6
    return {'slew': [max(steps)]}
"""

SYMBOL = """\
v {xschem version=2.8.1 file_version=1.0}
G {type=subcircuit
format="@name @pinlist @symname"
template="name=X1"}
V {}
S {}
E {}
B 5 -82.5 -52.5 -77.5 -47.5 {name=VDD dir=inout}
B 5 -82.5 -32.5 -77.5 -27.5 {name=VSS dir=inout}
B 5 -82.5 -12.5 -77.5 -7.5 {name=Ib dir=in}
B 5 -82.5 7.5 -77.5 12.5 {name=Vp dir=in}
B 5 -82.5 27.5 -77.5 32.5 {name=Vn dir=in}
B 5 -82.5 47.5 -77.5 52.5 {name=Vout dir=out}
"""

NETLIST = """\
** A five-transistor OTA
.subckt ota-5t VDD VSS Ib Vp Vn Vout
XM1 n1 Vp tail VSS sky130_fd_pr__nfet_01v8 L=1 W=4 nf=1 mult=1
XM2 Vout Vn tail VSS sky130_fd_pr__nfet_01v8 L=1 W=4 nf=1 mult=1
XM3 n1 n1 VDD VDD sky130_fd_pr__pfet_01v8 L=1 W=4 nf=1 mult=1
XM4 Vout n1 VDD VDD sky130_fd_pr__pfet_01v8 L=1 W=4 nf=1 mult=1
XM5 tail Ib VSS VSS sky130_fd_pr__nfet_01v8 L=1 W=2 nf=1 mult=1
XM6 Ib Ib VSS VSS sky130_fd_pr__nfet_01v8 L=1 W=2 nf=1 mult=1
.ends
"""

FILES = {
    "cace/ota-5t.yaml": DATASHEET,
    "cace/templates/ac.sch": AC,
    "cace/templates/transient.sch": TRANSIENT,
    "cace/templates/xschemrc": "set XSCHEM_LIBRARY_PATH ${XSCHEM_SHAREDIR}/xschem_library\n",
    "cace/scripts/slew.py": SCRIPT,
    "xschem/ota-5t.sym": SYMBOL,
    "netlist/schematic/ota-5t.spice": NETLIST,
}


def write_project(root: Path) -> Path:
    """The project; returns its datasheet."""
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return root / "cace" / "ota-5t.yaml"


def kit_as_installed(root: Path, kit: Path) -> Path:
    """A PDK_ROOT of the layout people have, with the models of the one that is here."""
    tech = root / "sky130A" / "libs.tech"
    tech.mkdir(parents=True)
    (tech / "combined").symlink_to(os.fspath(kit / "sky130A" / "libs.tech" / "combined" / "continuous"))
    (tech / "ngspice").symlink_to(os.fspath(kit / "sky130A" / "libs.tech" / "ngspice"))
    return root
