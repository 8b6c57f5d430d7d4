"""Reads raw files of ngspice.

Opening one reads headers only; a trace is a column of a memory map, so a file of any size opens at once. This
is our own reader, although spicelib has a good one, because a verdict needs what spicelib does not report:
whether every row the header declares is present, where each section of a file of several plots begins, and
what a killed simulator left behind (a header with 0 points, an incomplete last row) - and because it opens a
small file in a tenth of the time. Dialects of other simulators are read by spicelib, in `foreign`.
"""

from __future__ import annotations

import itertools
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from simorc.errors import WaveformError
from simorc.waveforms.header import Header, HeaderError, Variable, parse_header
from simorc.waveforms.source import RawBytes, in_memory, mapped

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Trace = NDArray[np.float64] | NDArray[np.complex128]

_FIRST_READ = 1 << 16
_LONGEST_HEADER = 1 << 26
_DATA = re.compile(rb"^[ \t]*(binary|values):[ \t]*\r?\n", re.IGNORECASE | re.MULTILINE)
_NEXT_PLOT = re.compile(rb"^[ \t]*title:", re.IGNORECASE | re.MULTILINE)
_DIFFERENCE = re.compile(r"v\(\s*([^,()]+?)\s*,\s*([^,()]+?)\s*\)")
_AXES = {"time", "frequency"}
_CHUNK = 1 << 20

Value = complex


