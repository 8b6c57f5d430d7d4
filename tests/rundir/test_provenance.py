"""Which files a run's inputs are."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from simorc.rundir import provenance
from simorc.rundir.provenance import hash_inputs, include_closure, named_files


def test_every_deck_s_files_are_inputs_and_a_library_is_read_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "models.lib").write_text(".lib tt\n.include deep.inc\n.endl\n")
    (tmp_path / "deep.inc").write_text("* deep\n")
    (tmp_path / "extra.inc").write_text("* extra\n")
    (tmp_path / "setup.yaml").write_text("x: 1\n")
    looked: list[str] = []

    def counted(directory: Path, deck: str) -> set[Path]:
        looked.append(deck)
        return include_closure(directory, deck)

    monkeypatch.setattr(provenance, "include_closure", counted)
    decks = [f'.lib "models.lib" {corner}\n' for corner in ("tt", "ss", "ff")]
    found = hash_inputs(
        tmp_path, [tmp_path / "setup.yaml"], tmp_path, [*decks, '.lib "models.lib" tt\n.inc extra.inc\n']
    )
    assert list(found) == ["deep.inc", "extra.inc", "models.lib", "setup.yaml"]
    assert len(looked) == 2


def test_data_and_code_models_a_deck_names_are_inputs(tmp_path: Path) -> None:
    for name in ("wave.txt", "bsim.osdi"):
        (tmp_path / name).write_text("1 2\n")
    deck = '.model src filesource (file="wave.txt" amploffset=[0])\n.control\npre_osdi bsim.osdi\n.endc\n'
    assert {path.name for path in include_closure(tmp_path, deck)} == {"wave.txt", "bsim.osdi"}
    assert named_files(deck) == ("wave.txt", "bsim.osdi")
    assert include_closure(tmp_path, '.model s filesource (file="absent.txt")\n') == set()


def test_no_program_of_the_repository_s_configuration_is_run(tmp_path: Path) -> None:
    def git(*words: str) -> None:
        who = ["-c", "user.name=n", "-c", "user.email=e@e", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", "-C", str(tmp_path / "p"), *who, *words], check=True, capture_output=True)

    project, ran = tmp_path / "p", tmp_path / "ran"
    project.mkdir()
    git("init")
    (project / "a.txt").write_text("1\n")
    (project / ".gitattributes").write_text("*.txt filter=own\n")
    git("add", ".")
    git("commit", "-m", "first")
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\necho $0 $* >> {ran}\ncat\n")
    program.chmod(0o755)
    git("config", "core.fsmonitor", str(program))
    git("config", "filter.own.clean", str(program))
    git("config", "filter.own.process", str(program))
    git("config", "core.hooksPath", str(tmp_path))
    program.with_name("post-index-change").symlink_to(program)
    (project / "a.txt").write_text("2\n")
    state = provenance.git_state(project)
    assert state is not None and state.dirty
    assert not ran.exists()
