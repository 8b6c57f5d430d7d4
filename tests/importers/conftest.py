"""Projects of other tools, written after their public formats."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from simorc.cli.main import run

DATASHEET = """\
name: lowpass
description: A first-order low-pass filter
PDK: sky130A
cace_format: 5.2
authorship: {designer: Jane Doe, creation_date: 'May 27, 2024', license: Apache 2.0}
paths: {root: .., schematic: xschem, layout: gds, netlist: netlist, documentation: doc}
pins:
  in: {description: input, type: signal, direction: input}
default_conditions:
  vin: {description: Input, display: Vin, unit: V, typical: 1}
  cl: {description: Load, display: CL, unit: F, maximum: 1p}
  temperature: {description: Ambient temperature, display: Temp, unit: °C, typical: 27}
parameters:
  ac_params:
    description: frequency response
    spec:
      gain: {display: Gain, unit: dB, minimum: {value: -1}, typical: {value: any}, maximum: {value: any}}
      ugf: {display: Bandwidth, description: the 3 dB frequency, unit: kHz, minimum: {value: 10},
            typical: {value: any}, maximum: {value: 25, fail: true}}
    tool: {ngspice: {template: ac.spice, format: ascii, suffix: .data, variables: [gain, ugf]}}
    plot:
      ugf_vs_temperature: {type: xyplot, xaxis: temperature, yaxis: ugf}
      spread: {type: histogram, xaxis: ugf}
    conditions:
      temperature: {minimum: -40, typical: 27, maximum: 130}
      r: {enumerate: [9k, 10k, 11k]}
  step_params:
    description: step response
    spec:
      final: {unit: mV, minimum: {value: 900}, maximum: {value: any}}
      Vout: {unit: V, maximum: {value: 1.1}}
    tool:
      ngspice: {template: step.spice, format: ascii, suffix: .data, variables: [time, Vout],
                script: final.py, script_variables: [final]}
    plot:
      transient: {xaxis: time, yaxis: [Vout]}
    conditions:
      vin: {minimum: 1, maximum: 2, step: linear, stepsize: 0.5}
  area:
    spec: {area: {maximum: {value: 600}}}
    tool: magic_area
"""

AC = """\
* CACE template: frequency response
.include CACE{DUT_path}
.temp CACE{temperature}
.option seed=CACE[CACE{seed=12345} + CACE{iterations=0}]
VIN in 0 dc 0 ac CACE{vin}
XDUT in out lowpass r=CACE{r=10k}
CL out 0 CACE{cl}
.control
set num_threads=CACE{jobs}
ac dec 50 10 10meg
meas ac gain find vdb(out) at=100
meas ac f3 when vdb(out)=-3.0103
echo $&gain $&f3 > CACE{simpath}/CACE{filename}_CACE{N}.data
.endc
.end
"""

STEP = """\
* CACE template: step response
.include CACE{DUT_path}
.temp CACE{temperature}
VIN in 0 pulse(0 CACE{vin} 1u 1n 1n 1 2)
XDUT in out lowpass r=10k
.control
tran 100n 150u
wrdata CACE{simpath}/CACE{filename}_CACE{N}.data v(out)
.endc
.end
"""

SCRIPT = """\
def postprocess(results, conditions):
    assert len(results['time']) == len(results['Vout'])
    return {'final': [results['Vout'][-1]]}
"""

DUT = """\
.subckt lowpass in out r=10k
r1 in out {r}
c1 out 0 1n
.ends
"""


@pytest.fixture
def datasheet(tmp_path: Path) -> Path:
    """A CACE project; the path of its datasheet."""
    root = tmp_path / "lowpass"
    files = {
        "cace/lowpass.yaml": DATASHEET,
        "cace/templates/ac.spice": AC,
        "cace/templates/step.spice": STEP,
        "cace/scripts/final.py": SCRIPT,
        "netlist/schematic/lowpass.spice": DUT,
    }
    write(root, files)
    return root / "cace" / "lowpass.yaml"


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")


CICSIM = {
    "cicsim.yaml": """\
corner:
  Tt: |
    .lib "../../tech/temperature.spi" Tt
  Th: |
    .lib "../../tech/temperature.spi" Th
  Vt: |
    .param vdda = 1.8
  Vl: |
    .param vdda = 1.7
  Vh: |
    .param vdda = 1.9
""",
    "tech/temperature.spi": ".lib Tt\n.option temp=27\n.endl\n.lib Th\n.option temp=125\n.endl\n",
    "divider/cicsim.yaml": "corner:\n  Sch: |\n    .include \"../dut.spi\"\n  Lay: ''\n",
    "divider/dut.spi": ".subckt divider in out\nr1 in out 1k tc1=1m\nr2 out 0 1k\n.ends\n",
    "divider/Makefile": """\
typical:
\tcicsim run --name Sch_typical tran Sch Tt Vt
tempvall:
\tcicsim run --name Sch_tempvall tran Sch "Tt,Th" "Vt,Vl,Vh"
mc:
\tcicsim run --threads 4 --name Sch_mc --count 5 tran Debug Sch Tt Vt
variable:
\tcicsim run --name ${VIEW}_x tran ${VIEW} Tt
""",
    "divider/tran.spi": """\
*Demo of a divider
VSS VSS 0 dc 0
VDD VDD VSS dc {vdda}
XDUT VDD VX divider
#ifdef Debug
.save all
#else
.save v(VX)
#endif
.control
set color0=white
optran 0 0 0 100p 2n 0
tran 10p 10n 1p
write
quit
.endc
.end
""",
    "divider/tran.meas": """\
* Measure
.control
load {cicname}.raw
echo "MEAS_START"
meas tran vx avg v(vx)
echo "MEAS_END"
.endc
""",
    "divider/tran.yaml": """\
vx:
  src:
    - vx
  name: Divider voltage
  min: -10%
  typ: 900
  max: 10%
  scale: 1000
  digits: 2
  unit: mV
nothing: {src: vz, min: 0, max: 1}
""",
}


@pytest.fixture
def testbench(tmp_path: Path) -> Path:
    """A cicsim directory; the path of its testbench."""
    write(tmp_path / "sim", CICSIM)
    return tmp_path / "sim" / "divider" / "tran.spi"


@pytest.fixture
def simorc(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    """Runs a command line; its exit code and what it printed."""

    def called(*words: object) -> tuple[int, str]:
        code = run([str(word) for word in words])
        printed = capsys.readouterr()
        return code, printed.out + printed.err

    return called