@dataclass(frozen=True)
class Plot:
    """One plot of a raw file.

    `n_points` rows can be read; `complete` is whether they are all that the header declares. `offset` and
    `size` delimit the data section in the file, in bytes; `data` is that section if the file is small (None:
    it is read when it is needed). Names of traces are case-insensitive.
    """

    path: Path
    header: Header
    n_points: int
    offset: int
    size: int
    complete: bool
    data: memoryview | None = field(default=None, repr=False, compare=False)

    @property
    def name(self) -> str:
        """``Transient Analysis``, ``AC Analysis``, ``DC transfer characteristic``, ``Operating Point`` ..."""
        return self.header.name

    @property
    def title(self) -> str:
        return self.header.title

    @property
    def flags(self) -> frozenset[str]:
        return self.header.flags

    @property
    def variables(self) -> tuple[Variable, ...]:
        return self.header.variables

    @property
    def complex(self) -> bool:
        return self.header.is_complex

    @cached_property
    def _columns(self) -> dict[str, int]:
        columns: dict[str, int] = {}
        for place, variable in enumerate(self.variables):
            columns.setdefault(variable.name.lower(), place)
        return columns

    @cached_property
    def rows(self) -> Trace:
        """All data, shape (n_points, number of variables); read-only, a memory map for a binary file."""
        if not self.n_points:
            import numpy as np

            empty = (0, len(self.variables))
            return np.empty(empty, np.complex128) if self.complex else np.empty(empty, np.float64)
        if self.header.binary:
            shape = (self.n_points, len(self.variables))
            if self.data is not None:
                return in_memory(self.data, shape, is_complex=self.complex)
            return mapped(self.path, self.offset, shape, is_complex=self.complex)
        return _ascii_rows(self)

    @property
    def has_axis(self) -> bool:
        """An operating point and lists of scalars have none."""
        first = self.variables[0]
        return first.kind in _AXES or "sweep" in first.name.lower()

    @property
    def axis(self) -> NDArray[np.float64] | None:
        """Time (s), frequency (Hz) or swept value, shape (n_points,); None for an operating point."""
        return self.rows[:, 0].real if self.has_axis else None

    def __contains__(self, name: str) -> bool:
        return self._place(name) is not None or self._difference(name) is not None

    def trace(self, name: str) -> Trace:
        """The values of ``v(out)``, ``out``, ``i(v1)``, ``v(a,b)``, shape (n_points,). Raises
        WaveformError.
        """
        place = self._place(name)
        if place is not None:
            return self.rows[:, place]
        pair = self._difference(name)
        if pair is None:
            raise WaveformError(f"{self.path}: plot '{self.name}' has no trace '{name}'")
        positive, negative = pair
        first: Trace = self.rows[:, positive] if positive is not None else -self.rows[:, negative or 0]
        return first if negative is None or positive is None else first - self.rows[:, negative]

    def _place(self, name: str) -> int | None:
        wanted = name.strip().lower()
        inner = wanted[2:-1] if wanted.startswith(("v(", "i(")) else wanted
        other = f"{inner}:p" if wanted.startswith("i(") else inner  # Spectre's names: out, V1:p
        for form in (wanted, f"v({wanted})", other):
            if form in self._columns:
                return self._columns[form]
        return None

    def _difference(self, name: str) -> tuple[int | None, int | None] | None:
        """The columns of ``v(a,b)``; None in place of ground, None altogether if it is not such a name."""
        match = _DIFFERENCE.fullmatch(name.strip().lower())
        if match is None:
            return None
        nodes = [None if node in {"0", "gnd"} else self._place(f"v({node})") for node in match.groups()]
        known = [
            node in {"0", "gnd"} or place is not None
            for node, place in zip(match.groups(), nodes, strict=True)
        ]
        return (nodes[0], nodes[1]) if all(known) and nodes != [None, None] else None

    @cached_property
    def steps(self) -> list[slice]:
        """The runs of the axis: one for an ordinary plot, one per outer value for a nested dc sweep."""
        axis = self.axis
        if axis is None or len(axis) < 3 or self.variables[0].kind in _AXES:
            return [slice(0, self.n_points)]
        import numpy as np

        forward = np.sign(axis[1] - axis[0])
        turns = np.flatnonzero(np.sign(np.diff(axis)) != forward) + 1
        edges = [0, *turns.tolist(), self.n_points]
        return [slice(first, last) for first, last in itertools.pairwise(edges)]

    def _bytes(self, start: int, count: int) -> bytes | memoryview:
        """At most `count` bytes of the data section from `start`."""
        if self.data is not None:
            return self.data[start : start + count]
        with RawBytes(self.path) as source:
            return source.read(self.offset + start, count)

    def last_row(self) -> tuple[Value, ...]:
        """The values of the last point, without numpy; empty if there is none."""
        if not self.n_points:
            return ()
        if not self.header.binary:
            return tuple(Value(value) for value in self.rows[-1])
        size = self.header.row_size
        raw = self._bytes((self.n_points - 1) * size, size)
        if len(raw) < size:
            raise WaveformError(f"{self.path}: shrank while it was read")
        values = struct.unpack(f"<{size // 8}d", raw)
        if not self.complex:
            return values
        return tuple(Value(*pair) for pair in zip(values[::2], values[1::2], strict=True))


@dataclass(frozen=True)
class RawFile:
    """The plots of one raw file, in file order. `torn`: what follows the last plot is not a plot."""

    path: Path
    plots: tuple[Plot, ...]
    torn: bool = False

    @classmethod
    def open(cls, path: Path | str) -> RawFile:
        """Read all headers of `path`. Raises WaveformError if it contains no plot."""
        path = Path(path)
        plots: list[Plot] = []
        with RawBytes(path) as source:
            position = 0
            try:
                while position < source.size and source.read(position, 64).strip():
                    plots.append(_plot_at(source, position))
                    position = plots[-1].offset + plots[-1].size
            except HeaderError as error:
                if not plots:
                    raise WaveformError(f"{path}: not a raw file: {error}") from None
                return cls(path, tuple(plots), torn=True)
        if not plots:
            raise WaveformError(f"{path}: is empty")
        return cls(path, tuple(plots))

    @property
    def complete(self) -> bool:
        """Whether everything the headers promise is there."""
        return not self.torn and all(plot.complete for plot in self.plots)

    def plot(self, kind: str) -> Plot:
        """The first plot whose name begins with `kind`, without case. Raises WaveformError."""
        for plot in self.plots:
            if plot.name.lower().startswith(kind.lower()):
                return plot
        raise WaveformError(f"{self.path}: has no plot '{kind}'")


