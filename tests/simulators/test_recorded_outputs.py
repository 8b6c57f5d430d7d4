"""Outputs in the words of real simulators: what is a failure, of which kind, and what only looks like one."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from simorc.simulators.others.measure_files import read_measure_files
from simorc.simulators.others.registry import adapter_called
from simorc.simulators.outcome import FailureKind
from simorc.waveforms.rawfile import RawFile
from tests.simulators.fake_programs import leaves, simulated, write_fake

XYCE_END = """\
***** Solution Summary *****
\tNumber Successful Steps Taken:\t\t433
\tNumber Failed Steps Attempted:\t\t43
***** Total Simulation Solvers Run Time: 0.0102479 seconds
***** Total Elapsed Run Time:            0.327755 seconds
*****
***** End of Xyce(TM) Simulation
*****
"""
SPECTRE_END = "spectre completes with 0 errors, 1 warning, and 2 notices.\n"
HSPICE_END = ">info:         ***** hspice job concluded\n           job total runtime         0.09 seconds\n"

FAILURES = [
    (
        "xyce",
        "Netlist error in file netlist.spice at or near line 14\n Device instance R1: Could not find R\n"
        "Simulation aborted due to error.  There are 0 MSG_FATAL errors and 1 MSG_ERROR errors\n"
        "*** Xyce Abort ***\n",
        FailureKind.BAD_NETLIST,
        "Could not find R",
    ),
    (
        "xyce",
        "Time step too small near step number: 181  Exiting transient loop.\n" + XYCE_END,
        FailureKind.TIMESTEP_TOO_SMALL,
        "near step number: 181",
    ),
    (
        "xyce",
        "DC Operating Point Failed.  Exiting transient loop\n" + XYCE_END,
        FailureKind.NO_CONVERGENCE,
        "Operating Point Failed",
    ),
    (
        "ltspice",
        'Error on line 2 : s1 n003 n001 n002 0 sw Unable to find definition of model "sw"\n',
        FailureKind.MISSING_MODEL,
        '"sw"',
    ),
    (
        "ltspice",
        "Direct Newton iteration failed to find operating point.\nStarting Gmin stepping\n"
        "Gmin stepping failed to find operating point.\nTotal elapsed time: 0.1 seconds.\n",
        FailureKind.NO_CONVERGENCE,
        "failed to find",
    ),
    (
        "ltspice",
        'Fatal Error: Analysis: Time step too small; time = 1.2, timestep = 1e-15: trouble with node "n1"\n',
        FailureKind.TIMESTEP_TOO_SMALL,
        'node "n1"',
    ),
    ("ltspice", "Fatal Error: No analysis specified.\n", FailureKind.BAD_NETLIST, "No analysis"),
    (
        "spectre",
        "Error found by spectre during circuit read-in.\n"
        '    ERROR (SFE-23): "netlist.spice" 60: The instance `L4\' is referencing an undefined model or'
        " subcircuit, `spiral'.\nspectre completes with 1 error, 0 warnings, and 0 notices.\n",
        FailureKind.MISSING_MODEL,
        "`spiral'",
    ),
    (
        "spectre",
        "ERROR (SPECTRE-16080): Cannot print DC solution because DC did not converge.\n"
        "spectre terminated prematurely due to fatal error.\n",
        FailureKind.NO_CONVERGENCE,
        "did not converge",
    ),
    (
        "spectre",
        "ERROR (CMI-2116): subckt `top': device `M2': Too few terminals: 0 < 4\n"
        "spectre completes with 1 error, 0 warnings, and 0 notices.\n",
        FailureKind.BAD_NETLIST,
        "Too few terminals",
    ),
    (
        "hspice",
        "lic: Cannot find license file.\nlic: Unable to checkout (hspice)\n***** hspice job aborted *****\n",
        FailureKind.SPAWN_FAILED,
        "license file",
    ),
    (
        "hspice",
        '**error** Definition of model/subckt "pmos_typo" is not found for the element "m1"\n'
        ">error ***** hspice job aborted\n",
        FailureKind.MISSING_MODEL,
        "pmos_typo",
    ),
    (
        "hspice",
        "**error** internal timestep too small in transient analysis\n>info: ***** hspice job aborted\n",
        FailureKind.TIMESTEP_TOO_SMALL,
        "internal timestep",
    ),
]


@pytest.mark.parametrize(("name", "said", "kind", "words"), FAILURES)
def test_a_failure_has_its_kind_and_the_line_that_says_why(
    name: str, said: str, kind: FailureKind, words: str, tmp_path: Path
) -> None:
    program = write_fake(tmp_path / "fake", leaves({}, said) + "sys.exit(1)\n")
    outcome = simulated(name, program, tmp_path / "case")
    assert (outcome.status, outcome.kind) == ("failed", kind), outcome.message
    assert words in outcome.message


HARMLESS = [
    (
        "xyce",
        {"netlist.spice.mt0": "VMAX = 1\n"},
        "Linear system is numerically singular, retrying\n" + XYCE_END,
    ),
    (
        "spectre",
        {"netlist.measure": "vmax = 1\n"},
        "License pool: checkout failed, trying the next one.\nMatrix is singular (detected at `x').\n"
        "Trying `homotopy = gmin' for initial conditions.\nNo convergence difficulties were encountered.\n"
        + SPECTRE_END,
    ),
    (
        "hspice",
        {"hspice.mt0": "$DATA1 SOURCE='HSPICE'\n.TITLE 'x'\n vmax temper alter#\n 1.0 25.0 1\n"},
        "**warning** no convergence with the default method; trying pseudo-transient\n" + HSPICE_END,
    ),
]


@pytest.mark.parametrize(("name", "files", "said"), HARMLESS)
def test_difficulties_that_were_overcome_are_no_failure(
    name: str, files: dict[str, str], said: str, tmp_path: Path
) -> None:
    outcome = simulated(name, write_fake(tmp_path / "fake", leaves(files, said)), tmp_path / "case")
    assert outcome.status == "completed", outcome.message


def test_ltspice_finding_its_operating_point_by_stepping_is_no_failure(tmp_path: Path) -> None:
    log = (
        "Circuit: * rc\n\nDirect Newton iteration failed to find .op point. (Use .option noopiter to skip.)\n"
        "Starting Gmin stepping\nGmin = 10\nSingular matrix: check node n1\nvernier = 0.5\n"
        "Gmin stepping succeeded in finding the operating point.\n\nvmax: MAX(v(out))=0.95 FROM 0 TO 1e-06\n"
        "Total elapsed time: 0.013 seconds.\n"
    )
    head = (
        "Title: * rc\nDate: x\nPlotname: Transient Analysis\nFlags: real forward double\n"
        "No. Variables: 2\nNo. Points:            2\nOffset:   0.0\nCommand: LTspice 24.1.10\n"
        "Variables:\n\t0\ttime\ttime\n\t1\tV(out)\tvoltage\nBinary:\n"
    )
    rows = struct.pack("<4d", 0.0, 0.0, 1e-6, 0.95)
    body = (
        f"Path('netlist.log').write_text({log!r})\n"
        f"Path('netlist.raw').write_bytes({head.encode('utf-16-le') + rows!r})\n"
    )
    outcome = simulated("ltspice", write_fake(tmp_path / "fake", body), tmp_path / "case")
    assert outcome.status == "completed", outcome.message
    plot = RawFile.open(tmp_path / "case" / "results.raw").plots[0]
    assert plot.trace("v(out)")[-1] == 0.95, "double precision is kept"


def test_waveforms_as_spectre_writes_them(tmp_path: Path) -> None:
    """The first variable beside its key, bare names, rows that run over two lines."""
    path = tmp_path / "results.raw"
    path.write_text(
        "Title: rc\nPlotname: DC Analysis `dcOp'\nFlags: real\nNo. Variables: 1\nNo. Points: 1\n"
        "Variables:\t0\tout\tV\nValues:\n 0\t1.0\n\n"
        "Title: rc\nPlotname: Transient Analysis `tran': time = (0 s -> 1 us)\nFlags: real\n"
        "No. Variables:     3\nNo. Points:     2\nVariables:\t0\ttime\ts\n\t1\tout\tV\n\t2\tV1:p\tA\n"
        "Values:\n 0\t0.0 0.0\n -1e-3\n 1\t1e-6 0.95\n -5e-5\n"
    )
    plot = RawFile.open(path).plots[1]
    assert list(plot.trace("v(out)")) == [0.0, 0.95]
    assert list(plot.trace("i(v1)")) == [-1e-3, -5e-5]


def test_measurements_in_a_table_that_is_wrapped(tmp_path: Path) -> None:
    path = tmp_path / "hspice.mt0"
    path.write_text(
        "$DATA1 SOURCE='HSPICE' VERSION='Q-2020.03' PARAM_COUNT=1\n.TITLE 'margins'\n"
        " vbl_sweep           read_margin         write_margin        hold_current\n"
        " leak_current        temper              alter#\n"
        " 0.600000000e+00     1.234500000e-01     failed              1.100000000e-06\n"
        " 0.0                 2.500000000e+01     1.000000000e+00\n"
    )
    found = read_measure_files([path])
    assert found.values["hold_current"] == 1.1e-6
    assert found.values["leak_current"] == 0.0
    assert found.failed == {"write_margin"}


@pytest.mark.parametrize(
    ("name", "said", "version"),
    [
        (
            "hspice",
            " ****** PrimeSim HSPICE -- S-2021.09-SP2 linux64 (Feb 24 2022 7505118) ******",
            "S-2021.09-SP2",
        ),
        ("hspice", " ****** HSPICE -- F-2011.09-SP2 32-BIT (Feb 27 2012) linux ******", "F-2011.09-SP2"),
        ("spectre", "@(#)$CDS: spectre  version 21.1.0 64bit 12/01/2023 07:24 (csvcm36c-1) $", "21.1.0"),
        ("xyce", "Xyce Release 7.10.0-opensource", "7.10.0"),
    ],
)
def test_versions_as_the_programs_say_them(name: str, said: str, version: str) -> None:
    adapter = adapter_called(name)
    assert adapter.version(said) == version
    assert bool(adapter.supports(version)) == (version == "F-2011.09-SP2")


@pytest.mark.parametrize(
    ("name", "card"),
    [("xyce", ".STEP R 1 2 1"), ("ltspice", ".step param R 1 2 1"), ("hspice", ".alter slow")],
)
def test_a_deck_that_sweeps_by_itself_is_refused(name: str, card: str, tmp_path: Path) -> None:
    deck = f"* rc\nr1 a 0 1\n{card}\n.end\n"
    outcome = simulated(name, tmp_path / "nowhere", tmp_path / "case", deck)
    assert outcome.kind == FailureKind.BAD_NETLIST
    assert "contains its own sweep" in outcome.message


def test_xyce_is_told_not_to_report_its_use(tmp_path: Path) -> None:
    body = "import os\nassert os.environ['XYCE_NO_TRACKING'] == '1'\n"
    program = write_fake(tmp_path / "fake", body + leaves({"netlist.spice.mt0": "VMAX = 1\n"}, XYCE_END))
    assert simulated("xyce", program, tmp_path / "case").status == "completed"
