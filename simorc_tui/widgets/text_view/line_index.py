"""A sparse index of the lines of a file, so that any part can be read at once.

Every 256th line's offset is kept, and the first of each chunk, so that a line is found by reading about a
megabyte at most. A line ends at LF, CR LF or a lone CR (simulators print their progress with it).
"""

from __future__ import annotations

import os
import re
import threading
from array import array
from bisect import bisect_right
from collections import OrderedDict
from pathlib import Path
from types import TracebackType

import numpy as np

from simorc.regular_files import descriptor_of

CHUNK = 1 << 20
STRIDE = 256
LONGEST_SHOWN = 1 << 16
BLOCKS_KEPT = 64
_BREAK = re.compile(rb"\r\n|\n|\r")


class LineIndex:
    """The lines of one open file. `extend` reads on, from one thread; all else may come from another."""

    def __init__(self, path: Path) -> None:
        """Opens the file; raises OSError."""
        self.path = path
        self._file = descriptor_of(path, os.O_RDONLY)
        status = os.fstat(self._file)
        self._identity = (status.st_dev, status.st_ino)
        self._lock = threading.Lock()
        self._numbers = array("q", [0])
        self._offsets = array("q", [0])
        self._breaks = 0
        self._scanned = 0
        self._last_start = 0
        self._blocks: OrderedDict[int, list[bytes]] = OrderedDict()
        self._closed = False

    def __enter__(self) -> LineIndex:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        with self._lock:
            if not self._closed:
                self._closed = True
                os.close(self._file)

    @property
    def scanned(self) -> int:
        """How many bytes are indexed."""
        return self._scanned

    def __len__(self) -> int:
        """Lines known so far, an unfinished last one included."""
        return self._breaks + (1 if self._scanned > self._last_start else 0)

    def extend(self) -> bool:
        """Index the next chunk; whether there was anything new."""
        chunk = self._read(self._scanned, CHUNK + 1)
        follows = chunk[CHUNK:]
        chunk = chunk[:CHUNK]
        if chunk.endswith(b"\r") and not follows:
            # Whether an LF follows is not known yet.
            chunk = chunk[:-1]
        if not chunk:
            return False
        self._add(_line_starts(chunk, follows), len(chunk))
        return True

    def replaced(self) -> bool:
        """Whether the path now leads to another file, to none, or to less than was there."""
        try:
            status = self.path.stat()
        except OSError:
            return True
        return (status.st_dev, status.st_ino) != self._identity or status.st_size < self._scanned

    def line(self, number: int) -> bytes:
        """Line `number`, from 0, without its end; cut if longer than can be shown; empty if missing."""
        with self._lock:
            place = bisect_right(self._numbers, number) - 1
            lines = self._block(place)
            within = number - self._numbers[place]
        return lines[within] if within < len(lines) else b""

    def line_at(self, offset: int) -> int:
        """The number of the line that contains a byte of the indexed part."""
        with self._lock:
            place = bisect_right(self._offsets, offset) - 1
            start, number = self._offsets[place], self._numbers[place]
        return number + len(_BREAK.findall(self._read(start, offset - start)))

    def offset_of(self, number: int) -> int:
        """Where line `number` begins."""
        with self._lock:
            place = bisect_right(self._numbers, number) - 1
            start, first = self._offsets[place], self._numbers[place]
            end = self._end_of(place)
        ends = [match.end() for match in _BREAK.finditer(self._read(start, end - start))]
        skipped = number - first
        if skipped > len(ends):
            return end
        return start + (ends[skipped - 1] if skipped else 0)

    def find(
        self, needle: bytes, start: int, *, backwards: bool = False, any_case: bool = False
    ) -> int | None:
        """The offset of the next `needle` from byte `start` on, or of the last before it, or None."""
        sought = needle.lower() if any_case else needle
        window = (max(0, start - CHUNK), start) if backwards else (start, start + CHUNK)
        while needle and 0 <= window[0] < window[1] and window[0] < self._scanned:
            data = self._read(window[0], min(window[1], self._scanned) - window[0] + len(needle) - 1)
            data = data.lower() if any_case else data
            found = data.rfind(sought) if backwards else data.find(sought)
            if found >= 0:
                return window[0] + found
            window = (max(0, window[0] - CHUNK), window[0]) if backwards else (window[1], window[1] + CHUNK)
        return None

    def _read(self, offset: int, size: int) -> bytes:
        return b"" if self._closed else os.pread(self._file, size, offset)

    def _add(self, starts: np.ndarray[tuple[int], np.dtype[np.int64]], size: int) -> None:
        with self._lock:
            if starts.size:
                # The first start of the chunk, and every line whose number is a multiple of the stride.
                numbers = self._breaks + 1 + np.arange(starts.size)
                kept = np.flatnonzero(numbers % STRIDE == 0)
                for index in dict.fromkeys([0, *kept.tolist()]):
                    self._numbers.append(int(numbers[index]))
                    self._offsets.append(self._scanned + int(starts[index]))
                self._breaks += int(starts.size)
                self._last_start = self._scanned + int(starts[-1])
            self._scanned += size

    def _end_of(self, place: int) -> int:
        return self._offsets[place + 1] if place + 1 < len(self._offsets) else self._scanned

    def _block(self, place: int) -> list[bytes]:
        """The lines from one kept offset to the next; the last block still grows and is not kept."""
        if place in self._blocks:
            self._blocks.move_to_end(place)
            return self._blocks[place]
        start, end = self._offsets[place], self._end_of(place)
        data = self._read(start, min(end - start, CHUNK + LONGEST_SHOWN))
        lines = [line[:LONGEST_SHOWN] for line in _BREAK.split(data)]
        if place + 1 < len(self._offsets):
            self._blocks[place] = lines
            while len(self._blocks) > BLOCKS_KEPT:
                self._blocks.popitem(last=False)
        return lines


def _line_starts(chunk: bytes, follows: bytes) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Offsets just behind each line end. A CR before an LF ends nothing by itself."""
    data = np.frombuffer(chunk, np.uint8)
    ends = data == 10
    if b"\r" in chunk:
        returns = data == 13
        next_is_lf = np.append(ends[1:], follows[:1] == b"\n")
        ends = ends | (returns & ~next_is_lf)
    return np.flatnonzero(ends).astype(np.int64) + 1
