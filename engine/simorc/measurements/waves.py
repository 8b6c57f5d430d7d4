"""The waveforms of one case for measurements: found by analysis and signal, read once."""

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
from simorc.waveforms.plot_names import analysis_of_name, places_by_name

PREFERENCE = ("tran", "ac", "dc", "noise", "op", "noise_total", "sp", "tf", "pz", "sens", "disto", "pss")
"""Where a signal is looked for when no analysis is named: the first kind that has it. Two plots of that kind
are refused, not chosen from.
"""

_CURRENT = re.compile(r"i\((.+)\)")
_VOLTAGE = re.compile(r"v\((.+)\)")


class PlotLike(Protocol):
    """What measurements need of a plot of a raw file (``simorc.waveforms.rawfile.Plot``)."""

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
    return analysis_of_name(plot.name)


class Waves:
    """The plots of one case. ``tran`` names the only transient; of several, ``tran1``, ``tran2``, ... as a
    session of ngspice does.
    """

    def __init__(self, plots: Iterable[PlotLike], shown: PlotLike | None = None) -> None:
        """With ``shown`` (one of ``plots``) everything is read from that plot, and a name of another one is
        refused.
        """
        self._plots = tuple(plots)
        self._shown = next((i for i, plot in enumerate(self._plots) if plot is shown), None)
        self._places = places_by_name([plot.name for plot in self._plots])
        self._traces: dict[tuple[int, str], Trace] = {}

    @property
    def analyses(self) -> tuple[str, ...]:
        """Which analyses there are, without numbers."""
        return tuple(dict.fromkeys(map(analysis_of, self._plots)))

    def __getitem__(self, signal: str) -> Any:
        """The values of a signal, as a numpy array."""
        return self.trace(signal).y

    def axis(self, analysis: str | int | None = None) -> Floats:
        """Time, frequency or the swept value of an analysis (of the first kind found when none is named)."""
        return self._axis(self.choose(analysis, ()))

    def trace(self, signal: str, analysis: str | int | None = None) -> Trace:
        """A signal over its axis; MeasurementMissing names the nearest signal if it is missing."""
        place = self.choose(analysis, (signal,))
        key = (place, signal.lower())
        if key not in self._traces:
            self._traces[key] = Trace(self._axis(place), _read(self._plots[place], signal))
        return self._traces[key]

    def has(self, signal: str, place: int) -> bool:
        """Whether the plot at a place that `choose` gave has a signal."""
        return has_signal(self._plots[place], signal)

    def analysis_at(self, place: int) -> str:
        """The kind of the plot at a place that `choose` gave."""
        return analysis_of(self._plots[place])

    def axis_name(self, axis: Floats) -> str:
        """What the axis of these very values is called (``time``, ``frequency``, ``v-sweep``); empty for one
        that no analysis has, such as that of a spectrum.
        """
        for place, plot in enumerate(self._plots):
            if plot.axis is not None and np.array_equal(self._axis(place), axis):
                return str(plot.variables[0][0])
        return ""

    def _axis(self, place: int) -> Floats:
        key = (place, "")
        if key not in self._traces:
            axis = self._plots[place].axis
            found = np.zeros(1) if axis is None else np.ascontiguousarray(np.real(axis), dtype=np.float64)
            self._traces[key] = Trace(found, found)
        return self._traces[key].x

    def choose(self, analysis: str | int | None, signals: Sequence[str], first: Sequence[str] = ()) -> int:
        """The place of the plot to read ``signals`` from: the named one, else the only one that has them all
        of the first kind in ``first`` and ``PREFERENCE`` that has such a plot.

        MeasurementMissing where the name fits no plot or several, or where several of one kind have them.
        """
        if isinstance(analysis, int):
            return analysis
        if analysis is not None:
            return self._named(analysis)
        if self._shown is not None:
            return self._shown
        if not self._plots:
            raise MeasurementMissing("no waveforms")
        kinds = sorted(self.analyses, key=lambda kind: _rank(kind, first))
        for kind in kinds:
            places = [place for place in self._places[kind] if analysis_of(self._plots[place]) == kind]
            holding = [place for place in places if self._has_all(place, signals)]
            if holding:
                return self._only(", ".join(signals) or "the axis", kind, holding)
        return self._places[kinds[0]][0]

    def _named(self, analysis: str) -> int:
        places = self._places.get(analysis.lower(), ())
        if not places:
            known = ", ".join(self.analyses) or "none"
            raise MeasurementMissing(f"no {analysis} analysis: there is {known}")
        if self._shown is not None and self._shown in places:
            return self._shown
        if len(places) == 1 and self._shown is not None:
            raise MeasurementMissing(f"{analysis} is not the plot shown")
        if len(places) == 1:
            return places[0]
        names = [self._own_name(place) for place in places]
        raise MeasurementMissing(f"{analysis} is the name of {len(places)} plots: write {_either(names)}")

    def _only(self, what: str, kind: str, places: Sequence[int]) -> int:
        if len(places) == 1:
            return places[0]
        names = [self._own_name(place) for place in places]
        raise MeasurementMissing(
            f"{what} is in {len(places)} {kind} plots: name one, {_either(names)}, as in {names[-1]}.v(out)"
        )

    def _own_name(self, place: int) -> str:
        """A name that means this plot alone."""
        return next(name for name, places in reversed([*self._places.items()]) if places == (place,))

    def _has_all(self, place: int, signals: Sequence[str]) -> bool:
        return all(has_signal(self._plots[place], each) for each in signals)


def _either(names: Sequence[str]) -> str:
    return " or ".join(names) if len(names) < 3 else ", ".join(names)


def _rank(kind: str, first: Sequence[str]) -> tuple[int, int, str]:
    chosen = first.index(kind) if kind in first else len(first)
    return chosen, PREFERENCE.index(kind) if kind in PREFERENCE else len(PREFERENCE), kind


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
    """Whether a plot has a signal; ``v(a,b)`` needs both nodes, ground always exists."""
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
    """Waves opened at the first call and cached; a failure is raised again for every later call."""
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
        return MeasurementMissing("the simulation wrote no waveforms")
    try:
        return open_waves(raw_path)
    except MeasurementMissing as error:
        return error
