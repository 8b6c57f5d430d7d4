"""The judge, from evidence alone."""

from __future__ import annotations

import signal
import struct
from pathlib import Path

import pytest

from simorc.netlist.deck.deck import Deck
from simorc.simulators.ngspice.log.scan import Complaint
from simorc.simulators.ngspice.verdict import Ending, judge
from simorc.simulators.outcome import FailureKind
from simorc.waveforms.rawfile import RawFile

DECK = Deck.parse("t\nr1 a 0 1k\n.tran 1n 2u\n.meas tran top max v(a)\n.end\n")
GOOD_LOG = b"top                 =  1.000000e+00 at=  1.000000e-06\n"
ABORTED = b"doAnalyses: TRAN:  Timestep too small; cause unrecorded.\n"


def tran(path: Path, stop: float, value: float = 1.0, points: int = 2) -> RawFile:
    head = "Title: t\nPlotname: Transient Analysis\nFlags: real\nNo. Variables: 2\n"
    head += f"No. Points: {points}\nVariables:\n\t0\ttime\ttime\n\t1\tv(a)\tvoltage\nBinary:\n"
    path.write_bytes(head.encode() + struct.pack("<4d", 0.0, 1.0, stop, value))
    return RawFile.open(path)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "results.raw"


@pytest.mark.parametrize("exit_code", [0, 1])
def test_all_evidence_there(path: Path, exit_code: int) -> None:
    outcome = judge(DECK, GOOD_LOG, tran(path, 2e-6), Ending(exit_code))
    assert (outcome.status, outcome.kind, dict(outcome.measurements)) == ("completed", None, {"top": 1.0})


@pytest.mark.parametrize(
    ("title", "warned"),
    [
        ("V1 a 0 dc 1", "looks like an element: V1 a 0 dc 1"),
        (".param r=1k", "looks like a card: .param r=1k"),
        ("* V1 a 0 dc 1", ""),
        (".title V1 a 0", ""),
        ("a plain title", ""),
    ],
)
def test_a_card_in_the_place_of_the_title_is_a_warning(path: Path, title: str, warned: str) -> None:
    deck = Deck.parse(f"{title}\n{DECK.text.partition(chr(10))[2]}")
    outcome = judge(deck, GOOD_LOG, tran(path, 2e-6), Ending(0))
    assert outcome.status == "completed"
    assert [each.message.partition("but it ")[2] for each in outcome.warnings] == ([warned] if warned else [])


def test_a_lie(path: Path) -> None:
    outcome = judge(DECK, b"all well\n", None, Ending(0))
    assert outcome.kind == FailureKind.OUTPUT_MISSING


def test_ends_early_without_a_word(path: Path) -> None:
    outcome = judge(DECK, GOOD_LOG, tran(path, 1.5e-6), Ending(0))
    assert outcome.kind == FailureKind.PARTIAL
    assert "ended at 1.5e-06s of 2e-06s" in outcome.message
    assert outcome.measurements == {"top": 1.0}


def test_ends_early_and_says_so(path: Path) -> None:
    outcome = judge(DECK, GOOD_LOG + ABORTED, tran(path, 1.5e-6), Ending(0))
    assert outcome.kind == FailureKind.TIMESTEP_TOO_SMALL
    assert "reached 1.5e-06s of 2e-06s" in outcome.message


@pytest.mark.parametrize(
    ("temperature", "status"),
    [
        *(("300000.000000", "failed"), ("1000.000000", "failed"), ("-273.200000", "failed")),
        *(("-300.000000", "failed"), ("-4000.000000", "failed"), ("999.000000", "completed")),
        *(("-273.150000", "completed"), ("-40.000000", "completed"), ("27.000000", "completed")),
    ],
)
def test_a_temperature_that_no_circuit_has_is_a_failure(path: Path, temperature: str, status: str) -> None:
    log = b"Doing analysis at TEMP = %b and TNOM = 27.000000\n" % temperature.encode()
    outcome = judge(DECK, log + GOOD_LOG, tran(path, 2e-6), Ending(0))
    assert outcome.status == status
    if status == "failed":
        assert outcome.kind == FailureKind.BAD_NETLIST and "\u00b0C" in outcome.message


