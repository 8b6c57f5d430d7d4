"""The bytes of a raw file: from the file itself or its compressed form."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simorc.errors import WaveformError
from simorc.regular_files import descriptor_of, open_regular
from simorc.waveforms.compression import ENDING, present, unpacked

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Trace = NDArray[np.float64] | NDArray[np.complex128]

_READ_UP_TO = 1 << 20
"""Bytes up to which reading a section takes less time than mapping it."""
KEPT_UP_TO = 1 << 18
"""Bytes up to which a file is read at once when it is opened, and kept."""


class RawBytes:
    """The bytes of one file, read by position. `size` is the file's size when it was opened, unpacked."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None
        self._unpacked = self._kept = b""
        found = present(path)
        if found.suffix == ENDING:
            self._unpacked = unpacked(found)
            self.size = len(self._unpacked)
            return
        try:
            self._descriptor = descriptor_of(path, os.O_RDONLY)
        except FileNotFoundError:
            raise WaveformError(f"{path}: raw file not found") from None
        except OSError as error:
            raise WaveformError(f"{path}: {error.strerror}") from None
        self.size = os.fstat(self._descriptor).st_size
        self._kept = self.read(0, self.size) if self.size <= KEPT_UP_TO else b""

    def __enter__(self) -> RawBytes:
        return self

    def __exit__(self, *_: object) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)

    def kept(self, offset: int, count: int) -> memoryview | None:
        """Bytes of a small file, which can be kept; None if the file is large."""
        return memoryview(self._kept)[offset : offset + count] if self._kept else None

    def read(self, offset: int, count: int) -> bytes:
        """At most `count` bytes from `offset`; fewer at the end of the file."""
        if self._kept:
            return self._kept[offset : offset + max(0, count)]
        if self._descriptor is None:
            return self._unpacked[offset : offset + max(0, count)]
        try:
            return os.pread(self._descriptor, max(0, min(count, self.size - offset)), offset)
        except OSError as error:
            raise WaveformError(f"{self.path}: {error.strerror}") from None


def in_memory(data: bytes | memoryview, shape: tuple[int, int], *, is_complex: bool) -> Trace:
    """The rows of a binary section that is in memory, shape (rows, columns), read-only."""
    import numpy as np

    return np.frombuffer(data, "<c16" if is_complex else "<f8").reshape(shape)


def mapped(path: Path, offset: int, shape: tuple[int, int], *, is_complex: bool) -> Trace:
    """The rows of a binary section, shape (rows, columns), read-only: a memory map; in memory if the file is
    compressed or the section small.
    """
    import numpy as np

    kind: np.dtype[Any] = np.dtype("<c16") if is_complex else np.dtype("<f8")
    size = shape[0] * shape[1] * kind.itemsize
    found = present(path)
    try:
        if found.suffix == ENDING:
            return np.frombuffer(unpacked(found), kind, shape[0] * shape[1], offset).reshape(shape)
        if size <= _READ_UP_TO:
            with RawBytes(path) as source:
                return np.frombuffer(source.read(offset, size), kind).reshape(shape)
        with open_regular(path) as stream:
            return np.memmap(stream, kind, "r", offset, shape)
    except (OSError, ValueError) as error:
        raise WaveformError(f"{path}: cannot map into memory: {error}") from None
