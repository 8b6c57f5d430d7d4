"""A run directory that is moved or removed while its run goes on; what a probe of the machine says."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from simorc.rundir.layout import RunLayout
from simorc.runner.machine import presence as presence_module
from simorc.runner.machine.presence import Presence, remove_stub
from simorc.runner.machine.probes import MachineProbes
from simorc.runner.preparation import clear_case


@pytest.fixture
def layout(tmp_path: Path) -> RunLayout:
    layout = RunLayout(tmp_path / "simulations" / "s_20260101000000")
    layout.results.mkdir(parents=True)
    for file in (layout.manifest, layout.database):
        file.touch()
    return layout


@pytest.fixture
def presence(layout: RunLayout) -> Iterator[Presence]:
    with closing(Presence(layout)) as presence:
        yield presence


def test_a_run_is_moved_and_comes_back(layout: RunLayout, presence: Presence) -> None:
    elsewhere = layout.path.with_name("elsewhere")
    assert presence.look() == "here" and not presence.complaint()
    layout.path.rename(elsewhere)
    assert presence.look() == "moved" and "move it back" in presence.complaint()
    layout.path.mkdir()
    assert presence.look() == "moved"  # another directory of the name is another run
    layout.path.rmdir()
    elsewhere.rename(layout.path)
    assert presence.look() == "here"


def test_a_removed_run_is_known_by_its_directory_or_by_its_files(
    layout: RunLayout, presence: Presence
) -> None:
    layout.manifest.unlink()
    assert presence.look() == "here"  # damaged, which is not removed
    layout.database.unlink()
    assert presence.look() == "removed"
    shutil.rmtree(layout.path)
    assert presence.look() == "removed"


def test_a_run_that_is_moved_in_the_middle_of_a_look_is_not_removed(
    layout: RunLayout, presence: Presence, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = presence_module._identity

    def seen_and_moved(stats: os.stat_result) -> tuple[int, int]:
        layout.path.rename(layout.path.with_name("elsewhere"))
        return seen(stats)

    monkeypatch.setattr(presence_module, "_identity", seen_and_moved)
    assert presence.look() == "here"
    monkeypatch.undo()
    assert presence.look() == "moved"


def test_no_case_is_prepared_where_the_run_was(layout: RunLayout, presence: Presence) -> None:
    shutil.rmtree(layout.results)
    clear_case(layout.case_dir(1))
    assert layout.case_dir(1).is_dir()
    shutil.rmtree(layout.path)
    with pytest.raises(FileNotFoundError):
        clear_case(layout.case_dir(1))
    assert MachineProbes(layout, presence=presence).trouble()
    assert not layout.path.exists()


def test_a_stub_is_removed_and_what_a_person_put_there_is_not(layout: RunLayout) -> None:
    for case_id in (1, 2):
        layout.case_dir(case_id).mkdir()
        layout.log(case_id).touch()
    layout.runner_json.touch()
    remove_stub(layout, lambda case_id: case_id == 1)
    assert layout.log(2).exists() and not layout.case_dir(1).exists() and not layout.runner_json.exists()
    remove_stub(layout, lambda case_id: True)
    assert layout.path.exists()  # manifest and store are not the runner's to remove
    layout.manifest.unlink()
    layout.database.unlink()
    remove_stub(layout, lambda case_id: False)
    assert not layout.path.exists()


def test_a_machine_that_works_is_not_complained_of(layout: RunLayout, presence: Presence) -> None:
    assert MachineProbes(layout, "true", presence).trouble() == ""
    assert list(layout.results.iterdir()) == []


def test_what_cannot_be_written_is_said_with_the_remedy(
    layout: RunLayout, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, data: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    printed = MachineProbes(layout).trouble()
    assert printed == "cannot write below results/: No space left on device (free disk space or inodes)"
    assert list(layout.results.iterdir()) == []


def test_a_simulator_that_went_away_is_a_fault_of_the_machine(layout: RunLayout, tmp_path: Path) -> None:
    program = tmp_path / "ngspice"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    probes = MachineProbes(layout, str(program))
    assert probes.trouble() == ""
    program.unlink()
    assert "cannot be executed any more" in probes.trouble()
