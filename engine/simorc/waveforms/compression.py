"""Compresses raw files in place: ``results.raw`` becomes ``results.raw.gz`` and is read as before."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

from simorc.errors import WaveformError
from simorc.regular_files import open_regular, read_regular

ENDING = ".gz"
# Floats hardly compress better at higher levels, which take several times as long.
_LEVEL = 2


def packed(path: Path) -> Path:
    """The compressed form of a raw file: ``results.raw`` -> ``results.raw.gz``."""
    return path if path.suffix == ENDING else path.with_name(path.name + ENDING)


def present(path: Path) -> Path:
    """The raw file or, if there is none, its compressed form; the path as given if there is neither."""
    return path if path.exists() or not packed(path).exists() else packed(path)


def pack(path: Path) -> Path:
    """Compress a raw file in place; returns the new file. A reader finds the old or the new one, always
    whole.

    Raises OSError; then the raw file is unchanged.
    """
    # Imported here: the path of `simorc status` leads through this module.
    import gzip
    import shutil

    target = packed(path)
    beside = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        # The header contains no time, so that equal waveforms give equal files.
        with (
            open_regular(path) as source,
            beside.open("wb") as sink,
            gzip.GzipFile("", "wb", _LEVEL, sink, mtime=0) as compressed,
        ):
            shutil.copyfileobj(source, compressed, 1 << 20)
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)
    path.unlink()
    return target


def pack_case(directory: Path) -> None:
    """Compress the raw files of a case; two names of one file become one. Raises OSError."""
    seen: set[int] = set()
    # results.raw first: where another name is a link to it, that name goes.
    found = sorted(directory.glob("*.raw"), key=lambda path: (path.name != "results.raw", path.name))
    for path in found:
        inode = path.stat().st_ino
        if inode in seen:
            path.unlink()
        elif path.is_file() and not path.is_symlink():
            pack(path)
        seen.add(inode)


def unpacked(path: Path) -> bytes:
    """The bytes of a compressed file. Raises WaveformError if it is torn or not compressed at all."""
    import gzip
    import zlib

    try:
        status = path.stat()
        return _unpacked(path, status.st_mtime_ns, status.st_size)
    except FileNotFoundError:
        raise WaveformError(f"{path}: raw file not found") from None
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise WaveformError(f"{path}: cannot decompress: {error}") from None
    except OSError as error:
        raise WaveformError(f"{path}: {error.strerror}") from None


@lru_cache(maxsize=2)
def _unpacked(path: Path, changed: int, size: int) -> bytes:
    """Kept for two files: the header and each trace are read one after another."""
    import gzip

    return gzip.decompress(read_regular(path))
