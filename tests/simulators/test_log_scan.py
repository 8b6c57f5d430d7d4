"""What logs say, in ngspice's own words."""

from __future__ import annotations

import errno
import os

import pytest

from simorc.netlist.deck.deck import Deck
from simorc.simulators.ngspice.log.scan import last_progress, scan_log
from simorc.simulators.outcome import FailureKind

DECK = Deck.parse("t\nm1 d g 0 0 nmosx\nx1 a b amp w=1u\n.lib m.lib zz\n.inc nosuch.inc\n.op\n.end\n")


@pytest.mark.parametrize(
    ("log", "kind", "message"),
    [
        (
            "warning, can't find model 'nmosx' from line\n    m1 d g 0 0 nmosx\n",
            FailureKind.MISSING_MODEL,
            "model 'nmosx' not found (deck line 2: m1 d g 0 0 nmosx)",
        ),
        (
            "Error: unknown subckt: x1 a b amp w=1u\n",
            FailureKind.MISSING_MODEL,
            "subcircuit 'amp' not defined (deck line 3: x1 a b amp w=1u)",
        ),
        (
            "ERROR: library file m.lib, section definition zz not found\n",
            FailureKind.MISSING_FILE,
            "library 'm.lib' has no section 'zz' (deck line 4)",
        ),
        (
            "Error: Could not find include file nosuch.inc\n",
            FailureKind.MISSING_FILE,
            "include file 'nosuch.inc' not found (deck line 5)",
        ),
        (
            "Error on line 3 or its substitute:\n  r9 a 0 1k zzz=3\n  unknown parameter (zzz) \n",
            FailureKind.BAD_NETLIST,
            "unknown parameter (zzz) (r9 a 0 1k zzz=3)",
        ),
        (
            "Netlist line no. 3:\n Mismatch: 0 formal but 1 actual params.\n\nERROR: fatal error\n",
            FailureKind.BAD_NETLIST,
            "subcircuit called with 1 parameters, defined with 0 (deck line 3: x1 a b amp w=1u)",
        ),
        (
            "Netlist line no. 40:\n Mismatch: 0 formal but 2 actual params.\n",
            FailureKind.BAD_NETLIST,
            "subcircuit called with 2 parameters, defined with 0 (netlist line 40)",
        ),
        ("Undefined parameter [vx]\n", FailureKind.BAD_NETLIST, "parameter 'vx' is not defined"),
        (
            "    Simulation interrupted due to error!\n",
            FailureKind.BAD_NETLIST,
            "ngspice refused the deck: Simulation interrupted due to error!",
        ),
    ],
)
def test_refusals(log: str, kind: FailureKind, message: str) -> None:
    refused = scan_log(log.encode(), DECK).refused
    assert refused is not None
    assert (refused.kind, refused.message) == (kind, message)


@pytest.mark.parametrize(
    ("log", "kind", "message"),
    [
        (
            "doAnalyses: TRAN:  Timestep too small; time = 3.2e-06, timestep = 1e-20: "
            'trouble with node "x1.n3"',
            FailureKind.TIMESTEP_TOO_SMALL,
            "no convergence: timestep too small at t=3.2e-06s, trouble with node 'x1.n3'",
        ),
        (
            'doAnalyses: TRAN:  Timestep too small; initial timepoint: trouble with node "b1#branch"',
            FailureKind.TIMESTEP_TOO_SMALL,
            "no convergence: timestep too small at the first time point, trouble with node 'b1#branch'",
        ),
        (
            "Warning: singular matrix:  check node v1#branch\n\n"
            "doAnalyses: OP:  Timestep too small; cause unrecorded.",
            FailureKind.SINGULAR_MATRIX,
            "singular matrix: check node v1#branch (a loop of sources or a floating node)",
        ),
        ("run simulation(s) aborted", FailureKind.NO_CONVERGENCE, "no convergence: simulation aborted"),
    ],
)
def test_aborts(log: str, kind: FailureKind, message: str) -> None:
    aborted = scan_log(log.encode(), DECK).aborted
    assert aborted is not None
    assert (aborted.kind, aborted.message) == (kind, message)


def test_harmless_noise() -> None:
    noise = (
        b"Note: Starting dynamic gmin stepping\nWarning: Further gmin increment\n"
        b"Warning: singular matrix:  check node a\n"
    )
    said = scan_log(noise, DECK)
    assert said.refused is None and said.aborted is None and said.lack is None


def test_lack_of_memory_and_disk() -> None:
    memory = scan_log(b"Error: malloc: Internal Error: can't allocate 99 bytes.\n", DECK).lack
    disk = scan_log(b"write: No space left on device\n", DECK).lack
    assert memory is not None and memory.kind == FailureKind.OUT_OF_MEMORY
    assert disk is not None and disk.kind == FailureKind.OUT_OF_DISK


def test_last_progress() -> None:
    assert (
        last_progress(b" Reference value :  1.0e-04\r Reference value :  2.48728e-04\r Refer") == 2.48728e-4
    )
    assert last_progress(b"nothing") is None


