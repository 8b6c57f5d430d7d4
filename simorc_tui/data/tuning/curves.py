"""The curves of a tuner: those of its cases, over them variants, behind them the nominal ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from simorc.analysis.tuning.tuner import TunedCase
from simorc.errors import SimorcError
from simorc.plots.backends.terminal.expressions import as_numbers
from simorc.plots.backends.terminal.plot import Panel
from simorc.plots.backends.terminal.strips import overlaid, panel_of
from simorc.units import Value
from simorc.waveforms.rawfile import RawFile
from simorc_tui.data.tuning.readings import Reading
from simorc_tui.widgets.plot.wave_load import views_of

_KEPT = 64


@dataclass(frozen=True)
class Wanted:
    """What to draw: `shown` in front, `variants` by their name over it, `ghost` behind. `view` is a plot spec
    or a plot of the raw file; '' is the first.
    """

    cases: tuple[TunedCase, ...]
    shown: Reading
    ghost: Reading | None = None
    variants: tuple[tuple[str, Reading], ...] = ()
    view: str = ""


@dataclass(frozen=True)
class Curves:
    """What came of it: a panel, or a note with the reason for none; the views there are, the one drawn."""

    panel: Panel | None = None
    note: str = ""
    views: tuple[str, ...] = ()
    view: str = ""


class CurveReader:
    """Reads the curves of readings. For one thread at a time: a reading is read once for each view."""

    def __init__(self, defaults: Mapping[str, Value], specs: Sequence[Mapping[str, Any]]) -> None:
        self._defaults = defaults
        self._specs = specs
        self._panel_of = lru_cache(maxsize=_KEPT)(self._read)

    def curves(self, wanted: Wanted) -> Curves:
        """The curves that are wanted. Never raises for waveforms that cannot be read."""
        try:
            first = self._case(wanted, wanted.shown, 0)
            panels = self._by_case(wanted, wanted.shown, "")
            for name, reading in wanted.variants:
                panels |= self._by_case(wanted, reading, f"{name} ")
            panel = labelled(panels) if len(panels) > 1 else first.panel
            if wanted.ghost is not None and panel is not None:
                panel = with_ghosts(panel, self._by_case(wanted, wanted.ghost, "nominal "))
        except SimorcError as error:
            return Curves(note=error.message)
        return replace(first, panel=panel)

    def _by_case(self, wanted: Wanted, reading: Reading, prefix: str) -> dict[str, Panel]:
        found = {}
        for place, case in enumerate(wanted.cases):
            panel = self._case(wanted, reading, place).panel
            if panel is not None:
                found[f"{prefix}{case.name}"] = panel
        return found

    def _case(self, wanted: Wanted, reading: Reading, place: int) -> Curves:
        return self._panel_of(_Key(reading, place, wanted.cases[place], wanted.view))

    def _read(self, key: _Key) -> Curves:
        raw = key.reading.raws[key.place]
        if raw is None:
            return Curves(note="the simulation wrote no waveforms")
        plots = [plot for plot in RawFile.open(raw).plots if plot.n_points]
        measured = key.reading.measured[key.place] or {}
        scope = {**self._defaults, **key.case.parameters, **key.reading.values, **measured}
        views = {
            name: view
            for name, view in views_of(plots, self._specs, as_numbers(scope)).items()
            if isinstance(view, Panel) or view.has_axis
        }
        if not views:
            return Curves(note="the testbench gives operating points only: no curve to draw")
        name = key.view if key.view in views else next(iter(views))
        view = views[name]
        panel = replace(view, title="") if isinstance(view, Panel) else panel_of(view)
        return Curves(panel, "", tuple(views), name)


@dataclass(frozen=True)
class _Key:
    """A curve that was read: a reading is known by its number."""

    reading: Reading
    place: int
    case: TunedCase
    view: str

    def __hash__(self) -> int:
        return hash((self.reading.number, self.place, self.view))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and (
            (self.reading.number, self.place, self.view, self.reading.raws)
            == (other.reading.number, other.place, other.view, other.reading.raws)
        )


def labelled(panels: Mapping[str, Panel]) -> Panel:
    """Panels over each other; a strip with one curve of each is labelled by what the panels are of."""
    panel = overlaid(panels)
    strips = []
    for strip in panel.strips:
        owners = [trace.label.partition(": ")[0] for trace in strip.traces]
        alone = len(set(owners)) == len(owners)
        traces = (
            replace(trace, label=owner) if alone else trace
            for trace, owner in zip(strip.traces, owners, strict=True)
        )
        strips.append(replace(strip, traces=tuple(traces)))
    return replace(panel, strips=tuple(strips))


def with_ghosts(panel: Panel, others: Mapping[str, Panel]) -> Panel:
    """A panel with the curves of others behind its own, strip by strip."""
    strips = []
    for strip in panel.strips:
        ghosts = [
            replace(trace, label=f"{name}: {trace.label}", ghost=True)
            for name, other in others.items()
            for each in other.strips
            if (each.unit, each.title) == (strip.unit, strip.title)
            for trace in each.traces
        ]
        strips.append(replace(strip, traces=(*strip.traces, *ghosts)))
    return replace(panel, strips=tuple(strips))
