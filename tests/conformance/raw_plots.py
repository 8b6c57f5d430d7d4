"""Raw files read without simorc's own reader, which is what is under test."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Column = NDArray[np.float64] | NDArray[np.complex128]


@dataclass(frozen=True, eq=False)
class RawPlot:
    """One plot: its name, its vectors' names and a column of numbers for each, complex where it is."""

    name: str
    vectors: tuple[str, ...]
    columns: Column

    @property
    def has_axis(self) -> bool:
        """Whether the first vector is the axis of the others."""
        return len(self.vectors) > 0 and self.vectors[0].lower() in {"time", "frequency"}


def read_plots(path: Path) -> list[RawPlot]:
    """Every plot of a raw file, of a torn one the whole points. Raises ValueError if it is none."""
    data, position, plots = path.read_bytes(), 0, []
    while data[position:].strip():
        plot, position = _read_plot(data, position)
        plots.append(plot)
    return plots


def _read_plot(data: bytes, position: int) -> tuple[RawPlot, int]:
    binary, values = data.find(b"Binary:\n", position), data.find(b"Values:\n", position)
    if binary < 0 and values < 0:
        raise ValueError("not a raw file, or torn")
    is_binary = values < 0 or 0 <= binary < values
    start = binary if is_binary else values
    header = data[position:start].decode("utf-8", "replace").splitlines()
    fields = dict(line.split(":", 1) for line in header if line[:1].isalpha() and ":" in line)
    points, count = int(fields["No. Points"]), int(fields["No. Variables"])
    names = tuple(line.split()[1] for line in header if line.startswith("\t"))
    kind: np.dtype[Any] = np.dtype(np.complex128 if "complex" in fields["Flags"] else np.float64)
    start += len(b"Binary:\n")
    if is_binary:
        end = start + points * count * kind.itemsize
        if end > len(data):  # `.option interp` promises more points than `-r` writes
            points = (len(data) - start) // (count * kind.itemsize)
            end = len(data)
        table: Column = np.frombuffer(data, kind, points * count, start)
    else:
        end = _end_of_values(data, start)
        table = _values(data[start:end], points, count, kind.kind == "c")
    return RawPlot(fields["Plotname"].strip(), names[:count], table.reshape(points, count)), end


def _end_of_values(data: bytes, start: int) -> int:
    following = data.find(b"Title:", start)
    return len(data) if following < 0 else following


def _values(text: bytes, points: int, count: int, is_complex: bool) -> Column:
    words = text.split()
    if len(words) != points * (count + 1):
        raise ValueError("torn")
    kept = [word for place, word in enumerate(words) if place % (count + 1)]
    if not is_complex:
        return np.array([float(word) for word in kept])
    return np.array([complex(*map(float, word.split(b","))) for word in kept])
