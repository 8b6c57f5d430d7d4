"""Only regular files are opened; a pipe, a device, a directory or a link is an error at once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from simorc.regular_files import descriptor_of, is_regular, open_regular_text, read_regular


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "file"
    made.write_bytes(b"r\xe9sultat\r\n")
    return made


def test_a_regular_file_is_read(file: Path) -> None:
    assert read_regular(file) == b"r\xe9sultat\r\n"
    with open_regular_text(file, newline="") as stream:
        assert stream.read() == "r\ufffdsultat\r\n"
    assert is_regular(file) and not is_regular(file.parent) and not is_regular(file.with_name("none"))


def test_a_link_is_followed_only_where_a_user_named_it(file: Path) -> None:
    link = file.with_name("link")
    link.symlink_to(file)
    assert read_regular(link, follow=True) == read_regular(file)
    assert not is_regular(link)
    with pytest.raises(OSError, match="is a symbolic link, which is not followed in a run"):
        read_regular(link)


@pytest.mark.parametrize("flags", [os.O_RDONLY, os.O_WRONLY])
def test_a_pipe_does_not_wait_for_its_other_end(tmp_path: Path, flags: int) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(OSError, match="is not a regular file"):
        descriptor_of(pipe, flags)


def test_a_directory_and_a_device_are_no_files(tmp_path: Path) -> None:
    for place in (tmp_path, Path("/dev/null")):
        with pytest.raises(OSError, match="is not a regular file"):
            read_regular(place)


def test_descriptors_of_refused_files_are_closed(tmp_path: Path) -> None:
    before = os.dup(0)
    os.close(before)
    with pytest.raises(OSError):
        read_regular(tmp_path)
    after = os.dup(0)
    os.close(after)
    assert after == before


def test_a_missing_file_is_not_found_and_may_be_made(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_regular(tmp_path / "new")
    os.close(descriptor_of(tmp_path / "new", os.O_WRONLY | os.O_CREAT))
    assert read_regular(tmp_path / "new") == b""
