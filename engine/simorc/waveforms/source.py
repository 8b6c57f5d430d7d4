"""Where the bytes of a raw file come from. A compressed raw file would be a second source here."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from simorc.errors import WaveformError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Trace = NDArray[np.float64] | NDArray[np.complex128]


class RawBytes:
    """The bytes of one file, read by position. `size` is the file's size when it was opened."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            raise WaveformError(f"{path}: there is no such raw file") from None
        except OSError as error:
            raise WaveformError(f"{path}: {error.strerror}") from None
        self.size = os.fstat(self._descriptor).st_size

    def __enter__(self) -> RawBytes:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._descriptor)

    def read(self, offset: int, count: int) -> bytes:
        """At most `count` bytes from `offset`; fewer at the end of the file."""
        try:
            return os.pread(self._descriptor, max(0, min(count, self.size - offset)), offset)
        except OSError as error:
            raise WaveformError(f"{self.path}: {error.strerror}") from None


def mapped(path: Path, offset: int, shape: tuple[int, int], *, is_complex: bool) -> Trace:
    """The rows of a binary section, shape (rows, columns), as a read-only memory map."""
    import numpy as np

    try:
        if is_complex:
            return np.memmap(path, np.dtype("<c16"), "r", offset, shape)
        return np.memmap(path, np.dtype("<f8"), "r", offset, shape)
    except (OSError, ValueError) as error:
        raise WaveformError(f"{path}: cannot be mapped: {error}") from None
