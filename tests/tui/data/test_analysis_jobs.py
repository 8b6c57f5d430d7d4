"""Analyses as processes: their counts, their end, and cancelling one."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from simorc.analysis.costs import Cost
from simorc.errors import SimorcError
from simorc_tui.data.causes.jobs import AnalysisJobs, AnalysisProcess, costs_from

COST = Cost("offset", "mismatch", 14, 14, "3 random variables")


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """A shell script in the place of the command."""

    def write(script: str) -> None:
        path = tmp_path / "stand-in"
        path.write_text(f"#!/bin/sh\necho $* >{tmp_path}/called\n{script}\n")
        path.chmod(0o755)
        monkeypatch.setattr(sys, "executable", str(path))

    return write


async def test_counts_are_heard_and_notes_are_not(program: Callable[[str], None], tmp_path: Path) -> None:
    heard: list[int] = []
    program("(echo 'note: 2 random calls'; echo; echo 7 simulations; echo 14 simulations) >&2")
    await AnalysisProcess(tmp_path, COST, heard.append).run()
    assert heard == [7, 14]
    called = (tmp_path / "called").read_text().split()
    assert called == [
        "-m",
        "simorc",
        "--project",
        str(tmp_path),
        *["mismatch", "offset", "--progress", "--json"],
    ]


@pytest.mark.parametrize(("kind", "code", "stored"), [
    ("wcd", 3, True), ("wcd", 1, False), ("sensitivity", 1, True), ("yield", 2, False),
])  # fmt: skip
async def test_an_exit_code_says_whether_the_result_is_stored(
    program: Callable[[str], None], tmp_path: Path, kind: str, code: int, stored: bool
) -> None:
    program(f"echo 'simorc: no spec' >&2; exit {code}")
    process = AnalysisProcess(tmp_path, Cost("offset", kind), lambda count: None)  # type: ignore[arg-type]
    if stored:
        await process.run()
    else:
        with pytest.raises(SimorcError, match=f"{kind} offset: no spec"):
            await process.run()
    assert ("--devices" in (tmp_path / "called").read_text()) == (kind == "sensitivity")


async def test_cancelling_terminates_the_process(program: Callable[[str], None], tmp_path: Path) -> None:
    program("trap 'kill $!; exit 4' TERM; sleep 60 2>&- >&- & echo 1 simulations >&2; wait")
    jobs = AnalysisJobs(lambda cost, heard: AnalysisProcess(tmp_path, cost, heard))
    seen: list[int] = []

    def changed() -> None:
        if jobs.progress is not None:
            seen.append(jobs.progress.done)
            if jobs.progress.done:
                jobs.cancel()

    jobs.changed = changed
    assert await jobs.run(COST) is False
    assert seen == [0, 1] and jobs.progress is None


async def test_one_analysis_at_a_time() -> None:
    async def nested() -> None:
        with pytest.raises(SimorcError, match="mismatch offset is under way"):
            await jobs.run(Cost("offset", "wcd"))

    class Nesting:
        cancelled = False
        run = staticmethod(nested)

    jobs = AnalysisJobs(lambda cost, heard: Nesting())  # type: ignore[arg-type, return-value]
    assert await jobs.run(COST) is True


async def test_a_program_that_cannot_be_started_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "nothing"))
    jobs = AnalysisJobs(lambda cost, heard: AnalysisProcess(tmp_path, cost, heard))
    with pytest.raises(SimorcError, match="cannot be started: No such file"):
        await jobs.run(COST)
    assert jobs.progress is None


def test_costs_are_read_back() -> None:
    import json

    written = json.dumps([{**COST.to_json(), "stored_utc": "2026-01-01"}])
    assert costs_from(written) == [COST]
    assert (COST.text, Cost("a", "wcd", 1200, 1300).text) == ("14 simulations", "1,200 to 1,300 simulations")
