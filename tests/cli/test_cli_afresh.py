"""Starting a sweep afresh, removing runs, and cases set to pending by hand."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest

from simorc.cli import removal
from simorc.cli.commands.running import run as run_command
from simorc.rundir.edited_metadata import edited_statuses
from simorc.rundir.layout import RunLayout, find_runs
from simorc.rundir.manifest import load_manifest
from simorc.rundir.metadata_csv import write_metadata
from simorc.rundir.notes import set_note
from simorc.rundir.retention import lock_run
from simorc.rundir.store.writer import Store

Simorc = Callable[..., Any]


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)


@pytest.fixture
def old_run(finished_run: RunLayout) -> RunLayout:
    """An earlier run of the sweep ``corners`` of the project."""
    old = finished_run.path.with_name("corners_20260102030405")
    finished_run.path.rename(old)
    return RunLayout(old)


def test_build_force_removes_the_earlier_runs_of_the_sweep(
    simorc: Simorc, project: Path, old_run: RunLayout
) -> None:
    printed = simorc("build", "corners", "--force", "--yes", "--project", project)
    assert printed.code == 0, printed.err
    assert [run.name for run in find_runs(project)] == [printed.out.strip()]
    assert f"removed {old_run.name}" in printed.err


def test_force_asks_first(
    simorc: Simorc, project: Path, old_run: RunLayout, monkeypatch: pytest.MonkeyPatch, terminal: None
) -> None:
    def no(*_: object, **__: object) -> None:
        raise click.Abort

    monkeypatch.setattr(click, "confirm", no)
    printed = simorc("build", "corners", "--force", "--project", project)
    assert printed.code == 4 and old_run.name in printed.err
    assert find_runs(project) == [old_run]


@pytest.mark.parametrize("command", ["build", "run"])
def test_force_without_anybody_to_ask(
    simorc: Simorc, project: Path, old_run: RunLayout, command: str
) -> None:
    printed = simorc(command, "corners", "--force", "--project", project)
    assert printed.code == 2 and "--yes" in printed.err
    assert find_runs(project) == [old_run]


def test_force_removes_nothing_where_nothing_can_be_built(
    simorc: Simorc, project: Path, old_run: RunLayout
) -> None:
    printed = simorc("build", "corners", "--force", "--yes", "--where", "temp > 999", "--project", project)
    assert printed.code == 2
    assert find_runs(project) == [old_run]


def test_force_keeps_locked_runs_and_other_sweeps(simorc: Simorc, project: Path, old_run: RunLayout) -> None:
    lock_run(old_run, "golden")
    printed = simorc("build", "corners", "--force", "--yes", "--project", project)
    assert printed.code == 0 and old_run.exists()
    assert "golden" in printed.err
    simorc("build", "spread", "--force", "--yes", "--project", project)
    assert len(find_runs(project)) == 3


@pytest.mark.parametrize(
    "arguments", [["corners", "--force", "--reuse", "last"], ["corners_20260102030405", "--force"]]
)
def test_force_is_for_new_runs(
    simorc: Simorc, project: Path, old_run: RunLayout, arguments: list[str]
) -> None:
    printed = simorc("run", *arguments, "--project", project)
    assert printed.code == 2 and "--force" in printed.err
    assert old_run.exists()


def test_clean_lists_state_size_age_and_note(
    simorc: Simorc, project: Path, old_run: RunLayout, monkeypatch: pytest.MonkeyPatch, terminal: None
) -> None:
    set_note(old_run, "before the fix")
    monkeypatch.setattr(click, "prompt", lambda *_, **__: "1")
    monkeypatch.setattr(click, "confirm", lambda *_, **__: True)
    printed = simorc("clean", "--project", project)
    header, row = printed.err.splitlines()[:2]
    assert header.split() == ["no", "run", "state", "completed", "cases", "size", "age", "note"]
    assert row.split()[:5] == ["1", old_run.name, "cancelled", "4", "6"]
    assert row.endswith("before the fix") and " kB " in row
    assert not old_run.exists()


def test_clean_all_asks_nobody_without_a_terminal(simorc: Simorc, project: Path, old_run: RunLayout) -> None:
    assert simorc("clean", "--all", "--project", project).code == 0
    assert not old_run.exists()


def test_clean_all_asks_in_a_terminal(
    simorc: Simorc, project: Path, old_run: RunLayout, monkeypatch: pytest.MonkeyPatch, terminal: None
) -> None:
    asked: list[object] = []
    monkeypatch.setattr(click, "confirm", lambda *words, **_: asked.append(words))
    assert simorc("clean", "--all", "--project", project).code == 0
    assert asked and not old_run.exists()


def test_clean_all_keeps_locked_runs(simorc: Simorc, project: Path, old_run: RunLayout) -> None:
    lock_run(old_run)
    printed = simorc("clean", "--all", "--project", project)
    assert printed.code == 0 and "locked" in printed.err
    assert old_run.exists()


@pytest.mark.parametrize(
    ("size", "text"), [(0, "0 B"), (812_000, "812 kB"), (1_440_000_000, "1.44 GB"), (999_900, "1000 kB")]
)
def test_sizes(size: int, text: str) -> None:
    assert removal.size_text(size) == text


def test_init_makes_the_directory_of_runs(project: Path) -> None:
    assert (project / "simulations").is_dir()


def table_of(layout: RunLayout, replaced: dict[int, str]) -> None:
    """The run's metadata.csv as its runner left it, then edited."""
    plan = load_manifest(layout).plan
    with Store(layout, plan) as store:
        store.set_meta(ended=time.time() - 60)
        store.flush()
        write_metadata(layout, plan, store.statuses.snapshot(), {})
    os.utime(layout.metadata_csv, (time.time() - 61,) * 2)
    if replaced:
        lines = layout.metadata_csv.read_text().splitlines()
        for case, status in replaced.items():
            number, _, rest = lines[case].split(",", 2)
            lines[case] = f"{number},{status},{rest}"
        layout.metadata_csv.write_text("\n".join(lines) + "\n")


@pytest.mark.parametrize(
    ("replaced", "again", "refused"),
    [
        ({}, (), ""),
        ({2: "pending", 4: "PENDING "}, (2, 4), ""),
        ({6: "pending"}, (), ""),
        ({4: "completed"}, (), "says completed of case 4, which is failed"),
        ({1: "pending", 6: "completed"}, (1,), "says completed of case 6, which is pending"),
    ],
)
def test_statuses_edited_by_hand(
    finished_run: RunLayout, replaced: dict[int, str], again: tuple[int, ...], refused: str
) -> None:
    table_of(finished_run, replaced)
    found = edited_statuses(finished_run)
    assert found.again == again
    assert refused in found.refused and bool(refused) == bool(found.refused)


def test_the_table_of_a_killed_runner_is_not_believed(finished_run: RunLayout) -> None:
    table_of(finished_run, {2: "pending"})
    with Store(finished_run, load_manifest(finished_run).plan) as store:
        store.set_meta(state="running")
        store.flush()
    found = edited_statuses(finished_run)
    assert not found.again and "--case 2" in found.refused


def test_a_case_set_to_pending_by_hand_is_run_again_with_what_is_left(
    simorc: Simorc, project: Path, finished_run: RunLayout, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[object] = []

    def start(layout: RunLayout, **options: object) -> None:
        started.append(options["cases"])

    monkeypatch.setattr(run_command, "start_runner", start)
    table_of(finished_run, {2: "pending"})
    printed = simorc("run", finished_run.name, "--detach", "--project", project)
    assert printed.code == 0, printed.err
    assert started == [[2, 4, 6]]
    assert "case 2 set to pending by hand" in printed.err
