"""Decks of cases that ngspice would misread are refused before it starts."""

from __future__ import annotations

from pathlib import Path

import anyio
import pytest

from simorc.simulators.job import Job
from simorc.simulators.ngspice.cold import Ngspice
from simorc.simulators.ngspice.refused_decks import refusal
from simorc.simulators.ngspice.session_way import WarmWay
from simorc.simulators.ngspice.slot_session import SessionLife
from simorc.simulators.ngspice.verified_decks import VerifiedDecks
from simorc.simulators.ngspice.worker import NgspiceWorker
from simorc.simulators.others.worker import UNHEARD
from simorc.simulators.outcome import FailureKind

SOUND = "t\nv1 a 0 1\n.param q=1 , r=2\n.op\n.end\n"
ENDLESS = SOUND.replace(" ,", ",")
LOST = SOUND.replace(".op", "x1 a 0 s w=1k ,l=2k\n.op")
DIGITS = SOUND.replace(".op", "r1 a 0 1k5\n.op")


def never() -> tuple[int, ...]:
    raise AssertionError("the version does not matter here")


@pytest.mark.parametrize(("version", "refused"), [((39,), 1), ((39, 3), 1), ((40,), 0), ((), 0)])
def test_a_card_without_end_is_refused_for_the_versions_that_read_it(
    tmp_path: Path, version: tuple[int, ...], refused: int
) -> None:
    message = refusal(ENDLESS, tmp_path, None, lambda: version)
    assert ("deck line 3:11: ngspice 39 reads this card without end" in message) == refused


def test_other_faults_are_refused_whatever_the_version(tmp_path: Path) -> None:
    assert "deck line 4:15: ngspice takes ',l'" in refusal(LOST, tmp_path, None, never)
    assert "deck line 4:8: '1k5' is not a number" in refusal(DIGITS, tmp_path, None, never)
    assert refusal(DIGITS.replace("1k5", "4k7"), tmp_path, None, never, resistor_codes=True) == ""
    assert refusal(SOUND, tmp_path, None, never) == ""


def test_included_files_of_the_run_are_checked_as_they_are_now(tmp_path: Path) -> None:
    case, inputs = tmp_path / "results" / "1", tmp_path / "inputs"
    case.mkdir(parents=True)
    inputs.mkdir()
    (inputs / "outer.inc").write_text(".include inner.inc\n")
    (inputs / "inner.inc").write_text(".subckt s a w=1\n.ends\n")
    deck = SOUND.replace(".op", ".include ../../inputs/outer.inc\nx1 a s\n.op")
    assert refusal(deck, case, tmp_path, never) == ""
    (inputs / "inner.inc").write_text(".subckt s a w=1 ,l=2\n.ends\n")
    assert refusal(deck, case, tmp_path, never).startswith("inputs/inner.inc:1:17: ngspice takes ',l'")
    assert refusal(deck, case, inputs / "other", never) == ""
    (inputs / "inner.inc").write_text(".subckt s a w=1\nr1 a 0 1k5\n.ends\n")
    assert refusal(deck, case, tmp_path, never).startswith("inputs/inner.inc:2:8: '1k5' is not a number")


@pytest.mark.parametrize("deck", [LOST, DIGITS])
@pytest.mark.parametrize("mode", ["auto", "off"])
def test_a_case_fails_at_once_and_no_simulator_starts(tmp_path: Path, deck: str, mode: str) -> None:
    simulator = Ngspice(executable="/nonexistent/ngspice")
    way = WarmWay("pipe")
    worker = NgspiceWorker(simulator, VerifiedDecks(mode, 0), tmp_path / ".warm" / "0", SessionLife(), way)
    (tmp_path / "1").mkdir()
    job = Job(1, tmp_path / "1", deck, marked=deck, siblings=9)
    outcome = anyio.run(worker.run, job, UNHEARD)
    assert (outcome.kind, outcome.warm) == (FailureKind.BAD_NETLIST, False)
    assert outcome.message.startswith("deck line 4:")
    assert not job.log.exists()
