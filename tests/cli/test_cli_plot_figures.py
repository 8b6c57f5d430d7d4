"""simorc plot: plot specs, measurements, overlays, files."""

from __future__ import annotations

import csv
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simorc.rundir.layout import RunLayout
from tests.waiting import PATIENCE

Simorc = Callable[..., Any]
SIZE = ("--width", 70, "--height", 14)

DECK = """* a low-pass filter
v1 in 0 dc 1 ac 1 pulse(0 1 0 1n 1n 1u 2u)
r1 in out 1k
c1 out 0 100p
.control
ac dec 10 1k 100meg
write results.raw
quit
.endc
.end
"""
BODE = """title: Low pass
x: {signal: frequency, scale: log, unit: Hz}
y:
  - {label: gain, unit: dB, signals: {gain: db(v(out)/v(in))}}
---
title: Phase
x: {signal: frequency, scale: log, unit: Hz}
y: [{label: phase, unit: rad, signals: {phase: vp(out)}}]
"""


@pytest.fixture
def run(finished_run: RunLayout) -> RunLayout:
    """The run with a plot spec file frozen in it, a spec in place, and a spec of the gain."""
    manifest = json.loads(finished_run.manifest.read_text())
    spread = {"title": "Spread", "kind": "histogram", "y": [{"measurement": "gain"}]}
    manifest |= {
        "total": 6,
        "testbench": "dc",
        "plot_specs": ["plots/bode.yaml", spread],
        "measurements": {"gain": {"meas": "gain", "unit": "dB"}},
        "specs": {"gain": {"min": 30, "corners": {"ss": {"min": 35}}}},
    }
    finished_run.manifest.write_text(json.dumps(manifest))
    (finished_run.inputs / "plots").mkdir()
    (finished_run.inputs / "plots" / "bode.yaml").write_text(BODE)
    return finished_run


@pytest.fixture
def simulated(run: RunLayout) -> RunLayout:
    """The same with the waveforms of cases 1 and 2."""
    for case in (1, 2):
        run.case_dir(case).mkdir(exist_ok=True)
        run.deck(case).write_text(DECK)
        command = ["ngspice", "-b", "netlist.spice"]
        subprocess.run(command, cwd=run.case_dir(case), capture_output=True, timeout=PATIENCE, check=True)
    return run


def read_table(path: Path) -> list[dict[str, str]]:
    with path.open() as stream:
        return list(csv.DictReader(stream))


def test_a_histogram_with_its_limits(simorc: Simorc, run: RunLayout) -> None:
    printed = simorc("plot", run.path, "--histogram", "gain", *SIZE)
    assert printed.code == 0, printed.err
    assert "gain: distribution" in printed.out and "min 35 dB in ss" in printed.out
    assert len(printed.out.splitlines()) == 14


def test_a_measurement_over_a_parameter(simorc: Simorc, run: RunLayout) -> None:
    out = simorc("plot", run.path, "gain", "--against", "vdda", "--width", 120, "--height", 14).out
    assert "gain over vdda" in out and "corner=tt" in out and "min 30 dB" in out
    assert "(0 ff, 1 ss, 2 tt)" in simorc("plot", run.path, "--against", "corner", *SIZE).out


@pytest.mark.parametrize(
    ("words", "reported"),
    [
        (["--histogram", "gian"], "did you mean 'gain'"),
        (["gain", "--against", "vda"], "did you mean 'vdda'"),
        (["bod"], "did you mean 'bode'"),
        (["nosuch.yaml"], "no plot spec"),
        (["spread", "--where", "vdda > 99"], "no completed case"),
        (["3-1"], "the smaller number comes first"),
    ],
)
def test_what_is_not_there_is_told(simorc: Simorc, run: RunLayout, words: list[str], reported: str) -> None:
    printed = simorc("plot", run.path, *words)
    assert printed.code == 2
    assert reported in printed.err


@pytest.mark.ngspice
def test_plot_specs_by_name_by_title_and_all(simorc: Simorc, simulated: RunLayout) -> None:
    by_name = simorc("plot", simulated.path, "bode", *SIZE).out
    assert "Low pass" in by_name and "Phase" in by_name and "0 rad" in by_name
    by_title = simorc("plot", simulated.path, "low pass", *SIZE).out
    assert "Low pass" in by_title and "Phase" not in by_title
    assert all(
        title in simorc("plot", simulated.path, *SIZE).out for title in ("Low pass", "Phase", "Spread")
    )


@pytest.mark.ngspice
def test_cases_over_each_other(simorc: Simorc, simulated: RunLayout) -> None:
    out = simorc("plot", simulated.path, "bode", "--where", "corner != 'ff'", *SIZE)
    assert out.code == 1 and "results.raw" in out.err
    named = simorc("plot", simulated.path, "1,2", "vdb(out)", *SIZE).out
    assert "1: vdb(out)" in named and "2: vdb(out)" in named


@pytest.mark.ngspice
def test_waveforms_as_numbers(simorc: Simorc, simulated: RunLayout, tmp_path: Path) -> None:
    one, both = tmp_path / "one.csv", tmp_path / "both.csv"
    assert simorc("plot", simulated.path, 1, "v(out)", "--out", one).code == 0
    rows = read_table(one)
    value = complex(float(rows[0]["re(v(out))"]), float(rows[0]["im(v(out))"]))
    assert value == pytest.approx(1 / (1 + 2j * 3.141592653589793 * 1e3 * 1e-7), rel=1e-6)
    assert simorc("plot", simulated.path, "1,2", "vdb(out)", "--out", both).code == 0
    assert {row["curve"] for row in read_table(both)} == {"1: vdb(out)", "2: vdb(out)"}


@pytest.mark.ngspice
def test_a_page_to_look_around_in(simorc: Simorc, simulated: RunLayout, tmp_path: Path) -> None:
    target = tmp_path / "deep" / "plots.html"
    assert simorc("plot", simulated.path, "--out", target).out.strip() == str(target)
    page = target.read_text()
    assert page.count('<div class="plot">') == 3
    data = json.loads(page.split('<script type="application/json">')[1].split("</script>")[0])
    gain = data["strips"][0]["curves"][0]
    assert (data["title"], data["x"]["log"], len(gain["x"])) == ("Low pass", True, 51)
    assert gain["y"][0] == pytest.approx(0, abs=1e-4)
    assert "http://" not in page.replace("http://www.w3.org/2000/svg", "")