@pytest.mark.parametrize(
    ("log", "kinds"),
    [
        (b"Warning: singular matrix:  check node a\n" * 3, {"singular_matrix": 3}),
        (b"stderr Warning: redefinition of .subckt s, ignored\r\n", {"redefinition": 1}),
        (b"".join(b"Warning: odd at %d\n" % number for number in range(10_000)), {"other": 10_000}),
        (b"Trying gmin =   1.0000E-03 Warning: singular matrix:  check node x\n", {"singular_matrix": 1}),
        (b" Reference value :  1e-9\rWarning: x: resistance to low, set to 1 mOhm\n", {"replaced_value": 1}),
        (b"gain_error          =  1.714492e-04\n", {}),
        (b"Error: (external)  no graphics interface;\n type 'help graphics'\n", {}),
        (
            b"Note: v1: has no value, DC 0 assumed\nWarning: v1: no DC value, transient time 0 value used\n",
            {},
        ),
        (b'Warning -- Level not specified on line "(vto=1)"\nUsing level 1.\n', {}),
        (b"Error: measure  tc  when(WHEN) : out of interval\n .meas tran tc when v(a)=5 failed!\n", {}),
    ],
    ids=lambda value: "" if isinstance(value, dict) else value[:24].decode(),
)
def test_warnings_by_kind(log: bytes, kinds: dict[str, int]) -> None:
    assert {str(each.kind): each.count for each in scan_log(log, DECK).warnings} == kinds


def test_reasons_of_measurements_that_differ_in_digits() -> None:
    log = (
        b"Error: measure  t1  when(WHEN) : out of interval\nError: measure  t2  max(TRIG) : no such vector\n"
    )
    assert scan_log(log, DECK).measures == {
        "t1": "when(WHEN): out of interval",
        "t2": "max(TRIG): no such vector",
    }


@pytest.mark.parametrize(
    ("command", "changed"), [("op\nfrob x", True), ("op\npre_frob x", True), ("op\nprint all", False)]
)
def test_a_command_of_the_deck_that_does_not_exist(command: str, changed: bool) -> None:
    """One of somebody's .spiceinit is a warning alone."""
    deck = Deck.parse(f"t\nr1 a 0 1k\n.control\n{command}\n.endc\n.end\n")
    said = scan_log(b"frob: no such command available in ngspice\n", deck)
    assert (said.changed is not None) == changed
    assert [str(each.kind) for each in said.warnings] == ["unknown_command"]


@pytest.mark.parametrize(
    "number", [errno.EIO, errno.EMFILE, errno.ESTALE, errno.EROFS, errno.ENOTCONN, errno.ENOLCK, errno.EAGAIN]
)
def test_errors_of_the_machine_have_their_number(number: int) -> None:
    lack = scan_log(f"Circuit: x\nresults.raw: {os.strerror(number)}\n".encode(), DECK).lack
    assert lack is not None
    assert lack.errno == number
    assert os.strerror(number) in lack.message


@pytest.mark.parametrize("line", ["doAnalyses: no such device", "Error: x1: No such device", "V1: read-only"])
def test_words_of_ngspice_are_no_errors_of_the_machine(line: str) -> None:
    assert scan_log(f"{line}\n".encode(), DECK).lack is None


@pytest.mark.parametrize(
    ("log", "message"),
    [
        ("Instance: a1   Message: cannot open file notab.dat\n", "data file 'notab.dat' of a1 not found"),
        (
            "Instance: a.x1.a2   Message: cannot open file data/my table.txt\n",
            "data file 'data/my table.txt' of a.x1.a2 not found",
        ),
        ("stdout Instance: a1   Message: cannot open file n.txt \n", "data file 'n.txt' of a1 not found"),
        (
            "Instance: a1   Message: \nERROR\n  D_STATE: failed to open state file.\n",
            "d_state: failed to open state file",
        ),
        (
            "Instance: a1   Message: \nERROR **\n D_SOURCE: source.in file was not read successfully. \n",
            "d_source: source.in file was not read successfully",
        ),
    ],
)
def test_a_file_of_data_that_a_code_model_does_not_find(log: str, message: str) -> None:
    missing = scan_log(log.encode(), DECK).missing
    assert missing is not None
    assert (missing.kind, missing.message) == (FailureKind.MISSING_FILE, message)


@pytest.mark.parametrize(
    ("log", "message"),
    [
        ("Instance: a1   Message: Not enough numbers in x row.\n", "a1: Not enough numbers in x row"),
        ("Instance: a1   Message: ../../mada/eno2.c: ng=2 is too big\n", "a1: eno2.c: ng=2 is too big"),
        ("Instance: a1   Message: eno2 initialization failure.\n", "a1: eno2 initialization failure"),
    ],
)
def test_data_that_a_code_model_cannot_use(log: str, message: str) -> None:
    missing = scan_log(log.encode(), DECK).missing
    assert missing is not None
    assert (missing.kind, missing.message) == (FailureKind.BAD_NETLIST, f"code model of {message}")


@pytest.mark.parametrize("log", ["Instance: a1   Message: table of 3 x 3\n", "Note: data file read\n"])
def test_other_words_of_code_models_are_no_missing_file(log: str) -> None:
    assert scan_log(log.encode(), DECK).missing is None


@pytest.mark.parametrize(
    ("log", "message"),
    [
        ("Instance: a1   Message: table of 3 x 3\n", "Instance: a1   Message: table of 3 x 3"),
        (
            "Instance: a2   Message: \nfrequency clipped\nto zero\n",
            "Instance: a2   Message: frequency clipped to zero",
        ),
        (
            "stdout Instance: x1.a1   Message: division by zero\n",
            "Instance: x1.a1   Message: division by zero",
        ),
    ],
)
def test_other_words_of_code_models_are_warnings(log: str, message: str) -> None:
    (warning,) = scan_log(log.encode(), DECK).warnings
    assert warning.message == " ".join(message.split())
