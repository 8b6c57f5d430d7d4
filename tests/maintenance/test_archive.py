"""What goes into an archive can be restored. `SIMORC_FLIPS=500` flips that many bits of one."""

from __future__ import annotations

import gzip
import io
import os
import random
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from simorc.errors import RunError
from simorc.maintenance.archive import archive_run, check_archive, restore_run
from simorc.rundir.layout import RunLayout
from tests.made_runs import MakeRun

FLIPS = int(os.environ.get("SIMORC_FLIPS", "100"))


@pytest.fixture
def layout(make_run: MakeRun) -> RunLayout:
    """A run of one case with its spiceinit in `inputs`."""
    made = make_run([("completed", {}, {"gain": 1.0})])
    made.inputs.mkdir(exist_ok=True)
    (made.inputs / "spiceinit").write_text("set ngbehavior=hsa\n")
    made.case_dir(1).mkdir(parents=True)
    (made.case_dir(1) / "netlist.spice").write_text("* t\n")
    return made


def restored(layout: RunLayout, folder: Path) -> RunLayout:
    """The run after a way through an archive."""
    archive = archive_run(layout, folder / "run.tar.gz").path
    return restore_run(archive, folder / "elsewhere")


def test_a_run_whose_cases_link_to_its_spiceinit_is_restored(layout: RunLayout, tmp_path: Path) -> None:
    link = layout.case_dir(1) / ".spiceinit"
    link.symlink_to(os.path.relpath(layout.inputs / "spiceinit", layout.case_dir(1)))
    copy = restored(layout, tmp_path).case_dir(1) / ".spiceinit"
    assert not copy.is_symlink()
    assert copy.read_text() == "set ngbehavior=hsa\n"


def test_a_spiceinit_of_home_is_stored_as_a_file(layout: RunLayout, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / ".spiceinit").write_text("set num_threads=1\n")
    (layout.case_dir(1) / ".spiceinit").symlink_to(home / ".spiceinit")
    copy = restored(layout, tmp_path).case_dir(1) / ".spiceinit"
    assert copy.read_text() == "set num_threads=1\n"


def test_files_with_two_names_are_stored_twice(layout: RunLayout, tmp_path: Path) -> None:
    os.link(layout.case_dir(1) / "netlist.spice", layout.case_dir(1) / "again.spice")
    case = restored(layout, tmp_path).case_dir(1)
    assert (case / "again.spice").read_text() == (case / "netlist.spice").read_text() == "* t\n"


def test_a_directory_of_warm_sessions_is_left_out(layout: RunLayout, tmp_path: Path) -> None:
    (layout.path / ".warm" / "0").mkdir(parents=True)
    (layout.path / ".warm" / "0" / ".spiceinit").symlink_to("/nowhere")
    assert not (restored(layout, tmp_path).path / ".warm").exists()


@pytest.mark.parametrize("target", ["/etc/hostname", "nowhere", ".."])
def test_a_link_out_of_the_run_is_refused_by_its_name(layout: RunLayout, tmp_path: Path, target: str) -> None:
    (layout.case_dir(1) / "results.raw").symlink_to(target)
    with pytest.raises(RunError, match=f"results.raw: a link to {target}"):
        archive_run(layout, tmp_path / "run.tar.gz")
    assert not list(tmp_path.glob("*.tar.gz*"))


def test_a_pipe_is_refused(layout: RunLayout, tmp_path: Path) -> None:
    os.mkfifo(layout.case_dir(1) / "results.raw")
    with pytest.raises(RunError, match="not a file or a directory"):
        archive_run(layout, tmp_path / "run.tar.gz")


def test_a_link_in_an_archive_from_elsewhere_is_refused(layout: RunLayout, tmp_path: Path) -> None:
    archive = archive_run(layout, tmp_path / "run.tar.gz").path
    hostile = tmp_path / "hostile.tar.gz"
    with tarfile.open(archive) as source, tarfile.open(hostile, "w:gz") as target:
        for member in source:
            target.addfile(member, source.extractfile(member))
        link = tarfile.TarInfo(f"{layout.name}/results/1/evil")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        target.addfile(link)
    with pytest.raises(RunError, match="not a file of a run"):
        restore_run(hostile, tmp_path / "elsewhere")


def test_every_bit_of_an_archive_counts(layout: RunLayout, tmp_path: Path) -> None:
    archive = archive_run(layout, tmp_path / "run.tar.gz").path
    whole = archive.read_bytes()
    chance = random.Random(1)
    places = {*range(12), *range(len(whole) - 70, len(whole)), *chance.sample(range(len(whole)), FLIPS)}
    flipped = tmp_path / "flipped.tar.gz"
    for place in sorted(places):
        damaged = bytearray(whole)
        damaged[place] ^= 1 << chance.randrange(8)
        flipped.write_bytes(damaged)
        with pytest.raises(RunError, match=r"flipped\.tar\.gz"):
            check_archive(flipped)
    for length in (0, 1, 20, len(whole) // 2, len(whole) - 1):
        flipped.write_bytes(whole[:length])
        with pytest.raises(RunError):
            restore_run(flipped, tmp_path / "elsewhere")
    flipped.write_bytes(whole + b"\0")
    with pytest.raises(RunError):
        check_archive(flipped)
    assert not list((tmp_path / "elsewhere").glob("*"))
    assert check_archive(archive).sealed and check_archive(archive).run == layout.name


def test_an_archive_without_a_seal_is_checked_by_gzip(layout: RunLayout, tmp_path: Path) -> None:
    old = tmp_path / "old.tar.gz"
    with tarfile.open(old, "w:gz") as archive:
        archive.add(layout.path, layout.name)
    assert not check_archive(old).sealed
    whole = old.read_bytes()
    old.write_bytes(whole[:-5] + bytes([whole[-5] ^ 1]) + whole[-4:])
    with pytest.raises(RunError, match=r"old\.tar\.gz"):
        restore_run(old, tmp_path / "elsewhere")


@pytest.mark.parametrize(
    "harm",
    [
        lambda member: setattr(member, "name", "r/" + "a/" * 500 + "f"),
        lambda member: setattr(member, "mtime", -(1 << 60)),
        lambda member: setattr(member, "mtime", 1 << 62),
        lambda member: setattr(member, "type", tarfile.FIFOTYPE),
        lambda member: setattr(member, "type", tarfile.CHRTYPE),
        lambda member: setattr(member, "name", "r/../../x"),
        lambda member: setattr(member, "name", "/x"),
        lambda member: setattr(member, "pax_headers", {"path": "r/a\0b"}),
        lambda member: setattr(member, "pax_headers", {"size": "-512"}),
        lambda member: setattr(member, "pax_headers", {"mtime": "nan"}),
    ],
)
def test_an_archive_that_would_do_harm_is_refused_in_one_line(
    tmp_path: Path, harm: Callable[[tarfile.TarInfo], None]
) -> None:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        for name in ("r/manifest.json", "r/f"):
            member = tarfile.TarInfo(name)
            member.size = 2
            harm(member) if name == "r/f" else None
            archive.addfile(member, io.BytesIO(b"{}"))
    hostile = tmp_path / "hostile.tar.gz"
    hostile.write_bytes(gzip.compress(made.getvalue()))
    with pytest.raises(RunError) as refused:
        restore_run(hostile, tmp_path / "elsewhere")
    assert "\n" not in refused.value.message and "hostile.tar.gz" in refused.value.message
    assert [path.name for path in tmp_path.iterdir()] == ["hostile.tar.gz"]
