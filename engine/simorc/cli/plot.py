"""simorc plot: the waveforms of a case, drawn in the terminal."""

from __future__ import annotations

import locale
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from simorc.cli.scope import Scope, scoped
from simorc.cli.tables import table, write
from simorc.display import plain
from simorc.errors import UsageError, WaveformError
from simorc.quantities import format_si

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

    from simorc.reports.terminal_plot import Panel, Strip
    from simorc.waveforms.rawfile import Plot

    Axis = NDArray[float64]

UNITS = {"voltage": "V", "current": "A", "time": "s", "frequency": "Hz"}
MOST_TRACES = 4
"""Drawn when none is named: more curves in one box of characters tell nothing."""


@click.command("plot")
@click.argument("run")
@click.argument("case", type=click.IntRange(min=1))
@click.argument("traces", nargs=-1)
@click.option("--plot", "plot_name", metavar="NAME", help="Analysis of the raw file (default: the last one).")
@click.option("--width", type=click.IntRange(20, 1000), help="Columns (default: the terminal's).")
@click.option("--height", type=click.IntRange(8, 500), help="Lines (default: the terminal's).")
@click.option("--log-x/--lin-x", default=None, help="Scale of x (default: log for a frequency).")
@scoped
def command(
    scope: Scope,
    run: str,
    case: int,
    traces: tuple[str, ...],
    plot_name: str | None,
    width: int | None,
    height: int | None,
    log_x: bool | None,
) -> None:
    """Draw TRACES (as in 'v(out)') of CASE of RUN; without any, its first voltages."""
    layout = scope.run(run)
    plot = _plot_of(layout.raw(case), plot_name)
    names = traces or _first_voltages(plot)
    axis = plot.axis
    if axis is None:
        write(table(("trace", "value"), [_value(plot, name) for name in names]))
        return
    room = shutil.get_terminal_size((100, 32))
    title = f"{layout.name} case {case}: {plot.name}"
    write(
        _drawn(
            _panel(title, plot, axis, names), width or room.columns, height or max(8, room.lines - 2), log_x
        )
    )


def _plot_of(path: Path, name: str | None) -> Plot:
    from simorc.waveforms.rawfile import RawFile

    plots = RawFile.open(path).plots
    if not plots:
        raise WaveformError(f"{path} holds no plot")
    found = [plot for plot in plots if name is None or name.lower() in plot.name.lower()]
    if not found:
        raise UsageError(f"no plot {name!r}", remedy="one of " + ", ".join(plot.name for plot in plots))
    return found[-1]


def _first_voltages(plot: Plot) -> tuple[str, ...]:
    own = [each for each in plot.variables[plot.has_axis :] if not each.padded]
    voltages = [each for each in own if each.kind == "voltage"]
    return tuple(each.name for each in voltages or own)[:MOST_TRACES]


def _value(plot: Plot, name: str) -> tuple[str, str]:
    return plain(name), format_si(float(plot.trace(name)[0].real), _unit(plot, name))


def _unit(plot: Plot, name: str) -> str:
    kinds = {variable.name.lower(): variable.kind for variable in plot.variables}
    return UNITS.get(kinds.get(name.lower(), "voltage"), "")


def _panel(title: str, plot: Plot, axis: Axis, names: Sequence[str]) -> Panel:
    """Magnitude and phase of complex traces; otherwise a strip per unit."""
    from simorc.reports.terminal_plot import Panel

    x = plot.variables[0]
    strips = _bode(plot, axis, names) if plot.complex else _by_unit(plot, axis, names)
    return Panel(
        strips=tuple(strips),
        x_unit=UNITS.get(x.kind, ""),
        x_label=x.name,
        log_x=x.kind == "frequency",
        title=title,
    )


def _by_unit(plot: Plot, axis: Axis, names: Sequence[str]) -> list[Strip]:
    from simorc.reports.terminal_curves import PlotTrace
    from simorc.reports.terminal_plot import Strip

    units: dict[str, list[PlotTrace]] = {}
    for name in names:
        units.setdefault(_unit(plot, name), []).append(PlotTrace.of(name, axis, plot.trace(name)))
    return [Strip(tuple(traces), unit) for unit, traces in units.items()]


def _bode(plot: Plot, axis: Axis, names: Sequence[str]) -> list[Strip]:
    import numpy as np

    from simorc.reports.terminal_curves import PlotTrace
    from simorc.reports.terminal_plot import Strip

    magnitudes, phases = [], []
    for name in names:
        trace = plot.trace(name)
        decibels = 20 * np.log10(np.maximum(np.abs(trace), np.finfo(float).tiny))
        magnitudes.append(PlotTrace.of(name, axis, decibels))
        phases.append(PlotTrace.of(name, axis, np.degrees(np.unwrap(np.angle(trace)))))
    return [Strip(tuple(magnitudes), "dB"), Strip(tuple(phases), "°")]


def _drawn(panel: Panel, width: int, height: int, log_x: bool | None) -> list[str]:
    from simorc.reports.terminal_plot import Look, draw_panel

    encoding = (sys.stdout.encoding or locale.getencoding()).lower().replace("-", "")
    log = panel.log_x if log_x is None else log_x
    return draw_panel(
        panel, Look(width, height, log_x=log, ascii=encoding != "utf8", coloured=sys.stdout.isatty())
    )
