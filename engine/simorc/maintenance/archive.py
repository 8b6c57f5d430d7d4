"""Packs a run into one compressed file, and unpacks it.

The archive is a plain ``.tar.gz`` with the run's directory in it: state, manifest, inputs, decks, logs,
reports, and the waveforms of the cases chosen.
"""

from __future__ import annotations

import io
import os
import struct
import tarfile
import tempfile
import zlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from simorc.durability import rename_durably, sync_directory, sync_file, sync_file_system
from simorc.errors import RunBusy, RunError, UsageError
from simorc.maintenance.archive_seal import SEALED, holds, seal
from simorc.rundir import checksums
from simorc.rundir.layout import RunLayout
from simorc.rundir.lock import runner_alive
from simorc.rundir.store.integrity import snapshot
from simorc.rundir.store.reader import RunReader

WAVES = ("all", "failed", "none")
PARTS = ("decks", "logs", "reports")
_TRANSIENT = {".requests", ".status", ".warm", "runner.json", "runner.lock", checksums.NAME}
_STATE = ("run.sqlite", "run.sqlite-wal", "run.sqlite-shm", "run.sqlite-journal")
_RAW_ENDINGS = (".raw", ".raw.gz", ".raw.zst")


@dataclass(frozen=True)
class Archived:
    """Where the archive is, how many files it contains, and the bytes before and after."""

    path: Path
    files: int
    bytes_before: int
    bytes_after: int


def archive_run(
    layout: RunLayout,
    target: Path,
    *,
    waves: str = "all",
    cases: Collection[int] = (),
    without: Collection[str] = (),
    force: bool = False,
) -> Archived:
    """Write ``target`` through a temporary file beside it. ``waves`` selects the raw files: all, those of
    failed cases, none; those of ``cases`` are always included. ``without`` omits decks, logs, reports: the
    state with every measurement, the manifest and the inputs are always included.
    """
    if waves not in WAVES:
        raise UsageError(f"waves must be one of {', '.join(WAVES)}, not {waves!r}")
    if unknown := sorted(set(without) - set(PARTS)):
        raise UsageError(f"unknown part {unknown[0]!r}: use {', '.join(PARTS)}")
    if runner_alive(layout):
        raise RunBusy(f"run {layout.name} is running", remedy="archive it after it has finished")
    if target.exists() and not force:
        raise UsageError(f"{target} already exists")
    chosen = _Choice(layout, waves == "all", _kept_cases(layout, waves, cases), frozenset(without))
    beside = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        count, size = _write(layout, beside, chosen)
        sync_file(beside)
        rename_durably(beside, target)
    finally:
        beside.unlink(missing_ok=True)
    return Archived(target, count, size, target.stat().st_size)


def _kept_cases(layout: RunLayout, waves: str, cases: Collection[int]) -> frozenset[int]:
    return frozenset(cases) | (_failed_cases(layout) if waves == "failed" else frozenset())


@dataclass(frozen=True)
class _Choice:
    """What of a run goes into its archive."""

    layout: RunLayout
    all_waves: bool
    cases: frozenset[int]
    without: frozenset[str]

    def takes(self, path: Path) -> bool:
        parts = path.relative_to(self.layout.path).parts
        if _is_raw(path):
            return self.all_waves or _case_of(self.layout, path) in self.cases
        if parts[0] == self.layout.reports.name:
            return "reports" not in self.without
        if _case_of(self.layout, path) is None:
            return True
        part = "logs" if path.suffix == ".log" else "decks"
        return part not in self.without


def _write(layout: RunLayout, target: Path, choice: _Choice) -> tuple[int, int]:
    count = size = 0
    headers = {"comment": SEALED}
    # A link is stored as the file it leads to: restoring accepts files only.
    with tarfile.open(target, "w:gz", compresslevel=6, dereference=True, pax_headers=headers) as archive:
        for path in _files(layout):
            if not choice.takes(path):
                continue
            _refuse_special(layout, path)
            archive.add(path, f"{layout.name}/{path.relative_to(layout.path)}", recursive=False)
            count, size = count + 1, size + path.stat().st_size
        state = snapshot(layout.database)
        entry = tarfile.TarInfo(f"{layout.name}/{layout.database.name}")
        entry.size, entry.mtime = len(state), int(layout.database.stat().st_mtime)
        archive.addfile(entry, io.BytesIO(state))
    seal(target)
    return count + 1, size + len(state)


def _refuse_special(layout: RunLayout, path: Path) -> None:
    """Raise RunError for what is no file, and for a link out of the run, other than to a .spiceinit."""
    if path.is_symlink():
        within = path.resolve().is_relative_to(layout.path.resolve())
        if not path.is_file() or not (within or path.name == ".spiceinit"):
            raise RunError(
                f"{path}: a link to {path.readlink()}, which is not a file of the run",
                remedy="replace it with a copy of the file, or remove it",
            )
    elif not path.is_file():
        raise RunError(f"{path}: not a file or a directory", remedy="remove it")


def _files(layout: RunLayout) -> Iterator[Path]:
    for path in sorted(layout.path.rglob("*")):
        first = path.relative_to(layout.path).parts[0]
        if first in _TRANSIENT or first in _STATE or (path.is_dir() and not path.is_symlink()):
            continue
        yield path