PAUSED = b"doAnalyses: pause requested\n\ntran simulation interrupted\n"


@pytest.mark.parametrize(
    ("command", "status"),
    [
        ("stop when v(a) > 1", "completed"),
        ("step 10", "completed"),
        ("let lin-tstop = 1.5u", "completed"),
        ("let cut-tstop = 1.5u", "completed"),
        ("let stop = 3", "failed"),
        ("print v(a)", "failed"),
    ],
)
def test_a_transient_that_its_deck_shortens_is_complete(path: Path, command: str, status: str) -> None:
    deck = Deck.parse(f"t\nr1 a 0 1k\n.control\ntran 1n 2u\n{command}\n.endc\n.end\n")
    outcome = judge(deck, GOOD_LOG + PAUSED, tran(path, 1.5e-6), Ending(0))
    assert outcome.status == status
    assert outcome.kind in {None, FailureKind.PARTIAL}
    assert judge(deck, GOOD_LOG + ABORTED, tran(path, 1.5e-6), Ending(0)).status == "failed"


def test_torn_raw(path: Path) -> None:
    outcome = judge(DECK, GOOD_LOG, tran(path, 2e-6, points=9), Ending(0))
    assert outcome.kind == FailureKind.OUTPUT_MISSING and "2 of 9 points" in outcome.message


def test_values_that_are_no_numbers(path: Path) -> None:
    outcome = judge(DECK, GOOD_LOG, tran(path, 2e-6, float("nan")), Ending(0))
    assert outcome.kind == FailureKind.NO_CONVERGENCE and "not numbers" in outcome.message


def test_measurements_are_asked_for(path: Path) -> None:
    raw = tran(path, 2e-6)
    missing = judge(DECK, b"", raw, Ending(0))
    assert missing.kind == FailureKind.MEASUREMENT_MISSING and "top (not printed)" in missing.message
    assert judge(DECK, b"", raw, Ending(0), optional={"TOP"}).status == "completed"
    more = judge(DECK, GOOD_LOG, raw, Ending(0), requested=("gain",))
    assert more.kind == FailureKind.MEASUREMENT_MISSING and "gain" in more.message
    nan = judge(DECK, b"top = nan\n", raw, Ending(0))
    assert nan.kind == FailureKind.MEASUREMENT_MISSING and "it is nan" in nan.message


def test_another_analysis_has_no_plot(path: Path) -> None:
    deck = Deck.parse("t\nr1 a 0 1k\n.tran 1n 2u\n.ac dec 1 1 10\n.end\n")
    outcome = judge(deck, b"", tran(path, 2e-6), Ending(0))
    assert outcome.kind == FailureKind.OUTPUT_MISSING and "ac analysis (deck line 4)" in outcome.message


@pytest.mark.parametrize(
    ("number", "kind", "word"),
    [
        (signal.SIGSEGV, FailureKind.CRASHED, "SIGSEGV"),
        (signal.SIGKILL, FailureKind.OUT_OF_MEMORY, "SIGKILL"),
        (signal.SIGXFSZ, FailureKind.RAW_LIMIT, "raw_limit"),
    ],
)
def test_signals(number: int, kind: FailureKind, word: str) -> None:
    outcome = judge(DECK, b"", None, Ending(-number))
    assert outcome.kind == kind and word in outcome.message and outcome.exit_code == -number


def test_what_we_stopped_is_not_blamed_on_a_signal(path: Path) -> None:
    stopped = Complaint(FailureKind.TIMEOUT, "no end after 3 s")
    outcome = judge(DECK, GOOD_LOG, tran(path, 2e-6), Ending(-15, stopped))
    assert (outcome.kind, outcome.message) == (FailureKind.TIMEOUT, "no end after 3 s")


def test_out_of_memory_by_its_own_word() -> None:
    outcome = judge(DECK, b"Error: can't allocate 8 bytes\n", None, Ending(1))
    assert outcome.kind == FailureKind.OUT_OF_MEMORY
