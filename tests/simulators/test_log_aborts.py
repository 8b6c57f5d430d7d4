"""Aborted analyses and failed .meas cards, from the lines of a log."""

from __future__ import annotations

import pytest

from simorc.netlist.deck.deck import Deck
from simorc.simulators.ngspice.log.aborts import aborted_in
from simorc.simulators.ngspice.log.lines import LogLines
from simorc.simulators.ngspice.log.meas_reasons import meas_reasons
from simorc.simulators.outcome import FailureKind

DECK = Deck.parse("* t\nV1 in 0 1\nR1 in out 1k\n.tran 1n 1u\n.meas tran tc when v(out)=WHEN\n.end\n")


def lines_of(text: str) -> LogLines:
    return LogLines(text.encode())


def test_a_log_without_an_abort_has_no_complaint() -> None:
    assert aborted_in(lines_of("Warning: something\nNo. of Data Rows : 10\n"), DECK) is None


@pytest.mark.parametrize(
    ("log", "kind", "message"),
    [
        (
            'doAnalyses: TRAN: Timestep too small; time = 3.2e-07, timestep = 1e-19: trouble with node "out"',
            FailureKind.TIMESTEP_TOO_SMALL,
            "no convergence: timestep too small at t=3.2e-07s, trouble with node 'out'",
        ),
        (
            'doAnalyses: TRAN:  Timestep too small; initial timepoint: trouble with node "out"',
            FailureKind.TIMESTEP_TOO_SMALL,
            "no convergence: timestep too small at the first time point, trouble with node 'out'",
        ),
        (
            "Warning: singular matrix:  check node x1.n3\ndoAnalyses: iteration limit reached",
            FailureKind.SINGULAR_MATRIX,
            "singular matrix: check node x1.n3 (a loop of sources or a floating node)",
        ),
        (
            "doAnalyses: iteration limit reached",
            FailureKind.NO_CONVERGENCE,
            "no convergence: iteration limit reached",
        ),
        ("run simulation(s) aborted", FailureKind.NO_CONVERGENCE, "no convergence: simulation aborted"),
        ("doAnalyses: not supported", FailureKind.BAD_NETLIST, "not supported"),
        ("doAnalyses: Input is shorted", FailureKind.BAD_NETLIST, "Input is shorted"),
        (
            "ERROR: (external)  no graphics interface;\ndoAnalyses: The input signal is shorted on the way",
            FailureKind.BAD_NETLIST,
            "The input signal is shorted on the way",
        ),
        (
            "Warning: v1: no value\n" + "\n" * 9 + "doAnalyses: No source with f2 distortion input",
            FailureKind.BAD_NETLIST,
            "No source with f2 distortion input",
        ),
        (
            "Warning: Noise input source v1 has no AC\n \ndoAnalyses: ac input not found",
            FailureKind.BAD_NETLIST,
            "Noise input source v1 has no AC",
        ),
        (
            "Error: TSTOP is invalid, must be greater than zero.\nin   .tran 1u\ntran simulation(s) aborted",
            FailureKind.BAD_NETLIST,
            "TSTOP is invalid, must be greater than zero.",
        ),
        (
            "Warning: a model is old\nrun simulation(s) aborted",
            FailureKind.NO_CONVERGENCE,
            "no convergence: simulation aborted",
        ),
        ("doAnalyses: out of memory", FailureKind.OUT_OF_MEMORY, "out of memory: out of memory"),
        ("doAnalyses: matrix is singular", FailureKind.NO_CONVERGENCE, "no convergence: matrix is singular"),
    ],
)
def test_the_reason_of_an_abort(log: str, kind: FailureKind, message: str) -> None:
    complaint = aborted_in(lines_of(log), DECK)
    assert complaint is not None
    assert (complaint.kind, complaint.message) == (kind, message)


def test_what_was_printed_before_a_code_is_the_cause() -> None:
    log = 'Fatal error: resistor named "r9" is not in the circuit\ndoAnalyses: not found\n'
    complaint = aborted_in(lines_of(log), DECK)
    assert complaint is not None and complaint.kind == FailureKind.BAD_NETLIST
    assert "source r9 is not in the circuit" in complaint.message


def test_why_a_meas_failed() -> None:
    assert meas_reasons(lines_of("Error: measure  tc  when(WHEN) : out of interval\n"), DECK) == {
        "tc": "when(WHEN): out of interval"
    }
    log = "Error: measure  TC failed:\n        function 'deriv' currently not supported\n"
    assert meas_reasons(lines_of(log), DECK) == {"tc": "function 'deriv' currently not supported"}
    log = "Error: undefined parameter [when]\n"
    assert meas_reasons(lines_of(log), DECK) == {"tc": "'when' is not defined"}


def test_a_card_computed_from_a_failed_one_names_that_one() -> None:
    deck = Deck.parse(
        "* t\n.tran 1u 1m\n.meas tran a when v(o)=3\n.meas tran b param='a*2'\n.meas tran c param='b+a'\n"
    )
    log = (
        "Error: measure  a  when(WHEN) : out of interval\n"
        "Error: undefined parameter [a]\nError: undefined parameter [b]\n"
    )
    assert meas_reasons(lines_of(log), deck) == {
        "a": "when(WHEN): out of interval",
        "b": "'a' is not defined",
        "c": "'a' is not defined",
    }


def test_a_card_of_an_analysis_that_is_not_done() -> None:
    deck = Deck.parse("* t\nR1 a 0 1\n.op\n.meas ac gain max vdb(a)\n.end\n")
    assert meas_reasons(lines_of(""), deck) == {"gain": "no ac analysis in the deck"}
    unknown = Deck.parse("* t\nR1 a 0 1\n.include 'more.spice'\n.op\n.meas ac gain max vdb(a)\n.end\n")
    assert meas_reasons(lines_of(""), unknown) == {}, "the included file may request the analysis"
