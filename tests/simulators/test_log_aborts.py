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


def test_a_card_of_an_analysis_that_is_not_done() -> None:
    deck = Deck.parse("* t\nR1 a 0 1\n.op\n.meas ac gain max vdb(a)\n.end\n")
    assert meas_reasons(lines_of(""), deck) == {"gain": "no ac analysis in the deck"}
    unknown = Deck.parse("* t\nR1 a 0 1\n.include 'more.spice'\n.op\n.meas ac gain max vdb(a)\n.end\n")
    assert meas_reasons(lines_of(""), unknown) == {}, "the included file may request the analysis"
