"""Computes ``.meas`` results with full precision.

ngspice always prints five to seven digits. The raw file has them all, so the simple forms of ``.meas`` are
computed again from it, by ngspice's own rules (straight lines between points). A refined value is used only
if it agrees with the printed one in every printed digit; otherwise the printed one is used, so a misread form
does no harm. The printed one is also used if it is uncertain which plot ngspice has measured: that is the
last of its kind, so all of them have to be in the raw file.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from simorc.errors import WaveformError
from simorc.measurements.meas_output import Printed
from simorc.measurements.meas_zeros import PLOT_OF, outside
from simorc.netlist.deck.cards import fields, spice_number
from simorc.netlist.deck.control_flow import branches
from simorc.netlist.deck.deck import Deck
from simorc.netlist.deck.parts import MeasCard
from simorc.waveforms.rawfile import Plot, RawFile

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Curve = NDArray[np.float64]

_SIGNAL = re.compile(r"(v|i)(db|m|p|r|i)?\((.+)\)")
_ROUNDED = 0.5 + 1e-6
"""The largest difference from the printed number in units of its last digit: ngspice rounds."""
_ULPS = 100
"""How far two widths may differ, in units of the last place, that ngspice takes for one."""
_CONDITION = {"rise", "fall", "cross", "td", "from", "to", "at", "val"}


class NotSimpleError(ValueError):
    """A form of ``.meas`` that is not computed here."""


def refine(deck: Deck, printed: Mapping[str, Printed], raw: RawFile | None) -> dict[str, float]:
    """The measurements in `printed`, to full precision where `raw` gives it."""
    values = {name: found.value for name, found in printed.items()}
    if raw is None:
        return values
    for name in outside(deck, raw):
        values.pop(name, None)
    names = Counter(card.name for card in deck.measures)
    several = {name for name, count in names.items() if count > 1} | deck.measured_twice
    for card in deck.measures:
        found = printed.get(card.name)
        if found is None or card.name in several or card.name not in values:
            continue
        exact = _computed(card, deck, raw)
        if exact is not None and abs(exact - found.value) <= found.uncertainty * _ROUNDED:
            values[card.name] = exact
    return values


def _computed(card: MeasCard, deck: Deck, raw: RawFile) -> float | None:
    import numpy as np

    try:
        with np.errstate(all="ignore"):  # the decibels of a signal that is zero
            value = _Form(card, deck, raw).value()
    except (NotSimpleError, WaveformError, LookupError):
        return None
    return value if math.isfinite(value) else None


def _measured_plot(kind: str, deck: Deck, raw: RawFile) -> Plot:
    """The plot that ngspice has measured; raises NotSimpleError where that is not sure."""
    plots = [plot for plot in raw.plots if plot.name.lower().startswith(PLOT_OF[kind])]
    analyses = [analysis for analysis in deck.wanted if analysis.kind == kind]
    if not plots or len(plots) != len(analyses) or (deck.runs_itself and branches(deck.commands)):
        raise NotSimpleError(kind)
    return plots[-1]


class _Form:
    """One card against the plot of its analysis."""

    def __init__(self, card: MeasCard, deck: Deck, raw: RawFile) -> None:
        words = fields(card.text)[3:]
        self.words = [word.lower() for word in _joined(words)]
        self.parameters = deck.parameters
        if card.analysis not in PLOT_OF or not self.words:
            raise NotSimpleError(card.text)
        self.plot = _measured_plot(card.analysis, deck, raw)
        if len(self.plot.steps) != 1 or self.plot.n_points < 2 or self.plot.axis is None:
            raise NotSimpleError(card.text)
        self.axis: Curve = self.plot.axis

    def value(self) -> float:
        verb = self.words[0]
        if verb in _REDUCTIONS:
            signal, settings = self._split(self.words[1:])
            return _REDUCTIONS[verb](*self._window(self._curve(signal), settings))
        if verb == "find":
            return self._find()
        if verb == "when":
            return self._when(self.words[1:])
        if verb == "trig" and "targ" in self.words:
            place = self.words.index("targ")
            return self._when(self.words[place + 1 :]) - self._when(self.words[1:place])
        raise NotSimpleError(verb)

    def _find(self) -> float:
        import numpy as np

        curve = self._curve(self.words[1])
        rest = self.words[2:]
        at = self._when(rest[1:] if rest[0] == "when" else rest)
        return float(np.interp(at, self.axis, curve))

    def _split(self, words: Sequence[str]) -> tuple[str, dict[str, str]]:
        """The signal and the ``name = value`` settings behind it."""
        settings = {}
        rest = list(words[1:])
        while rest:
            if len(rest) < 3 or rest[1] != "=" or rest[0] not in _CONDITION:
                raise NotSimpleError(" ".join(words))
            settings[rest[0]] = rest[2]
            rest = rest[3:]
        return words[0], settings

    def _number(self, word: str) -> float:
        inner = word[1:-1].strip() if word[0] in "{'" else word
        value = spice_number(inner)
        if value is None and inner in self.parameters:
            value = spice_number(self.parameters[inner])
        if value is None:
            raise NotSimpleError(word)
        return value

    def _curve(self, signal: str) -> Curve:
        import numpy as np

        match = _SIGNAL.fullmatch(signal)
        if match is None:
            raise NotSimpleError(signal)
        trace = self.plot.trace(f"{match[1]}({match[3]})")
        if not self.plot.complex:
            if match[2]:
                raise NotSimpleError(signal)
            return np.asarray(trace, np.float64)
        if match[2] is None:
            raise NotSimpleError(signal)
        return _PARTS[match[2]](trace)

    def _window(self, curve: Curve, settings: Mapping[str, str]) -> tuple[Curve, Curve]:
        """The points between ``from`` and ``to``, with interpolated ends."""
        import numpy as np

        low = self._number(settings["from"]) if "from" in settings else float(self.axis[0])
        high = self._number(settings["to"]) if "to" in settings else float(self.axis[-1])
        if not set(settings) <= {"from", "to"} or not low < high:
            raise NotSimpleError("window")
        inside = (self.axis > low) & (self.axis < high)
        ends = np.interp([low, high], self.axis, curve)
        x = np.concatenate(([low], self.axis[inside], [high]))
        return x, np.concatenate((ends[:1], curve[inside], ends[1:]))

    def _when(self, words: Sequence[str]) -> float:
        """The position of a crossing: ``v(out)=0.5 rise=2``, ``v(a)=v(b) cross=last``, ``v(out) val=0.5
        fall=1``, ``at=1u``.
        """
        if words[0] == "at":
            return self._number(words[2])
        signal, rest = words[0], list(words[1:])
        if rest[:1] == ["="]:
            level, rest = rest[1], rest[2:]
            settings = self._split(["-", *rest])[1]
        else:
            settings = self._split(["-", *rest])[1]
            level = settings.pop("val")
        difference = self._curve(signal) - (self._curve(level) if "(" in level else self._number(level))
        return self._crossing(difference, settings)

    def _crossing(self, difference: Curve, settings: Mapping[str, str]) -> float:
        import numpy as np

        above = difference >= 0
        rises, falls = ~above[:-1] & above[1:], above[:-1] & ~above[1:]
        chosen = {"rise": rises, "fall": falls, "cross": rises | falls}
        edges = [name for name in chosen if name in settings]
        if len(edges) > 1 or not set(settings) <= {*chosen, "td"}:
            raise NotSimpleError("crossing")
        places = np.flatnonzero(chosen[edges[0]] if edges else chosen["cross"])
        before, after = difference[places], difference[places + 1]
        at = self.axis[places] + before / (before - after) * (self.axis[places + 1] - self.axis[places])
        if "td" in settings:
            at = at[at >= self._number(settings["td"])]
        which = settings[edges[0]] if edges else "1"
        return float(at[-1] if which == "last" else at[int(self._number(which)) - 1])


def _joined(words: Sequence[str]) -> list[str]:
    """Words of one signal put together again: ``v(a,`` ``b)``."""
    joined: list[str] = []
    for word in words:
        if joined and joined[-1].count("(") > joined[-1].count(")"):
            joined[-1] += word
        else:
            joined.append(word)
    return joined


def _area(x: Curve, y: Curve) -> float:
    import numpy as np

    return float(np.sum((y[1:] + y[:-1]) * np.diff(x)) / 2)


def _mixed_area(x: Curve, y: Curve) -> float:
    """The area as ngspice's RMS and INTEG have it: Simpson's rules over equal steps, else trapezoids."""
    import numpy as np

    width = np.append(np.diff(x), (0.0, 0.0))
    alike = np.abs(np.diff(width)) <= np.spacing(np.abs(width[:-1])) * _ULPS
    trapezoids = np.concatenate(([0.0], np.cumsum(width[:-2] * (y[:-1] + y[1:]) / 2)))
    starts, at, area, last = np.flatnonzero(alike[:-1]), 0, 0.0, len(x) - 1
    for start in starts:
        if start < at or start + 2 > last:
            continue
        area += float(trapezoids[start] - trapezoids[at])
        three = start + 3 <= last and bool(alike[start + 1])
        area += _simpson(width[start], y[start : start + (4 if three else 3)])
        at = int(start) + (3 if three else 2)
    return area + float(trapezoids[last] - trapezoids[at])


def _simpson(width: float, y: Curve) -> float:
    if len(y) == 4:
        return float(3 * width * (y[0] + 3 * (y[1] + y[2]) + y[3]) / 8)
    return float(width * (y[0] + 4 * y[1] + y[2]) / 3)


_REDUCTIONS: dict[str, Callable[[Curve, Curve], float]] = {
    "max": lambda x, y: float(y.max()),
    "min": lambda x, y: float(y.min()),
    "pp": lambda x, y: float(y.max() - y.min()),
    "max_at": lambda x, y: float(x[y.argmax()]),
    "min_at": lambda x, y: float(x[y.argmin()]),
    "avg": lambda x, y: _area(x, y) / float(x[-1] - x[0]),
    "integ": _mixed_area,
    "rms": lambda x, y: math.sqrt(_mixed_area(x, y * y) / float(x[-1] - x[0])),
}


def _decibel(trace: Curve) -> Curve:
    import numpy as np

    return np.asarray(20 * np.log10(np.abs(trace)))


def _phase(trace: Curve) -> Curve:
    import numpy as np

    return np.asarray(np.angle(trace))


_PARTS: dict[str, Callable[..., Curve]] = {
    "db": _decibel,
    "m": abs,
    "p": _phase,
    "r": lambda trace: trace.real,
    "i": lambda trace: trace.imag,
}
