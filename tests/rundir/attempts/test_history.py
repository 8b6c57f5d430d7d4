"""Attempts of a run from its attempt log and its store, either of which may be incomplete."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from simorc.rundir.attempts.history import key_of, together, traced_attempts
from simorc.rundir.store.finished import Finished
from simorc.simulators.outcome import FailureKind, Outcome

LINE: dict[str, object] = {
    "stage": "simulate",
    "seq": 1,
    "case_id": 2,
    "attempt": 1,
    "status": "failed",
    "kind": "timeout",
    "message": "too slow",
    "action": "retry",
    "warm": True,
    "cold_why": None,
    "rung": None,
    "started": 10.5,
    "seconds": 2.0,
    "place": "here",
    "warnings": [],
    "fingerprint": 7,
    "metrics": {"g": 1},
}


def attempt(case_id: int, number: int, started: float, **values: float) -> Finished:
    outcome = Outcome("completed", measurements=values)
    return Finished(case_id, number, outcome, "done", True, started, "here")


def test_a_line_is_an_attempt_with_its_verdict(tmp_path: Path) -> None:
    path = tmp_path / "trace.jsonl"
    path.write_text(json.dumps(LINE) + "\n")
    (found,) = traced_attempts(path, total=2)
    assert key_of(found) == (2, 1) and not found.final and found.circuit == 1
    assert found.outcome.kind is FailureKind.TIMEOUT and found.outcome.measurements == {"g": 1.0}
    assert (found.outcome.warm, found.outcome.fingerprint, found.started) == (True, 7, 10.5)


@pytest.mark.parametrize(
    "change",
    [
        {"case_id": 3},
        {"case_id": 0},
        {"attempt": 0},
        {"stage": "measure"},
        {"status": "fine"},
        {"kind": "boredom"},
        {"metrics": {"g": "high"}},
        {"metrics": None},
        {"started": "noon"},
        {"case_id": 1e400},
    ],
)
def test_invalid_lines_are_skipped_and_the_others_are_read(tmp_path: Path, change: dict[str, object]) -> None:
    path = tmp_path / "trace.jsonl"
    lines = [json.dumps({**LINE, **change}), "{broken", "[]", json.dumps(LINE)]
    path.write_text("\n".join(lines))
    assert [key_of(found) for found in traced_attempts(path, total=2)] == [(2, 1)]


def test_no_attempt_log_means_no_attempts(tmp_path: Path) -> None:
    assert list(traced_attempts(tmp_path / "none", 5)) == []
    (tmp_path / "directory").mkdir()
    assert list(traced_attempts(tmp_path / "directory", 5)) == []


def test_an_attempt_counts_if_either_has_it() -> None:
    found = together([attempt(1, 1, 1.0)], [attempt(2, 1, 2.0)])
    assert [key_of(each) for each in found] == [(1, 1), (2, 1)]


def test_the_store_counts_for_values_unless_it_has_none() -> None:
    traced, measured_again = attempt(1, 1, 1.0, gain=1.0), attempt(1, 1, 1.0, gain=2.0)
    assert together([traced], [measured_again]) == [measured_again]
    assert together([traced], [attempt(1, 1, 1.0)]) == [traced]


def test_attempts_of_a_case_keep_their_order_though_the_clock_was_set_back() -> None:
    found = together([attempt(1, 2, 3.0), attempt(2, 1, 6.0), attempt(1, 1, 5.0)], [])
    assert [key_of(each) for each in found] == [(1, 1), (1, 2), (2, 1)]
