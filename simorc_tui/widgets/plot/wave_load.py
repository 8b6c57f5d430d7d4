"""Reads the waveforms of a case from its raw file, in a thread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from simorc.errors import UsageError, WaveformError
from simorc.plots.backends.terminal.expressions import Numbers, with_expressions
from simorc.plots.backends.terminal.plot import Panel
from simorc.plots.backends.terminal.specs import panel_from_spec
from simorc.plots.backends.terminal.spectra import Spectrum, spectra_of
from simorc.plots.backends.terminal.strips import UNITS, axis_unit, default_names, overlaid, panel_of
from simorc.plots.labels import differing_labels
from simorc.results.open_run import OpenRun
from simorc.rundir.layout import RunLayout
from simorc.units import format_si
from simorc.waveforms.rawfile import Plot, RawFile
from simorc_tui.data.as_written import read_written
from simorc_tui.widgets.plot.wave_case import numbers_of, specs_of, why_none

MOST_CASES = 16


@dataclass(frozen=True)
class Request:
    """Whose waveforms to show: one case, or several over each other. `signals` None means what suits.

    `expressions` come on top of the signals; with `spectrum` all of it is shown over frequency.
    """

    layout: RunLayout
    case_ids: tuple[int, ...]
    view: str = ""
    signals: tuple[str, ...] | None = None
    expressions: tuple[str, ...] = ()
    spectrum: Spectrum | None = None


@dataclass(frozen=True)
class Row:
    """One value of an operating point."""

    name: str
    value: str


@dataclass(frozen=True)
class Picture:
    """The result of a request: a panel, a table of values, or a note with the reason for neither.

    `views` are the choices: plot specs first, then the plots of the raw file. `names` are its signals,
    `usual` those shown by default, `stamps` the state of the files it was read from. `problems` maps each
    invalid expression to its error.
    """

    note: str = ""
    panel: Panel | None = None
    rows: tuple[Row, ...] = ()
    views: tuple[str, ...] = ()
    view: str = ""
    names: tuple[str, ...] = ()
    usual: tuple[str, ...] = ()
    caution: str = ""
    problems: tuple[tuple[str, str], ...] = ()
    stamps: tuple[tuple[int, int, int], ...] = ()


def load(request: Request) -> Picture:
    """Read what `request` names. Never raises for missing or damaged files: the note names them."""
    stamps = stamps_of(request)
    found = {case_id: _of_case(request, case_id) for case_id in request.case_ids[:MOST_CASES]}
    if not found:
        return Picture("No case selected.")
    left_out = len(request.case_ids) - len(found)
    picture = _together(request.layout, found, left_out) if len(found) > 1 else next(iter(found.values()))
    return replace(picture, stamps=stamps)


def stamps_of(request: Request) -> tuple[tuple[int, int, int], ...]:
    """The state of the raw files, to detect changes: inode, size, time of change."""
    stamps = []
    for case_id in request.case_ids[:MOST_CASES]:
        try:
            status = request.layout.raw(case_id).stat()
            stamps.append((status.st_ino, status.st_size, status.st_mtime_ns))
        except OSError:
            stamps.append((0, 0, 0))
    return tuple(stamps)


def _together(layout: RunLayout, found: Mapping[int, Picture], left_out: int) -> Picture:
    written = read_written(OpenRun(layout)) or (lambda _: {})
    labels = differing_labels({case_id: written(case_id) for case_id in found})
    panels = {labels[case]: picture.panel for case, picture in found.items() if picture.panel is not None}
    if not panels:
        return next(iter(found.values()))
    first = next(picture for picture in found.values() if picture.panel is not None)
    without = [str(case_id) for case_id, picture in found.items() if picture.panel is None]
    cautions = [f"no waveform: case {', '.join(without)}"] if without else []
    if left_out:
        cautions.append(f"{left_out} more cases are marked")
    return Picture(
        panel=overlaid(panels),
        views=first.views,
        view=first.view,
        names=first.names,
        usual=first.usual,
        problems=tuple(dict(each for one in found.values() for each in one.problems).items()),
        caution="   ".join(cautions),
    )


def _of_case(request: Request, case_id: int) -> Picture:
    try:
        numbers = numbers_of(request.layout, case_id)
        return _of_raw(RawFile.open(request.layout.raw(case_id)), request, numbers)
    except (WaveformError, UsageError) as error:
        return Picture(why_none(request.layout, case_id, error))


def _of_raw(raw: RawFile, request: Request, numbers: Numbers) -> Picture:
    plots = [plot for plot in raw.plots if plot.n_points]
    if not plots:
        raise WaveformError(f"{raw.path}: no points yet")
    views = views_of(plots, specs_of(request.layout), numbers)
    view = request.view if request.view in views else next(iter(views))
    shown = views[view]
    caution = "" if raw.complete else "incomplete: still being written, or the simulation ended early"
    found = Picture(views=tuple(views), view=view, caution=caution)
    if isinstance(shown, Panel) and request.signals is None:
        # Its title is the name of the view, which is shown above the plot already.
        found, below = replace(found, names=_names(plots)), _below(plots, shown)
        return _complete(found, replace(shown, title=""), below, request, numbers, raw)
    plot = _holding(plots, request.signals or ()) if isinstance(shown, Panel) else shown
    if not plot.has_axis:
        return replace(found, rows=tuple(_rows(plot)))
    found = replace(found, names=_names([plot]), usual=tuple(default_names(plot)))
    return _complete(found, panel_of(plot, request.signals), plot, request, numbers, raw)


def _complete(
    found: Picture, panel: Panel, plot: Plot, request: Request, numbers: Numbers, raw: RawFile
) -> Picture:
    """The panel with its expressions, over frequency if requested."""
    panel, errors = with_expressions(panel, plot, request.expressions, numbers, raw.plots)
    problems = tuple((text, error.message) for text, error in errors.items())
    if request.spectrum is not None:
        panel = spectra_of(panel, request.spectrum)
    return replace(found, panel=panel, problems=problems)


def _below(plots: Sequence[Plot], panel: Panel) -> Plot:
    """The plot from which a plot spec's panel was made, determined by its x."""
    drawable = [plot for plot in plots if plot.has_axis]
    return next((plot for plot in drawable if axis_unit(plot) == panel.x_unit), drawable[0])


