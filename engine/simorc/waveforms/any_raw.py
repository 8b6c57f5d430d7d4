"""Raw files of any simulator: ngspice and Xyce by our own reader, LTspice and QSPICE by spicelib.

A stepped file holds the same analysis several times over; each step is read as a file of its own.
"""

from __future__ import annotations

import itertools
import logging
import re
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simorc.errors import WaveformError
from simorc.regular_files import open_regular
from simorc.waveforms.header import Variable
from simorc.waveforms.rawfile import Plot, RawFile

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_FOREIGN = re.compile(r"^command:.*\b(?:ltspice|linear technology|qspice)", re.IGNORECASE | re.MULTILINE)
_XYCE_STEP = re.compile(r"\bstep (\d+) of \d+(?:\s+params?:)?\s*(.*)", re.IGNORECASE)
_VALUES = re.compile(re.escape("Values:".encode("utf-16-le")), re.IGNORECASE)
_HEAD = 1 << 14


@dataclass(frozen=True)
class Section:
    """One analysis of one step; supports the same queries as a plot of a raw file."""

    name: str
    title: str
    variables: tuple[Variable, ...]
    axis: NDArray[np.float64] | None
    columns: dict[str, Any]

    def trace(self, name: str) -> Any:
        """The values of a variable by its name, without case. Raises WaveformError."""
        try:
            return self.columns[name.lower()]
        except KeyError:
            raise WaveformError(f"plot '{self.name}' has no trace '{name}'") from None


@dataclass(frozen=True)
class Step:
    """The analyses of one step; `label` names it (``r=1k``, ``step 2``), empty in a file without steps."""

    label: str
    plots: tuple[Plot | Section, ...]


def open_steps(path: Path) -> list[Step]:
    """Every step of a raw file, one for an ordinary file. Raises WaveformError."""
    if _is_foreign(path):
        return _foreign_steps(path)
    try:
        plots = RawFile.open(path.resolve()).plots  # a file that a user names may be a link
    except WaveformError as error:
        try:
            return _foreign_steps(path)
        except WaveformError:
            raise error from None
    return _own_steps(plots)


def _is_foreign(path: Path) -> bool:
    try:
        with open_regular(path, follow=True) as stream:
            head = stream.read(_HEAD)
    except OSError as error:
        raise WaveformError(f"{path}: {error.strerror}") from None
    wide = head[1:2] == b"\0"
    return wide or _FOREIGN.search(head.decode("utf-8", "replace")) is not None


# ngspice, Xyce ------------------------------------------------------------------------------------


def _own_steps(plots: Sequence[Plot]) -> list[Step]:
    named = [(plot, _XYCE_STEP.search(plot.name)) for plot in plots]
    if any(match for _, match in named):
        return [Step(_label(match), (plot,)) for plot, match in named]
    if len(plots) == 1 and len(plots[0].steps) > 1:
        return [
            Step(f"step {number}", (_cut(plots[0], rows),))
            for number, rows in enumerate(plots[0].steps, start=1)
        ]
    return [Step("", tuple(plots))]


def _label(match: re.Match[str] | None) -> str:
    if match is None:
        return ""
    return match[2].strip() or f"step {match[1]}"


def _cut(plot: Plot, rows: slice) -> Section:
    columns = {each.name.lower(): plot.rows[rows, place] for place, each in enumerate(plot.variables)}
    axis = plot.axis
    return Section(plot.name, plot.title, plot.variables, None if axis is None else axis[rows], columns)


# LTspice, QSPICE ----------------------------------------------------------------------------------


def _foreign_steps(path: Path) -> list[Step]:
    """The steps as spicelib reads them. LTspice names their values in the log beside the file."""
    content = path.read_bytes()
    if content[1:2] == b"\0" and _VALUES.search(content):
        return _wide_ascii_steps(path, content)
    from spicelib import RawRead
    from spicelib.raw.raw_read import SpiceReadException

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            logging.getLogger("spicelib").addHandler(logging.NullHandler())
            reader = RawRead(path, verbose=False)
        for plot in reader.plots:
            if plot.steps == []:
                # Without the log beside a stepped file spicelib counts no step, and then cannot read any.
                plot._steps = None
        steps = list(_steps_of(reader.plots))
    except (OSError, ValueError, LookupError, RuntimeError, TypeError, SpiceReadException) as error:
        raise WaveformError(f"{path}: not a raw file that spicelib can read: {error}") from error
    if not steps or not all(step.plots for step in steps):
        raise WaveformError(f"{path}: has no traces")
    return steps


