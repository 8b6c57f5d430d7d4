"""What the wave pane shows of a case: read from its raw file, away from the screen."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from simorc.config.yaml_source import read_yaml
from simorc.errors import RunError, SimorcError, UsageError, WaveformError
from simorc.quantities import format_si
from simorc.reports.terminal_plot import Panel
from simorc.reports.terminal_specs import panel_from_spec
from simorc.reports.terminal_strips import UNITS, overlaid, panel_of
from simorc.runs.layout import RunLayout
from simorc.runs.manifest import load_manifest
from simorc.runs.view import RunView
from simorc.waveforms.rawfile import Plot, RawFile

MOST_CASES = 16


@dataclass(frozen=True)
class Request:
    """Whose waveforms to show: one case, or several over each other. `signals` None means what suits."""

    layout: RunLayout
    case_ids: tuple[int, ...]
    view: str = ""
    signals: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Row:
    """One value of an operating point."""

    name: str
    value: str


@dataclass(frozen=True)
class Picture:
    """What a request came to: a panel, a table of values, or a note saying why neither.

    `views` are what there is to choose from: plot specs first, then the plots of the raw. `names` are its
    signals, `stamps` the state of the files it was read from.
    """

    note: str = ""
    panel: Panel | None = None
    rows: tuple[Row, ...] = ()
    views: tuple[str, ...] = ()
    view: str = ""
    names: tuple[str, ...] = ()
    caution: str = ""
    stamps: tuple[tuple[int, int, int], ...] = ()


def load(request: Request) -> Picture:
    """Read what `request` asks for. Never raises for what is missing or broken: the note says it."""
    stamps = stamps_of(request)
    found = {case_id: _of_case(request, case_id) for case_id in request.case_ids[:MOST_CASES]}
    if not found:
        return Picture("no case chosen")
    left_out = len(request.case_ids) - len(found)
    picture = _together(found, left_out) if len(found) > 1 else next(iter(found.values()))
    return replace(picture, stamps=stamps)


def stamps_of(request: Request) -> tuple[tuple[int, int, int], ...]:
    """What tells whether the raw files changed: inode, size, time of change."""
    stamps = []
    for case_id in request.case_ids[:MOST_CASES]:
        try:
            status = request.layout.raw(case_id).stat()
            stamps.append((status.st_ino, status.st_size, status.st_mtime_ns))
        except OSError:
            stamps.append((0, 0, 0))
    return tuple(stamps)


def _together(found: Mapping[int, Picture], left_out: int) -> Picture:
    panels = {str(case_id): picture.panel for case_id, picture in found.items() if picture.panel is not None}
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
        caution="   ".join(cautions),
    )


def _of_case(request: Request, case_id: int) -> Picture:
    try:
        return _of_raw(RawFile.open(request.layout.raw(case_id)), request)
    except (WaveformError, UsageError) as error:
        return Picture(_why_none(request.layout, case_id, error))


def _of_raw(raw: RawFile, request: Request) -> Picture:
    plots = [plot for plot in raw.plots if plot.n_points]
    if not plots:
        raise WaveformError(f"{raw.path}: no points yet")
    specs = _specs(request.layout)
    views = _views(plots, specs)
    view = request.view if request.view in views else next(iter(views))
    shown = views[view]
    caution = "" if raw.complete else "incomplete: still being written, or the simulation ended early"
    if isinstance(shown, Panel):
        if request.signals is None:
            # Its title is the name of the view, which stands above the plot already.
            panel = replace(shown, title="")
            return Picture(panel=panel, views=tuple(views), view=view, names=_names(plots), caution=caution)
        shown = _holding(plots, request.signals)
    if not shown.has_axis:
        rows = tuple(_rows(shown))
        return Picture(rows=rows, views=tuple(views), view=view, caution=caution)
    panel = panel_of(shown, request.signals)
    return Picture(panel=panel, views=tuple(views), view=view, names=_names([shown]), caution=caution)


def _views(plots: Sequence[Plot], specs: Sequence[Mapping[str, Any]]) -> dict[str, Panel | Plot]:
    """Plot specs that find their signals, then every plot of the raw; equal names are numbered."""
    views: dict[str, Panel | Plot] = {}
    for spec in specs:
        try:
            panel = panel_from_spec(plots, spec)
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


def _specs(layout: RunLayout) -> list[Mapping[str, Any]]:
    """The run's plot specs: as frozen with the run, else as they stand in the project."""
    try:
        manifest = load_manifest(layout)
    except RunError:
        return []
    found: list[Mapping[str, Any]] = []
    for spec in manifest.get("plot_specs") or []:
        content = spec if isinstance(spec, Mapping) else _spec_file(layout, str(spec))
        found += [content] if isinstance(content, Mapping) else []
    return found


def _spec_file(layout: RunLayout, name: str) -> Any:
    """A file a spec stands in, named from the project's directory: frozen with the run, or in the project."""
    path = next((place for place in (layout.inputs / name, layout.root / name) if place.is_file()), None)
    return None if path is None else read_yaml(path).data


def _why_none(layout: RunLayout, case_id: int, error: SimorcError) -> str:
    """Why a case has no waveform, in words: its status says more than a missing file."""
    try:
        with RunView(layout) as view:
            case = view.case(case_id)
    except (RunError, sqlite3.DatabaseError):
        return error.message
    if case is None:
        return f"case {case_id} is pending"
    match case["status"]:
        case "pending":
            return f"case {case_id} is pending"
        case "in_progress":
            return f"case {case_id} is running, no waveform yet"
        case "failed":
            why = case["message"] or case["kind"] or "see its log"
            return f"case {case_id} failed and left no waveform: {why}"
        case _:
            return error.message
