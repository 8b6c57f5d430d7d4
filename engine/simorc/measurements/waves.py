"""The waveforms of one case as measurements see them: found by analysis and signal, read once."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from simorc.errors import SimorcError, WaveformError
from simorc.measurements.arrays import Floats, Trace
from simorc.measurements.missing import MeasurementMissing

ANALYSES = {
    "tran": r"transient|\btran",
    "ac": r"\bac\b|\bac\d|small.signal",
    "noise": r"noise spectral|\bnoise[1-9]*[13579]\b",
    "noise_total": r"integrated noise|\bnoise[1-9]*[02468]\b",
    "dc": r"dc transfer|\bdc\d",
    "op": r"operating point|\bop\d",
    "sp": r"s.parameter|\bsp\d",
    "pz": r"pole",
    "tf": r"transfer function",
}
"""What a plot's name says about its analysis; the first match counts, in this order."""

PREFERENCE = ("tran", "ac", "dc", "noise", "op", "noise_total", "sp", "tf", "pz")
"""Where a signal is looked for when no analysis is named."""

_CURRENT = re.compile(r"i\((.+)\)")
_VOLTAGE = re.compile(r"v\((.+)\)")


class PlotLike(Protocol):
    """What is asked of a plot of a raw file (``simorc.waveforms.rawfile.Plot``)."""

    @property
    def name(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def variables(self) -> Sequence[tuple[Any, ...]]: ...
    @property
    def axis(self) -> Any: ...
    def trace(self, name: str) -> Any: ...


def analysis_of(plot: PlotLike) -> str:
    """``tran``, ``ac``, ... of a plot, or its own name where it is none of the known ones."""
    text = f"{plot.name} | {plot.title}".lower() if not _known(plot.name) else plot.name.lower()
    return next((kind for kind, pattern in ANALYSES.items() if re.search(pattern, text)), plot.name.lower())


def _known(name: str) -> bool:
    return any(re.search(pattern, name.lower()) for pattern in ANALYSES.values())


class Waves:
    """The plots of one case; several of one analysis are ``tran1``, ``tran2``, ..., ``tran`` the first."""

    def __init__(self, plots: Iterable[PlotLike]) -> None:
        self._plots: dict[str, PlotLike] = {}
        self._traces: dict[tuple[int, str], Trace] = {}
        seen: dict[str, int] = {}
        for plot in plots:
            kind = analysis_of(plot)
            seen[kind] = seen.get(kind, 0) + 1
            self._plots.setdefault(kind, plot)
            self._plots[f"{kind}{seen[kind]}"] = plot

    @property
    def analyses(self) -> tuple[str, ...]:
        """Which analyses there are, without numbers."""
        return tuple(name for name in self._plots if not name[-1].isdigit())

    def __getitem__(self, signal: str) -> Any:
        """The values of a signal, as a numpy array."""
        return self.trace(signal).y

    def axis(self, analysis: str | None = None) -> Floats:
        """Time, frequency or the swept value of an analysis (of the first one found when none is named)."""
        return self._axis(self._plots[self.choose(analysis, ())])

    def trace(self, signal: str, analysis: str | None = None) -> Trace:
        """A signal over its axis; MeasurementMissing names the nearest signal when it is not there."""
        plot = self._plots[self.choose(analysis, (signal,))]
        key = (id(plot), signal.lower())
        if key not in self._traces:
            values = _read(plot, signal)
            self._traces[key] = Trace(self._axis(plot), values)
        return self._traces[key]

    def _axis(self, plot: PlotLike) -> Floats:
        key = (id(plot), "")
        if key not in self._traces:
            axis = plot.axis
            found = np.zeros(1) if axis is None else np.ascontiguousarray(np.real(axis), dtype=np.float64)
            self._traces[key] = Trace(found, found)
        return self._traces[key].x

    def choose(self, analysis: str | None, signals: Sequence[str], first: Sequence[str] = ()) -> str:
        """The plot to read ``signals`` from: the named one, else the first that has them all."""
        if analysis is not None:
            if analysis.lower() not in self._plots:
                known = ", ".join(self.analyses) or "none"
                raise MeasurementMissing(f"no {analysis} analysis: there is {known}")
            return analysis.lower()
        if not self._plots:
            raise MeasurementMissing("no waveforms")
        ordered = sorted(self._plots, key=lambda name: _rank(name, first))
        holding = (name for name in ordered if all(has_signal(self._plots[name], each) for each in signals))
        return next(holding, ordered[0])


def _rank(name: str, first: Sequence[str]) -> tuple[int, int, str]:
    kind = name.rstrip("0123456789")
    chosen = first.index(kind) if kind in first else len(first)
    return chosen, PREFERENCE.index(kind) if kind in PREFERENCE else len(PREFERENCE), name


def _names(plot: PlotLike) -> list[str]:
    return [variable[0].lower() for variable in plot.variables]


def spellings(signal: str) -> list[str]:
    """How a raw file may spell a signal: ``i(v1)`` is also ``v1#branch``, ``v(out)`` also ``out``."""
    signal = signal.lower().replace(" ", "")
    found = [signal]
    if match := _CURRENT.fullmatch(signal):
        found += [f"{match[1]}#branch", f"i({match[1]}#branch)", f"@{match[1]}[i]", f"i(@{match[1]}[i])"]
    elif match := _VOLTAGE.fullmatch(signal):
        found.append(match[1])
    else:
        found += [f"v({signal})", f"i({signal})"]
    return found


def has_signal(plot: PlotLike, signal: str) -> bool:
    """Whether a plot has a signal; ``v(a,b)`` asks for both nodes, ground is always there."""
    if (pair := _pair(signal)) is not None:
        return all(node == "0" or has_signal(plot, f"v({node})") for node in pair)
    names = set(_names(plot))
    return any(each in names for each in spellings(signal))


def _pair(signal: str) -> tuple[str, str] | None:
    match = _VOLTAGE.fullmatch(signal.lower().replace(" ", ""))
    if match is None or "," not in match[1]:
        return None
    first, second = match[1].split(",", 1)
    return first, second


def _read(plot: PlotLike, signal: str) -> Any:
    if (pair := _pair(signal)) is not None:
        return _voltage(plot, pair[0]) - _voltage(plot, pair[1])
    return _column(plot, signal)


def _voltage(plot: PlotLike, node: str) -> Any:
    return 0.0 if node == "0" else _column(plot, f"v({node})")


def _column(plot: PlotLike, signal: str) -> Any:
    names = _names(plot)
    for spelling in spellings(signal):
        if spelling in names:
            # One copy out of the interleaved file: every later operation runs over contiguous memory.
            values = np.ascontiguousarray(plot.trace(spelling))
            if any(variable[2:] == (True,) for variable in plot.variables if variable[0].lower() == spelling):
                # The result of a `meas` command: one number, padded with zeros to the length of the plot.
                return np.full_like(values, values[0])
            # ngspice writes the frequency as a complex number.
            return np.real(values) if spelling == names[0] and plot.axis is not None else values
    near = difflib.get_close_matches(signal.lower(), names, n=1)
    hint = f" (did you mean {near[0]}?)" if near else ""
    raise MeasurementMissing(f"no signal {signal} in the {analysis_of(plot)} analysis{hint}")


def open_waves(raw_path: Path) -> Waves:
    """The waveforms of a raw file; MeasurementMissing where there is none to read."""
    from simorc.waveforms.rawfile import RawFile

    try:
        return Waves(RawFile.open(raw_path).plots)
    except WaveformError as error:
        raise MeasurementMissing(f"no waveforms: {error.message}") from error


Opening = Callable[[], Waves]
"""Opens the waveforms when the first measurement needs them."""


def lazily(raw_path: Path | None) -> Opening:
    """Waves opened at the first call and kept; the same failure again for every later call."""
    opened: list[Waves | SimorcError] = []

    def waves() -> Waves:
        if not opened:
            opened.append(_opened_or_error(raw_path))
        found = opened[0]
        if isinstance(found, SimorcError):
            raise found
        return found

    return waves


def _opened_or_error(raw_path: Path | None) -> Waves | SimorcError:
    if raw_path is None:
        return MeasurementMissing("the simulation left no waveforms")
    try:
        return open_waves(raw_path)
    except MeasurementMissing as error:
        return error
