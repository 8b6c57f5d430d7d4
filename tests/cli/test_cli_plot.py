from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simorc.rundir.layout import RunLayout
from tests.waiting import PATIENCE

Simorc = Callable[..., Any]

DECK = """* a low-pass filter
v1 in 0 dc 1 ac 1 pulse(0 1 0 1n 1n 1u 2u)
r1 in out 1k
c1 out 0 100p
.control
{analysis}
write results.raw
quit
.endc
.end
"""


@pytest.fixture
def simulated(finished_run: RunLayout) -> Callable[[str], RunLayout]:
    """Case 4 with the raw file of one analysis."""

    def simulate(analysis: str) -> RunLayout:
        finished_run.deck(4).write_text(DECK.format(analysis=analysis))
        command = ["ngspice", "-b", "netlist.spice"]
        subprocess.run(
            command, cwd=finished_run.case_dir(4), capture_output=True, timeout=PATIENCE, check=True
        )
        return finished_run

    return simulate


@pytest.mark.ngspice
def test_a_transient(simorc: Simorc, project: Path, simulated: Callable[[str], RunLayout]) -> None:
    simulated("tran 1n 4u")
    printed = simorc("plot", "pvt", 4, "v(out)", "--width", 70, "--height", 16, "--project", project)
    assert printed.code == 0, printed.err
    lines = printed.out.splitlines()
    assert len(lines) == 16
    assert "v(out)" in printed.out
    assert "2 µs" in lines[-1]
    assert "\x1b" not in printed.out


@pytest.mark.ngspice
def test_a_frequency_response_has_magnitude_and_phase(
    simorc: Simorc, project: Path, simulated: Callable[[str], RunLayout]
) -> None:
    simulated("ac dec 10 1k 100meg")
    out = simorc("plot", "pvt", 4, "v(out)", "--width", 90, "--height", 30, "--project", project).out
    assert "dB" in out
    assert "°" in out
    assert "MHz" in out.splitlines()[-1]


@pytest.mark.ngspice
def test_an_operating_point_is_a_table(
    simorc: Simorc, project: Path, simulated: Callable[[str], RunLayout]
) -> None:
    simulated("op")
    lines = simorc("plot", "pvt", 4, "--project", project).out.splitlines()
    assert lines[0].split() == ["trace", "value"]
    assert ["out", "1", "V"] in [line.replace("v(out)", "out").split() for line in lines]


@pytest.mark.ngspice
@pytest.mark.parametrize(
    ("options", "words"), [(["v(nosuch)"], "nosuch"), (["--plot", "Noise"], "no plot 'Noise'")]
)
def test_what_is_not_there(
    simorc: Simorc,
    project: Path,
    simulated: Callable[[str], RunLayout],
    options: list[str],
    words: str,
) -> None:
    simulated("tran 1n 4u")
    printed = simorc("plot", "pvt", 4, *options, "--project", project)
    assert printed.code in (1, 2)
    assert words in printed.err


def test_a_case_without_a_raw_file(simorc: Simorc, project: Path, finished_run: RunLayout) -> None:
    printed = simorc("plot", "pvt", 3, "--project", project)
    assert printed.code == 1
    assert "case 3 of" in printed.err and "has no waveforms" in printed.err