def _wide_ascii_steps(path: Path, content: bytes) -> list[Step]:
    """Numbers as text in UTF-16, which spicelib cannot read: read by our own reader as UTF-8."""
    with tempfile.NamedTemporaryFile(suffix=".raw") as narrow:
        narrow.write(content.decode("utf-16-le", "replace").encode())
        narrow.flush()
        try:
            plots = RawFile.open(narrow.name).plots
            sections = [_cut(plot, slice(None)) for plot in plots]
        except WaveformError as error:
            raise WaveformError(error.message.replace(narrow.name, str(path))) from None
    if len(plots) > 1 or "stepped" not in plots[0].flags:
        return [Step("", tuple(sections))]
    (whole,) = sections
    rows = _restarts(whole.axis, plots[0].n_points)
    return [Step(f"step {number}", (_rows(whole, each),)) for number, each in enumerate(rows, start=1)]


def _steps_of(plots: Sequence[Any]) -> Iterator[Step]:
    read = [(plot, *_read(plot)) for plot in plots if plot.get_trace_names()]
    stepped = next((each for each in read if len(each[2]) > 1), None)
    for number in range(len(stepped[2]) if stepped else 1):
        label = _values_of(stepped[0], number, len(stepped[2])) if stepped else ""
        sections = (_rows(whole, rows[number if len(rows) > 1 else 0]) for _, whole, rows in read)
        yield Step(label, tuple(sections))


def _values_of(plot: Any, number: int, count: int) -> str:
    """``r=1000`` of a step; its number where the log that names it is missing or of another simulation."""
    values = plot.steps[number] if plot.steps and len(plot.steps) == count else {}
    shown = ", ".join(f"{name}={value}" for name, value in values.items() if name != "run")
    return shown or f"step {number + 1}"


def _read(plot: Any) -> tuple[Section, list[slice]]:
    """All points of a plot, and the rows of each of its steps."""
    import numpy as np

    names = list(plot.get_trace_names())
    columns = {name.lower(): np.asarray(plot.get_trace(name).data) for name in names}
    kinds = [str(getattr(plot.get_trace(name), "whattype", "notype")) for name in names]
    variables = tuple(Variable(name, kind) for name, kind in zip(names, kinds, strict=True))
    axis = None
    if plot.axis is not None:
        axis = np.real(columns[names[0].lower()]).astype(np.float64)
        # LTspice marks points by a negative time when it compresses.
        axis = np.abs(axis) if names[0].lower() == "time" else axis
        columns[names[0].lower()] = axis
    stepped = "stepped" in str(plot.get_raw_property("Flags")).lower()
    rows = _restarts(axis, len(columns[names[0].lower()])) if stepped else [slice(None)]
    return Section(str(plot.get_plot_name()), "", variables, axis, columns), rows


def _restarts(axis: NDArray[np.float64] | None, count: int) -> list[slice]:
    """Where the axis begins again; each point by itself where there is no axis (operating points)."""
    import numpy as np

    if axis is None:
        return [slice(place, place + 1) for place in range(count)]
    moves = np.sign(np.diff(axis))
    forward = next((move for move in moves if move), 1.0)
    edges = [0, *(np.flatnonzero(moves == -forward) + 1).tolist(), count]
    return [slice(first, last) for first, last in itertools.pairwise(edges)]


def _rows(whole: Section, rows: slice) -> Section:
    axis = None if whole.axis is None else whole.axis[rows]
    columns = {name: values[rows] for name, values in whole.columns.items()}
    return replace(whole, axis=axis, columns=columns)
