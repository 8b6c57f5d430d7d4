"""Adapters of other simulators: command lines, logs and measurement files in the forms their makers document.

A fake program leaves the files the real one would; everything else is the real bench.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from simorc.errors import ToolMissing, UsageError
from simorc.simulators.others.adapter import Adapter
from simorc.simulators.others.measure_files import read_measure_files
from simorc.simulators.others.raw_writer import write_raw
from simorc.simulators.others.registry import adapter_called
from simorc.simulators.outcome import FailureKind
from simorc.waveforms.rawfile import RawFile
from tests.simulators.fake_programs import DECK, leaves, simulated, write_fake

NAMES = ("xyce", "hspice", "spectre", "ltspice")
XYCE_LOG = "***** Solution Summary *****\n***** End of Xyce(TM) Simulation\n"
HSPICE_MT0 = (
    "$DATA1 SOURCE='HSPICE' VERSION='T-2022.06' PARAM_COUNT=0\n.TITLE '* rc'\n"
    " vmax             tdelay           temper           alter#\n"
    "   9.500e-01        failed           25.0000     1\n"
)
HSPICE_LIS = "          ***** job concluded\n          ***** hspice job statistics summary\n"
SPECTRE_LOG = (
    "Aggregate audit: Time used: CPU = 66 ms\nspectre completes with 0 errors, 1 warning, and 4 notices.\n"
)
LTSPICE_LOG = """\
Circuit: * rc

vmax: MAX(v(out))=0.95 FROM 0 TO 1e-06
vend: v(out)=0.9 at 9e-07
fcut: v(out)=vmax/sqrt(2) AT 252.921
t_rise=2.2e-06 FROM 1e-07 TO 2.3e-06
gain: v(out)=(-6.0206dB,-45°) at 1000
Measurement "never" FAIL'ed

Date: Tue Oct 24 08:17:24 2023
Total elapsed time: 0.013 seconds.

