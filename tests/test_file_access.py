"""Whose file refuses access, and what its owner can do."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from simorc.file_access import explained


@pytest.fixture(autouse=True)
def _as_somebody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """Access as a user has it who is neither the owner nor of the group, whoever runs the test."""
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path).stat().st_mode & mode == mode)
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    monkeypatch.setattr(os, "getegid", lambda: os.getgid() + 1)
    monkeypatch.setattr(os, "getgroups", list)


def _refused(path: Path) -> OSError:
    return PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))


def _folder(path: Path, mode: int) -> Path:
    path.mkdir()
    path.chmod(mode)
    return path


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    for folder in [tmp_path, *tmp_path.parents]:
        if not folder.stat().st_mode & os.X_OK:
            folder.chmod(folder.stat().st_mode | os.X_OK)
    return tmp_path


def test_the_folder_is_named_in_which_a_file_cannot_be_made(shared: Path) -> None:
    folder = _folder(shared / "simulations", 0o755)
    message, remedy = explained(_refused(folder / ".pvt_2026.building"))
    assert message.startswith(
        f"{folder} cannot be written: it belongs to {folder.owner()}, group {folder.group()}"
    )
    assert "drwxr-xr-x" in message
    assert remedy is not None
    assert f"chgrp -R GROUP {folder} && chmod -R g+rwX {folder}" in remedy
    assert "copy of the project" in remedy


def test_the_folder_above_is_named_that_cannot_be_entered(shared: Path) -> None:
    outer = _folder(shared / "private", 0o700)
    message, remedy = explained(_refused(outer / "p" / "sim_setup.yaml"))
    assert message.startswith(f"{outer} cannot be entered")
    assert remedy is not None
    assert f"chmod -R g+rX {outer}" in remedy


@pytest.mark.parametrize(("mode", "word"), [(0o600, "read"), (0o644, "written")])
def test_the_file_itself_is_named(shared: Path, mode: int, word: str) -> None:
    file = shared / "config.yaml"
    file.touch()
    file.chmod(mode)
    message, _ = explained(_refused(file))
    assert message.startswith(f"{file} cannot be {word}")


def test_a_member_of_the_group_needs_no_other_group(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = _folder(shared / "simulations", 0o755)
    monkeypatch.setattr(os, "getgroups", lambda: [folder.stat().st_gid])
    _, remedy = explained(_refused(folder / "run"))
    assert remedy is not None
    assert "chgrp" not in remedy


def test_the_owner_is_told_what_to_do(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = _folder(shared / "my runs", 0o555)
    monkeypatch.setattr(os, "geteuid", os.getuid)
    assert explained(_refused(folder / "run"))[1] == f"chmod -R u+rwX '{folder}'"


def test_a_refusal_that_no_permission_explains_is_told_as_it_is(shared: Path) -> None:
    folder = _folder(shared / "open", 0o777)
    assert explained(_refused(folder / "file")) == (f"{folder / 'file'}: Permission denied", None)


def test_a_fault_of_the_machine_has_its_remedy() -> None:
    message, _ = explained(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/there/run.sqlite"))
    assert message == "/there/run.sqlite: No space left on device (free disk space or inodes)"


def test_our_own_words_stay() -> None:
    assert (
        explained(OSError(errno.EINVAL, "is not a regular file", "/there/pipe"))[0]
        == "/there/pipe: is not a regular file"
    )


def test_an_error_without_a_number() -> None:
    assert explained(OSError("the line is dead")) == ("the line is dead", None)
