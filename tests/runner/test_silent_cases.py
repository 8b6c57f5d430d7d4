"""Cases that nothing is heard of are told once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from simorc.rundir.layout import RunLayout
from simorc.rundir.run_settings import RunSettings
from simorc.runner.silent_cases import SILENT_AFTER, SilentCases

STARTED = 1_000_000.0
LATE = STARTED + SILENT_AFTER


def reported(silent: SilentCases, now: float, attempt: int = 1) -> list[int]:
    return [case_id for case_id, _ in silent.look({7: (attempt, STARTED)}, now)]


def test_an_attempt_is_told_once(tmp_path: Path) -> None:
    silent = SilentCases(RunLayout(tmp_path), RunSettings())
    assert reported(silent, LATE - 10) == []
    assert reported(silent, LATE) == [7]
    assert reported(silent, LATE + 60) == []
    assert reported(silent, LATE + 120, attempt=2) == [7]


def test_progress_and_output_count(tmp_path: Path) -> None:
    layout = RunLayout(tmp_path)
    silent = SilentCases(layout, RunSettings())
    silent.moved(7, 0.5, STARTED + 100)
    silent.moved(7, 0.5, STARTED + 250)
    assert reported(silent, LATE) == []
    assert reported(silent, LATE + 100) == [7]
    layout.case_dir(7).mkdir(parents=True)
    layout.log(7).touch()
    os.utime(layout.log(7), (LATE, LATE))
    assert reported(silent, LATE + 200, attempt=2) == []


@pytest.mark.parametrize("settings", [RunSettings(timeout=9.0), RunSettings(stuck=9.0)])
def test_limits_end_such_cases_themselves(tmp_path: Path, settings: RunSettings) -> None:
    assert reported(SilentCases(RunLayout(tmp_path), settings), LATE) == []
