"""Labels and notes of runs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from simorc.errors import RunNotFound, UsageError
from simorc.rundir.layout import RunLayout, find_run
from simorc.rundir.notes import RunNotes, notes_of, set_label, set_note, shown_name


def made(root: Path, name: str) -> RunLayout:
    layout = RunLayout(root / "simulations" / name)
    layout.path.mkdir(parents=True)
    layout.manifest.write_text("{}")
    return layout


def test_a_label_is_shown_and_found_with_and_without_the_sweep(tmp_path: Path) -> None:
    run = made(tmp_path, "pvt_20260101000000")
    made(tmp_path, "pvt_20260102000000")
    set_label(run, "golden")
    set_note(run, "before the mirror was widened")
    assert shown_name(run) == "pvt_golden"
    assert find_run(tmp_path, "golden") == find_run(tmp_path, "pvt_golden") == run
    assert find_run(tmp_path, run.name) == run
    assert find_run(tmp_path, "pvt") != run  # the newest run of the sweep, as before
    assert notes_of(run) == RunNotes("golden", "before the mirror was widened")
    set_label(run, "")
    assert shown_name(run) == run.name
    with pytest.raises(RunNotFound):
        find_run(tmp_path, "golden")
    set_note(run, "")
    assert not run.remarks.exists()


@pytest.mark.parametrize(
    "label", ["last", ".x", "-x", "a b", "a/b", "../x", "x" * 65, "\x1b[2J", "pvt", "ac", "20260102", "grün"]
)
def test_a_label_that_is_unsafe_or_means_something_else_is_refused(tmp_path: Path, label: str) -> None:
    run = made(tmp_path, "pvt_20260101000000")
    made(tmp_path, "pvt_20260102000000")
    made(tmp_path, "ac_20260102000000")
    with pytest.raises(UsageError):
        set_label(run, label)
    assert not run.remarks.exists()


def test_a_label_belongs_to_one_run(tmp_path: Path) -> None:
    first, second = made(tmp_path, "pvt_20260101000000"), made(tmp_path, "ac_20260102000000")
    set_label(first, "golden")
    with pytest.raises(UsageError, match="is in use"):
        set_label(second, "golden")
    set_label(first, "golden")  # its own it may keep


@pytest.mark.parametrize("text", ["", "[]", '{"label": 3, "note": []}', '{"label": "../x"}', "\x00"])
def test_a_hostile_file_says_nothing(tmp_path: Path, text: str) -> None:
    run = made(tmp_path, "pvt_20260101000000")
    run.remarks.write_text(text)
    assert notes_of(run) == RunNotes()
    assert shown_name(run) == run.name
    assert find_run(tmp_path, "pvt") == run


def test_json_names_only_what_was_said(tmp_path: Path) -> None:
    run = made(tmp_path, "pvt_20260101000000")
    set_note(run, "  kept  ")
    assert json.loads(run.remarks.read_text()) == {"note": "kept"}
    with pytest.raises(UsageError):
        set_note(run, "x" * 3000)