tnom = 27
temp = 27
"""


GOOD = {
    "xyce": leaves({"netlist.spice.mt0": "VMAX = 9.500000e-01\nTDELAY = FAILED\n"}, XYCE_LOG),
    "hspice": leaves({"hspice.mt0": HSPICE_MT0, "hspice.lis": HSPICE_LIS}),
    "spectre": leaves({"netlist.measure": "vmax = 0.95\n", "spectre.log": SPECTRE_LOG}),
}


@pytest.mark.parametrize("name", list(GOOD))
def test_a_case_is_completed_by_its_evidence(name: str, tmp_path: Path) -> None:
    program = write_fake(tmp_path / "fake", GOOD[name])
    outcome = simulated(name, program, tmp_path / "case")
    assert outcome.status == "completed", outcome.message
    assert outcome.measurements["vmax"] == 0.95
    assert outcome.cold_reason == f"{name} has no warm sessions"


def test_ltspice_waveforms_become_a_raw_file_everything_reads(tmp_path: Path) -> None:
    body = (
        f"Path('netlist.log').write_text({LTSPICE_LOG!r})\n"
        "import struct\n"
        "head = 'Title: * rc\\nDate: x\\nPlotname: Transient Analysis\\nFlags: real forward\\n'\n"
        "head += 'No. Variables: 2\\nNo. Points:            3\\nOffset:   0.0\\n'\n"
        "head += 'Command: Linear Technology Corporation LTspice XVII\\n'\n"
        "head += 'Variables:\\n\\t0\\ttime\\ttime\\n\\t1\\tV(out)\\tvoltage\\nBinary:\\n'\n"
        "rows = b''.join(struct.pack('<df', t, v) for t, v in ((0.0, 0.0), (5e-7, 0.5), (1e-6, 0.95)))\n"
        "Path('netlist.raw').write_bytes(head.encode('utf-16-le') + rows)\n"
    )
    outcome = simulated("ltspice", write_fake(tmp_path / "fake", body), tmp_path / "case")
    assert outcome.status == "completed", outcome.message
    values = outcome.measurements
    assert (values["vmax"], values["vend"], values["fcut"], values["t_rise"]) == (0.95, 0.9, 252.921, 2.2e-6)
    assert values["gain"] == pytest.approx(0.5, rel=1e-4)
    assert "tnom" not in values
    plot = RawFile.open(tmp_path / "case" / "results.raw").plots[0]
    assert plot.n_points == 3
    assert plot.complete


@pytest.mark.parametrize(
    ("name", "said", "kind"),
    [
        ("xyce", "Netlist error: bad\n*** Xyce Abort ***\n", FailureKind.BAD_NETLIST),
        (
            "xyce",
            "Time step too small near step number 50\n*** Xyce Abort ***\n",
            FailureKind.TIMESTEP_TOO_SMALL,
        ),
        (
            "hspice",
            "**error** no convergence in operating point\n***** job aborted\n",
            FailureKind.NO_CONVERGENCE,
        ),
        ("spectre", "ERROR (SFE-23): 'x': undefined model `nch'.\n", FailureKind.MISSING_MODEL),
        ("spectre", "FATAL: Cannot run. License check failed: denied\n", FailureKind.SPAWN_FAILED),
        (
            "ltspice",
            "Fatal Error: Analysis: Time step too small; time = 1e-6\n",
            FailureKind.TIMESTEP_TOO_SMALL,
        ),
        ("ltspice", "Unknown subcircuit called in: x1 a b nosuch\n", FailureKind.MISSING_MODEL),
        ("xyce", "and then nothing\n", FailureKind.PARTIAL),
    ],
)
def test_words_of_a_log_become_a_kind_of_failure(
    name: str, said: str, kind: FailureKind, tmp_path: Path
) -> None:
    program = write_fake(tmp_path / "fake", f"print({said!r})\nsys.exit(1)\n")
    outcome = simulated(name, program, tmp_path / "case")
    assert (outcome.status, outcome.kind) == ("failed", kind)
    assert "simulator.log" in outcome.message


def test_a_missing_measurement_fails_the_case(tmp_path: Path) -> None:
    program = write_fake(tmp_path / "fake", leaves({"netlist.spice.mt0": "VMAX = FAILED\n"}, XYCE_LOG))
    outcome = simulated("xyce", program, tmp_path / "case")
    assert outcome.kind == FailureKind.MEASUREMENT_MISSING
    assert "vmax (its .meas failed)" in outcome.message


def test_missing_waveforms_fail_the_case(tmp_path: Path) -> None:
    program = write_fake(tmp_path / "fake", f"print({XYCE_LOG!r})\n")
    assert simulated("xyce", program, tmp_path / "case").kind == FailureKind.OUTPUT_MISSING


def test_a_case_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    program = write_fake(tmp_path / "fake", "import time\ntime.sleep(60)\n")
    outcome = simulated("xyce", program, tmp_path / "case", timeout=0.5)
    assert outcome.kind == FailureKind.TIMEOUT


def test_a_program_that_is_not_there_is_told(tmp_path: Path) -> None:
    outcome = simulated("xyce", tmp_path / "nowhere", tmp_path / "case")
    assert outcome.kind == FailureKind.SPAWN_FAILED


def test_control_blocks_are_not_given_to_xyce(tmp_path: Path) -> None:
    outcome = simulated(
        "xyce", Path("true"), tmp_path / "case", DECK.replace(".end\n", ".control\nrun\n.endc\n.end\n")
    )
    assert outcome.kind == FailureKind.BAD_NETLIST


@pytest.mark.parametrize(
    ("name", "executable", "command"),
    [
        ("xyce", "/o/Xyce", ["/o/Xyce", "-p", "-r", "results.raw", "netlist.spice"]),
        ("hspice", "hspice", ["hspice", "-p", "-i", "netlist.spice", "-o", "hspice"]),
        ("ltspice", "/w/LTspice.exe", ["wine", "/w/LTspice.exe", "-p", "-Run", "-b", "netlist.net"]),
        ("ltspice", "ltspice", ["ltspice", "-p", "-Run", "-b", "netlist.net"]),
    ],
)
def test_command_lines(name: str, executable: str, command: list[str]) -> None:
    assert adapter_called(name).command(executable, ["-p"]) == command


def test_spectre_reads_a_deck_as_spice_unless_it_says_otherwise() -> None:
    spectre = adapter_called("spectre")
    assert spectre.deck("* x\n").startswith("simulator lang=spice\n")
    assert spectre.deck("simulator lang=spectre\n") == "simulator lang=spectre\n"


@pytest.mark.parametrize(
    ("name", "said", "version", "supported"),
    [
        ("xyce", "Xyce Release 7.8.0-opensource", "7.8.0", True),
        ("xyce", "Xyce Release 6.12", "6.12", False),
        ("spectre", "@(#)$CDS: spectre  version 23.1.0.305 64bit", "23.1.0.305", True),
        ("hspice", "HSPICE Version T-2022.06 linux64", "T-2022.06", True),
        ("ltspice", "LTspice 24.0.9 for Windows", "24.0.9", True),
        ("ltspice", "LTspice 26.0.1", "26.0.1", False),
    ],
)
def test_versions(name: str, said: str, version: str, supported: bool) -> None:
    adapter = adapter_called(name)
    assert adapter.version(said) == version
    assert (adapter.supports(version) == "") == supported


@pytest.mark.parametrize("name", NAMES)
def test_a_program_that_says_nothing_has_no_version(name: str) -> None:
    with pytest.raises(ToolMissing):
        adapter_called(name).version("hello")


def test_an_unknown_simulator_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UsageError, match="unknown simulator 'spice3'") as caught:
        adapter_called("spice3")
    assert "xyce" in str(caught.value.remedy)


def test_a_table_of_measurements_takes_its_first_row(tmp_path: Path) -> None:
    path = tmp_path / "x.mt0"
    path.write_text(
        "index temp x_load tr2f temper alter#\n1 -40 1e-13 5.7e-09 -40 2\n2 -40 2e-13 9.4e-09 -40 2\n"
    )
    assert read_measure_files([path]).values == {"temp": -40.0, "x_load": 1e-13, "tr2f": 5.7e-9}


@pytest.mark.parametrize("convert", [lambda values: values, lambda values: values * 1j])
def test_a_raw_file_comes_back_as_it_was_written(
    convert: Callable[[np.ndarray], np.ndarray], tmp_path: Path
) -> None:
    path = tmp_path / "x.raw"
    out = convert(np.array([0.0, 0.5, 0.9]))
    write_raw(path, {"frequency": np.array([1.0, 2.0, 3.0]), "V(out)": out})
    plot = RawFile.open(path).plots[0]
    assert np.array_equal(plot.trace("v(out)"), out)


class Quiet(Adapter):
    """An adapter of somebody else's package."""

    name = "quiet"


def test_adapters_of_other_packages_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simorc.simulators.others.registry.plugin_called", lambda group, name: Quiet)
    assert isinstance(adapter_called("quiet"), Quiet)
