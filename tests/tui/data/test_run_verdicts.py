"""The sign of a run in the tree: violated specs are seen without opening it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from simorc.rundir.layout import find_runs
from simorc.rundir.summary import summarise
from simorc_tui.data.run_verdicts import RunVerdicts
from simorc_tui.theme.glyphs import UNICODE, run_glyph
from tests.tui.fake_run import FakeRun, ordinary_row

LIMIT = {
    "specs": {"gain": {"min": 76, "unit": "dB"}},
    "measurements": {"gain": {"unit": "dB"}},
    "inputs": {},
    "format": 1,
}


def test_finished_runs_are_judged_once_and_again_when_they_change(
    tmp_path: Path, make_run: Callable[..., FakeRun]
) -> None:
    run = make_run(45)
    run.layout.manifest.write_text(json.dumps(LIMIT))
    make_run(45, name="other_20261121120000", filled=3)
    verdicts = RunVerdicts(tmp_path)
    summaries = [summarise(layout) for layout in find_runs(tmp_path)]
    wanted = verdicts.wanted(summaries)
    assert [each.run for each in wanted] == [run.layout.name]
    low = sum(1 for row in map(ordinary_row, range(1, 46)) if isinstance(row[7], float) and row[7] < 76)
    assert verdicts.judge(wanted) == {run.layout.name: low} and low
    assert verdicts.wanted(summaries) == []
    run.set_meta(updated=2_000_000_000.0)
    assert len(verdicts.wanted([summarise(run.layout)])) == 1


def test_failed_before_violated_before_met() -> None:
    assert [run_glyph(UNICODE, "finished", *counts) for counts in ((1, 1), (0, 1), (0, 0))] == ["✗", "⚠", "✓"]
