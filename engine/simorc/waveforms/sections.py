"""Data sections of raw files: the part that must be identical in two simulations of a case.

The imaginary part of a complex plot's axis is ignored: ngspice does not set it, so that a deck's
``frequency`` may differ there from one run to the next, and no measurement reads it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from simorc.waveforms.rawfile import Plot, RawFile
from simorc.waveforms.source import RawBytes

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_CHUNK = 1 << 20


@dataclass(frozen=True)
class Difference:
    """Where two raw files differ first.

    `plot` is the plot's name, `vector` the name of the vector, `point` counts from 0, `axis` is the value of
    the plot's axis there (None for a plot without one); `values` are what the two files hold. A difference
    that has no such place (another number of points, other vectors) has only a `text`.
    """

    text: str
    plot: str = ""
    vector: str = ""
    point: int | None = None
    axis: float | None = None
    values: tuple[complex, complex] | None = None

    def __str__(self) -> str:
        return self.text


def same_data(one: Path | str, other: Path | str) -> bool:
    """Whether two raw files hold the same plots with the same data, bit for bit. Raises WaveformError."""
    return first_difference(one, other) is None


def first_difference(
    one: Path | str, other: Path | str, labels: tuple[str, str] = ("in one", "in the other")
) -> Difference | None:
    """The first position at which two raw files differ, None if they do not.

    `labels` name the two files in the text. Raises WaveformError.
    """
    first, second = RawFile.open(one), RawFile.open(other)
    names = [[plot.name for plot in raw.plots] for raw in (first, second)]
    if names[0] != names[1]:
        return Difference(f"the plots are {_both(labels, *map(_listed, names))}")
    with RawBytes(first.path) as source, RawBytes(second.path) as target:
        for mine, theirs in zip(first.plots, second.plots, strict=True):
            found = _shapes_differ(mine, theirs, labels)
            if found is None and not _same_bytes(source, mine, target, theirs):
                found = _values_differ(mine, theirs, labels)
            if found is not None:
                return found
    return None


def _listed(names: list[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)


def _both(labels: tuple[str, str], one: object, other: object) -> str:
    return f"{one} {labels[0]} and {other} {labels[1]}"


def _shapes_differ(one: Plot, other: Plot, labels: tuple[str, str]) -> Difference | None:
    for what in (_vectors, _flags, _points):
        if what(one) != what(other):
            return Difference(f"'{one.name}' has {_both(labels, what(one), what(other))}", one.name)
    return (
        None if one.variables == other.variables else Difference(f"'{one.name}' has other types of vectors")
    )


def _vectors(plot: Plot) -> str:
    return f"the vectors {_listed([variable.name for variable in plot.variables])}"


def _flags(plot: Plot) -> str:
    return f"the flags {' '.join(sorted(plot.flags))}"


def _points(plot: Plot) -> str:
    return f"{plot.n_points} points{'' if plot.complete else ', not all of them,'}"


def _same_bytes(source: RawBytes, one: Plot, target: RawBytes, other: Plot) -> bool:
    return one.size == other.size and all(
        source.read(one.offset + start, min(_CHUNK, one.size - start))
        == target.read(other.offset + start, min(_CHUNK, one.size - start))
        for start in range(0, one.size, _CHUNK)
    )


def _values_differ(one: Plot, other: Plot, labels: tuple[str, str]) -> Difference | None:
    """The first value that differs; None if only bytes differ that do not change a value."""
    import numpy as np

    places = np.flatnonzero((_bits(one) != _bits(other)).any(axis=1))
    if not len(places):
        return None
    point = int(places[0])
    column = int(np.flatnonzero(_bits(one)[point] != _bits(other)[point])[0]) // (2 if one.complex else 1)
    values = complex(one.rows[point, column]), complex(other.rows[point, column])
    axis = None if one.axis is None else float(one.axis[point])
    vector = one.variables[column].name
    at = f"point {point}" if axis is None else f"{one.variables[0].name} = {axis!r} (point {point})"
    text = f"{vector} of '{one.name}' at {at} is {_both(labels, *map(_number, values))}"
    return Difference(text, one.name, vector, point, axis, values)


def _bits(plot: Plot) -> NDArray[np.uint64]:
    """The values as bit patterns, shape (points, vectors), or (points, 2 x vectors) for a complex plot; the
    imaginary part of an axis is 0.
    """
    import numpy as np

    bits = np.ascontiguousarray(plot.rows).view(np.uint64)
    if plot.complex and plot.has_axis:
        bits = bits.copy()
        bits[:, 1] = 0
    return bits


def _number(value: complex) -> str:
    return repr(value) if value.imag else repr(value.real)