def _is_raw(path: Path) -> bool:
    return path.name.endswith(_RAW_ENDINGS)


def _case_of(layout: RunLayout, path: Path) -> int | None:
    """The case a file below ``results/`` belongs to."""
    parts = path.relative_to(layout.path).parts
    return (
        int(parts[1]) if parts[0] == layout.results.name and len(parts) > 2 and parts[1].isdigit() else None
    )


def _failed_cases(layout: RunLayout) -> frozenset[int]:
    with RunReader(layout) as view:
        return frozenset(view.ids_with("failed"))


def restore_run(archive: Path, simulations: Path) -> RunLayout:
    """Unpack an archive below ``simulations``; nothing is written outside, and no run is overwritten.

    Every byte of the archive is checked first. Raises RunError for an archive that is damaged or is none.
    """
    name = check_archive(archive).run
    layout = RunLayout(simulations / name)
    if os.path.lexists(layout.path):
        raise UsageError(f"{layout.path} already exists")
    simulations.mkdir(parents=True, exist_ok=True)
    with _reading(archive) as source:
        _unpack(source, name, simulations)
    return layout


@dataclass(frozen=True)
class Checked:
    """The run in an archive, how many files, and whether it is sealed.

    Archives of older versions have only the checksum of gzip.
    """

    run: str
    files: int
    sealed: bool


def check_archive(archive: Path) -> Checked:
    """Read an archive to its last byte. Raises RunError where anything is damaged or is not of one run."""
    intact = _seal_holds(archive)
    with _reading(archive) as source:
        members = list(_harmless(source))
        _read_to_the_end(source)
        sealed = source.pax_headers.get("comment") == SEALED
    if sealed and not intact:
        raise RunError(f"{archive}: is damaged: its checksum does not match", remedy="copy the archive again")
    roots = {member.name.split("/", 1)[0] for member in members}
    if len(roots) != 1 or roots & {"", ".", ".."}:
        raise RunError(f"{archive}: not an archive of one run")
    (name,) = roots
    if f"{name}/manifest.json" not in {member.name for member in members if member.isfile()}:
        raise RunError(f"{archive}: contains no run (manifest.json is missing)")
    return Checked(name, sum(member.isfile() for member in members), sealed)


def _seal_holds(archive: Path) -> bool:
    try:
        return holds(archive)
    except OSError as error:
        raise RunError(f"{archive}: cannot be read: {error.strerror or error}") from error


@contextmanager
def _reading(archive: Path) -> Iterator[tarfile.TarFile]:
    """The archive, open; whatever is wrong with it is a RunError."""
    try:
        with tarfile.open(archive, "r:gz") as source:
            yield source
    except _DAMAGE as error:
        words = " ".join(str(error).split()) or type(error).__name__
        raise RunError(f"{archive}: cannot unpack: {words}") from error


_DAMAGE = (
    *(tarfile.TarError, zlib.error, EOFError, OSError, ValueError, OverflowError, RecursionError),
    *(struct.error, MemoryError),
)
"""What an archive raises that is damaged, or made to do harm."""


def _read_to_the_end(source: tarfile.TarFile) -> None:
    """Read what follows the last member too: gzip keeps its checksum there."""
    assert source.fileobj is not None
    while source.fileobj.read(1 << 20):
        pass


def _unpack(source: tarfile.TarFile, name: str, simulations: Path) -> None:
    """Into a directory of its own first: a torn archive leaves no half of a run."""
    with tempfile.TemporaryDirectory(dir=simulations, prefix=f".{name}.", suffix=".building") as making:
        # Python 3.11.2, which Debian 12 has, has no filters yet; `_harmless` is as strict without them.
        known: dict[str, Any] = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
        source.extractall(making, members=_harmless(source), **known)
        unpacked = Path(making) / name
        for directory in ("results", ".status", ".requests", "inputs"):
            (unpacked / directory).mkdir(exist_ok=True)
        _record_checksums(RunLayout(unpacked))
        sync_file_system(unpacked)
        unpacked.rename(simulations / name)
        sync_directory(simulations)


def _record_checksums(unpacked: RunLayout) -> None:
    """The files are as the archive has them, which is checked to its last byte."""
    for path in (unpacked.manifest, unpacked.database, unpacked.trace):
        if path.is_file():
            checksums.record(path)


def _harmless(source: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    """The members, files and directories below the archive's root; raises TarError for any other."""
    after = -1
    for member in source:
        path = PurePosixPath(member.name)
        if not (member.isfile() or member.isdir()) or path.is_absolute() or ".." in path.parts:
            raise tarfile.ExtractError(f"{member.name!r}: not a file of a run")
        if "\0" in member.name or len(path.parts) > _MOST_DEPTH:
            raise tarfile.ExtractError(f"{member.name[:80]!r}: not a name of a file of a run")
        if member.size < 0 or member.offset <= after or not 0 <= member.mtime < _LATEST:
            raise tarfile.ExtractError(f"{member.name!r}: invalid size or time")
        after = member.offset
        member.mode = (member.mode & 0o777) | 0o600
        member.uid, member.gid, member.uname, member.gname = os.getuid(), os.getgid(), "", ""
        yield member


_MOST_DEPTH = 40
_LATEST = 1 << 40
"""Seconds since the epoch that no file is from."""