def _plot_at(source: RawBytes, position: int) -> Plot:
    header, offset = _header_at(source, position)
    left = source.size - offset
    if not header.binary:
        size = _to_next_plot(source, offset)
        count = _ascii_points(source, offset, size, len(header.variables))
        return Plot(
            source.path, header, min(count, header.points) or count, offset, size, count == header.points
        )
    if header.points == 0 and left and not _NEXT_PLOT.match(source.read(offset, 32)):
        # A simulator that writes as it goes fills the count in at its end; this one never came to it.
        rows = left // header.row_size
        return _binary_plot(source, header, rows, offset, complete=False)
    rows = min(header.points, left // header.row_size)
    return _binary_plot(source, header, rows, offset, complete=rows == header.points)


def _binary_plot(source: RawBytes, header: Header, rows: int, offset: int, *, complete: bool) -> Plot:
    size = rows * header.row_size
    return Plot(source.path, header, rows, offset, size, complete, source.kept(offset, size))


def _header_at(source: RawBytes, position: int) -> tuple[Header, int]:
    """The header at `position` and where its data begins."""
    length = _FIRST_READ
    while True:
        head = source.read(position, length)
        if _NEXT_PLOT.match(head.lstrip()) is None:
            raise HeaderError(f"no 'Title:' at byte {position}")
        if match := _DATA.search(head):
            text = head[: match.start()].decode("utf-8", "replace")
            return parse_header(text, binary=match[1].lower() == b"binary"), position + match.end()
        if len(head) < length or length >= _LONGEST_HEADER:
            raise HeaderError(f"the header at byte {position} has no end")
        length *= 8


def _blocks(source: RawBytes, offset: int) -> Iterator[tuple[int, bytes]]:
    """Overlapping pieces of the file from `offset`, so that a word on a boundary is found whole."""
    while offset < source.size:
        yield offset, source.read(offset, _CHUNK + 64)
        offset += _CHUNK


def _to_next_plot(source: RawBytes, offset: int) -> int:
    """Bytes from `offset` to the next ``Title:`` line or to the end of the file."""
    for start, block in _blocks(source, offset):
        match = re.search(rb"\n[ \t]*title:", block, re.IGNORECASE)
        if match:
            return start + match.start() + 1 - offset
    return source.size - offset


def _ascii_points(source: RawBytes, offset: int, size: int, columns: int) -> int:
    """How many whole points an ASCII section contains: each is an index and one value per column."""
    words, position, tail = 0, offset, b""
    while position < offset + size:
        block = tail + source.read(position, min(_CHUNK, offset + size - position))
        position += _CHUNK
        cut = max(block.rfind(b"\n"), block.rfind(b"\t")) if position < offset + size else len(block)
        words += len(block[:cut].split())
        tail = block[cut:]
    return words // (columns + 1)


def _ascii_rows(plot: Plot) -> Trace:
    """The values of an ASCII section. Raises WaveformError where a number does not read as one."""
    import numpy as np

    with RawBytes(plot.path) as source:
        words = source.read(plot.offset, plot.size).decode("ascii", "replace").split()
    width = len(plot.variables) + 1
    table = np.array(words[: plot.n_points * width], dtype=object).reshape(plot.n_points, width)[:, 1:]
    try:
        if plot.complex:
            values = [complex(*map(float, word.split(",", 1))) for word in table.ravel()]
            return np.array(values, np.complex128).reshape(table.shape)
        return table.astype(np.float64)
    except (ValueError, TypeError) as error:
        raise WaveformError(f"{plot.path}: plot '{plot.name}' contains an invalid number: {error}") from None
