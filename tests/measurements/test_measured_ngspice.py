"""The built-in measurements on what the real ngspice writes."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest

from simorc.config.definitions import measurements_of_json
from simorc.measurements.measure import measure_case
from tests.waiting import PATIENCE

DECK = """RC low-pass
V1 in 0 dc 0 ac 1 pulse(0 1 1u 1p 1p 100u 200u)
R1 in out 1k
C1 out 0 1n
.ac dec 20 1 1g
.tran 10n 12u
.noise v(out) V1 dec 20 1 1g
.control
set filetype=binary
set appendwrite
run
setplot ac1
write results.raw
setplot tran1
write results.raw
setplot noise1
write results.raw
quit
.endc
.end
"""
TAU = 1e-6


@pytest.mark.ngspice
def test_an_rc_low_pass_is_measured_to_a_tenth_of_a_percent(tmp_path: Path) -> None:
    (tmp_path / "deck.spice").write_text(DECK)
    subprocess.run(
        ["ngspice", "-b", "deck.spice"], cwd=tmp_path, timeout=PATIENCE, capture_output=True, check=False
    )
    definitions = {
        "bw": {"measure": "bandwidth_3db", "args": {"signal": "v(out)/v(in)"}},
        "phase": {"expr": "at(phase(v(out)), fc)"},
        "fc": {"expr": "1/(2*pi*r*1n)"},
        "tr": {"measure": "rise_time", "args": {"signal": "v(out)"}},
        "delay": {"expr": "cross(v(out), 0.5, edge=rise) - cross(v(in), 0.5, edge=rise)"},
        "vn": {"measure": "integrated_noise", "args": {"signal": "onoise_spectrum"}},
        "power": {"expr": "max(-i(v1)*v(in))"},
        "wrong": {"expr": "max(v(nowhere))"},
    }
    found = measure_case(
        measurements_of_json(definitions),
        tmp_path / "results.raw",
        parameters={"r": 1e3},
        meas_values={},
        project_root=tmp_path,
    )
    k_t = 1.380649e-23 * 300.15
    expected = {
        "bw": 1 / (2 * np.pi * TAU),
        "phase": -45.0,
        "fc": 1 / (2 * np.pi * TAU),
        "tr": TAU * np.log(9),
        "delay": TAU * np.log(2),
        "vn": np.sqrt(k_t / 1e-9),
        "power": 1e-3,
    }
    assert found.values == {name: pytest.approx(value, rel=1e-3) for name, value in expected.items()}
    assert list(found.missing) == ["wrong"]