def views_of(
    plots: Sequence[Plot], specs: Sequence[Mapping[str, Any]], numbers: Numbers
) -> dict[str, Panel | Plot]:
    """Plot specs that find their signals, then every plot of the raw; equal names are numbered."""
    views: dict[str, Panel | Plot] = {}
    for spec in specs:
        try:
            panel = panel_from_spec(plots, spec, numbers)
        except UsageError:
            # A spec written for another analysis: this raw simply has nothing for it.
            continue
        views[_free(panel.title or "plot", views)] = panel
    drawable_first = sorted(plots, key=lambda plot: not plot.has_axis)
    for plot in drawable_first:
        views[_free(plot.name, views)] = plot
    return views


def _free(name: str, taken: Mapping[str, object]) -> str:
    number = 1
    while (name if number == 1 else f"{name} {number}") in taken:
        number += 1
    return name if number == 1 else f"{name} {number}"


def _holding(plots: Sequence[Plot], signals: Sequence[str]) -> Plot:
    drawable = [plot for plot in plots if plot.has_axis]
    for plot in drawable:
        if all(signal in plot for signal in signals):
            return plot
    raise UsageError(f"no plot has {', '.join(signals)}")


def _names(plots: Sequence[Plot]) -> tuple[str, ...]:
    names = [variable.name for plot in plots if plot.has_axis for variable in plot.variables[1:]]
    return tuple(dict.fromkeys(names))


def _rows(plot: Plot) -> list[Row]:
    """The values of an operating point; of several points the last."""
    values = plot.rows[-1]
    return [
        Row(variable.name, format_si(float(np.real(value)), UNITS.get(variable.kind, ""), 6))
        for variable, value in zip(plot.variables, values, strict=True)
    ]
