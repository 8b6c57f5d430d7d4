"""simorc plot: plot waveforms and measurements in the terminal or to a file."""

from __future__ import annotations

import locale
import shutil
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from simorc.cli.completion import RUNS
from simorc.cli.context import Scope, scoped
from simorc.cli.number_options import CountOption
from simorc.cli.output.file_plot import is_raw_file
from simorc.cli.output.plot_choice import Asked, plot_named
from simorc.cli.output.tables import table, write
from simorc.text import plain
from simorc.units import format_si

if TYPE_CHECKING:
    from simorc.measurements.waves import PlotLike
    from simorc.plots.backends.terminal.figures import Drawing
    from simorc.plots.figure import Figure
    from simorc.results.open_run import OpenRun

UNITS = {"voltage": "V", "current": "A"}


@dataclass(frozen=True)
class Room:
    """How large and on which scale to draw in the terminal; None is what suits."""

    width: int | None
    height: int | None
    log_x: bool | None


@click.command("plot")
@click.argument("run", metavar="[RUN|FILE.raw]", default="last", shell_complete=RUNS)
@click.argument("what", metavar="[SPEC|CASE|SIGNAL]...", nargs=-1)
@click.option("--where", metavar="EXPR", default="", help="Overlay the cases that meet this condition.")
@click.option("--histogram", "histograms", metavar="MEAS", multiple=True, help="Histogram of a measurement.")
@click.option(
    "--against", metavar="PARAM", help="Plot measurements (the named ones, or all) over this parameter."
)
@click.option("--plot", "analysis", metavar="NAME", help="Analysis in the raw file (default: automatic).")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write the plot to a file: .svg, .png, .pdf, .html (interactive) or .csv (numbers).",
)
@click.option("--width", type=CountOption(20, 1000), help="Width in columns (default: the terminal width).")
@click.option("--height", type=CountOption(8, 500), help="Height in lines (default: the terminal height).")
@click.option("--log-x/--lin-x", default=None, help="Scale of x (default: automatic).")
@scoped
def command(
    scope: Scope,
    run: str,
    out: Path | None,
    width: int | None,
    height: int | None,
    log_x: bool | None,
    **choice: object,
) -> None:
    """Plot waveforms or measurements of RUN.

    After RUN: plot specs by name or title, case numbers (3,7-9), signals ('v(out)', 'vdb(out)'). Without
    any: the plot specs the run was built with, or the first outputs of its first case.

    A raw file of ngspice, Xyce, LTspice or QSPICE needs no project: plot specs (FILE.yaml) or signals
    follow. Each step of a stepped file is a curve.
    """
    from simorc.results.open_run import OpenRun

    asked = Asked(**choice)  # type: ignore[arg-type]
    if is_raw_file(run):
        _raw_file(Path(run), asked, out, Room(width, height, log_x))
        return
    opened = OpenRun(scope.run(run))
    figures = _figures(opened, asked)
    if figures:
        _show(figures, out, Room(width, height, log_x))
    else:
        _signals(opened, asked, out, Room(width, height, log_x))


def _raw_file(path: Path, asked: Asked, out: Path | None, room: Room) -> None:
    """Draw a raw file: plot specs, signals, or the values of an operating point."""
    from simorc.cli.output.file_plot import file_figures, file_panel, refuse_choices_of_runs
    from simorc.plots.backends.terminal.figures import Drawing, figure_of_panel
    from simorc.waveforms.any_raw import open_steps

    refuse_choices_of_runs(asked)
    steps = open_steps(path)
    if figures := file_figures(steps, asked, path.name):
        _show(figures, out, room)
        return
    first = plot_named(steps[0].plots, asked.analysis, asked.what)
    if first.axis is None:
        _write_table(first, asked)
        return
    if out is not None and out.suffix == ".csv" and len(steps) == 1:
        _write_signals(first, asked, out)
        return
    panel = file_panel(steps, asked, path.name)
    if out is None:
        write(_lines(Drawing(panel), room))
    else:
        _show([figure_of_panel(panel)], out, room)


def _figures(run: OpenRun, asked: Asked) -> list[Figure]:
    from simorc.cli.output.plot_choice import measurement_figures, spec_figures

    if asked.against is not None or asked.histograms:
        return measurement_figures(run, asked)
    return spec_figures(run, asked)


def _signals(run: OpenRun, asked: Asked, out: Path | None, room: Room) -> None:
    """Signals of cases: a table where there is no axis, curves otherwise."""
    from simorc.cli.output.plot_choice import cases_to_draw, plot_of_case, signal_panel
    from simorc.plots.backends.terminal.figures import Drawing, figure_of_panel

    plots = {case: plot_of_case(run, case, asked) for case in cases_to_draw(run, asked)}
    first = next(iter(plots.values()))
    if out is not None and out.suffix == ".csv" and len(plots) == 1:
        _write_signals(first, asked, out)
        return
    if first.axis is None:
        _write_table(first, asked)
        return
    panel = signal_panel(run, plots, asked)
    if out is None:
        write(_lines(Drawing(panel), room))
    else:
        _show([figure_of_panel(panel)], out, room)


def _write_signals(plot: PlotLike, asked: Asked, out: Path) -> None:
    """Every digit of the signals of one case, complex ones in two columns."""
    from simorc.measurements.waves import Waves
    from simorc.plots.backends.terminal.strips import default_names
    from simorc.results.export import write_waves

    out.parent.mkdir(parents=True, exist_ok=True)
    with out.open("w", encoding="utf-8", newline="") as stream:
        write_waves(Waves([plot]), asked.names or default_names(plot), stream)
    click.echo(plain(str(out)))


def _write_table(plot: PlotLike, asked: Asked) -> None:
    own = [each for each in plot.variables if each[2:] != (True,)]
    kinds = {variable[0].lower(): variable[1] for variable in plot.variables}
    names = asked.names or tuple(each[0] for each in own)
    rows = []
    for name in names:
        unit = UNITS.get(kinds.get(name.lower(), "voltage"), "")
        rows.append((plain(name), format_si(float(plot.trace(name)[0].real), unit)))
    write(table(("trace", "value"), rows))


def _show(figures: list[Figure], out: Path | None, room: Room) -> None:
    from simorc.plots.backends.terminal.figures import drawing_of
    from simorc.plots.files import write_figures

    if out is not None:
        for path in write_figures(figures, out):
            click.echo(plain(str(path)))
        return
    for figure in figures:
        write(_lines(drawing_of(figure), room))


def _lines(drawing: Drawing, room: Room) -> list[str]:
    from simorc.plots.backends.terminal.plot import Look, draw_panel

    terminal = shutil.get_terminal_size((100, 32))
    encoding = (sys.stdout.encoding or locale.getencoding()).lower().replace("-", "")
    panel = drawing.panel
    look = Look(
        room.width or terminal.columns,
        room.height or max(8, terminal.lines - 2),
        span=drawing.span,
        log_x=panel.log_x,
        log_y=panel.log_y,
        cursors=drawing.cursors,
        ascii=encoding != "utf8",
        coloured=sys.stdout.isatty(),
    )
    return draw_panel(panel, look if room.log_x is None else replace(look, log_x=room.log_x))
