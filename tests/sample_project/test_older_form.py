"""A project of the older form runs as it is: config.<parameter>, config.root, filename_raw, ./paths."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from simorc.cli.main import run

FILES = {
    "sim_setup.yaml": """\
dut:
  netlist: ./netlists/rc.spice

testbenches:
  ac: ./testbenches/ac
  tran: ./testbenches/tran

sweeps:
  rc_values: ./sweeps/rc_sweep/rc_values.yaml
  steps: ./sweeps/steps.yaml
""",
    "netlists/rc.spice": ".subckt rc_lowpass in out ref\nR1 in out {R}\nC1 out ref {C}\n.ends\n",
    "testbenches/ac/config.yaml": """\
schematic: ./tb_ac.sch
template: ./tb_ac.spice.j2
filename_raw: results.raw
filename_log: ac.log

parameters:
  R: 1k
  C: 1n
  amplitude: 1.0
  freq_start: 1e3
  freq_stop: 100e6
  freq_points: 10
  corner: typical

postprocess:
  signals:
    vin: v(vin)
    vout: v(vout)
""",
    "testbenches/ac/tb_ac.spice.j2": """\
* Frequency response of a low-pass filter
.include {{config.root}}netlists/rc.spice
V_in vin gnd AC {{config.amplitude}} 0
X_dut vin vout gnd rc_lowpass
.control
save all
AC DEC {{config.freq_points}} {{config.freq_start}} {{config.freq_stop}}
write {{config.filename_raw}}
.endc
.param R={{config.R}}
.param C={{config.C}}
.end
""",
    "testbenches/ac/plots/bode.yaml": """\
title: "Bode plot"
x: {label: "Frequency (Hz)", signal: frequency, scale: log}
y:
  - {label: "Magnitude (dB)", signals: {VOUT: "db(v(vout))"}, scale: linear}
""",
    "testbenches/tran/config.yaml": """\
template: ./tb_tran.spice.j2
filename_raw: results.raw
parameters: {R: 1k, C: 1n, sim_time: 10e-6, rise_time: 1e-9}
plot_specs:
  step: ./plots/step.yaml
""",
    "testbenches/tran/plots/step.yaml": "title: step\nx: time\ny: [{label: V, signals: {out: v(vout)}}]\n",
    "testbenches/tran/tb_tran.spice.j2": """\
* Step response
.include {{config.root}}netlists/rc.spice
V_in vin gnd PULSE(0 1 0 {{config.rise_time}} {{config.rise_time}} {{config.sim_time}} {{config.sim_time*2}})
X_dut vin vout gnd rc_lowpass
.control
save all
TRAN 10n {{config.sim_time}}
write {{config.filename_raw}}
.endc
.param R={{config.R}}
.param C={{config.C}}
.end
""",
    "sweeps/rc_sweep/rc_values.yaml": "testbench: ac\nparameters: {R: [100, 1k, 5k], C: [100p, 1n, 9n]}\n",
    "sweeps/steps.yaml": "testbench: tran\nparameters: {R: [1k, 2k]}\n",
}


@pytest.fixture
def older(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.mark.ngspice
@pytest.mark.parametrize(("sweep", "cases"), [("rc_values", 9), ("steps", 2)])
def test_it_runs_as_it_is(older: Path, sweep: str, cases: int, capsys: pytest.CaptureFixture[str]) -> None:
    project = ["--project", str(older)]
    assert run([*project, "validate"]) == 0, capsys.readouterr().err
    code = run([*project, "run", sweep])
    printed = capsys.readouterr().err
    assert (code, f"{cases} of {cases} completed" in printed) == (0, True), printed
    assert run([*project, "results", sweep, "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)) == cases
    made = next((older / "simulations").iterdir())
    assert (made / "results" / "1" / "results.raw").is_file()
    deck = (made / "results" / "1" / "netlist.spice").read_text()
    assert "config." not in deck
