"""simorc plot: the waveforms of a case, drawn in the terminal."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import click

from simorc.cli.scope import Scope, scoped
from simorc.errors import UsageError, WaveformError

if TYPE_CHECKING:
    from simorc.waveforms.rawfile import Plot


@click.command("plot")
@click.argument("run")
@click.argument("case", type=click.IntRange(min=1))
@click.argument("traces", nargs=-1)
@click.option(
    "--plot", "plot_name", metavar="NAME", help="Which analysis of the raw file (default: the last one)."
)
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
    """Draw TRACES (as in 'v(out)') of CASE of RUN; without any, its voltages."""
    from simorc.waveforms.rawfile import RawFile

    layout = scope.run(run)
    plot = _chosen(RawFile.open(layout.raw(case)).plots, plot_name)
    room = shutil.get_terminal_size((100, 30))
    names = traces or tuple(name for name, kind in plot.variables[1:] if kind == "voltage")[:4]
    if not names:
        raise UsageError("no trace named", remedy="one of " + ", ".join(name for name, _ in plot.variables))
    click.echo(_draw(plot, names, width or room.columns, height or room.lines - 2, log_x))


def _chosen(plots: list[Plot], name: str | None) -> Plot:
    if not plots:
        raise WaveformError("the raw file holds no plot")
    if name is None:
        return plots[-1]
    for plot in plots:
        if name.lower() in plot.name.lower():
            return plot
    raise UsageError(
        f"no plot {name!r} in the raw file", remedy="one of " + ", ".join(plot.name for plot in plots)
    )
