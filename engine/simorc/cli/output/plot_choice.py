"""Selects what `simorc plot` draws: plot specs, signals of cases, measurements."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from simorc.cli.case_ids import parse_case_ids
from simorc.errors import SimorcError, UsageError, WaveformError

if TYPE_CHECKING:
    from simorc.measurements.waves import PlotLike
    from simorc.plots.backends.terminal.plot import Panel
    from simorc.plots.figure import Figure
    from simorc.plots.spec import PlotSpec
    from simorc.results.open_run import OpenRun
    from simorc.waveforms.rawfile import Plot

AnyPlot = TypeVar("AnyPlot", bound="PlotLike")

MOST_MEASUREMENTS = 6
"""Drawn over a parameter when none is named."""
_CASES = re.compile(r"\d[\d,\-]*")


@dataclass(frozen=True)
class Asked:
    """The command line: the arguments after RUN, and the options that select."""

    what: tuple[str, ...] = ()
    where: str = ""
    analysis: str | None = None
    against: str | None = None
    histograms: tuple[str, ...] = ()

    @property
    def cases(self) -> list[int]:
        """The case numbers among the words, ascending."""
        words = [word for word in self.what if _CASES.fullmatch(word)]
        try:
            return parse_case_ids(",".join(words)) if words else []
        except ValueError as error:
            raise UsageError(str(error)) from error

    @property
    def names(self) -> tuple[str, ...]:
        """The other words: plot specs, signals, or (over a parameter) measurements."""
        return tuple(word for word in self.what if not _CASES.fullmatch(word))


def measurement_figures(run: OpenRun, asked: Asked) -> list[Figure]:
    """``--histogram`` and ``--against``."""
    from simorc.plots.from_run import figure_of
    from simorc.plots.spec import plot_spec

    written: list[dict[str, Any]] = [
        {"kind": "histogram", "title": f"{name}: distribution", "y": [{"measurement": name}]}
        for name in asked.histograms
    ]
    if asked.against is not None:
        over: dict[str, Any] = {"kind": "measurement", "x": {"parameter": asked.against}}
        written += [
            {**over, "title": f"{name} over {asked.against}", "y": [{"measurement": name}]}
            for name in asked.names or _measured(run)
        ]
    return [
        figure_of(run, plot_spec({**each, "where": asked.where}, "plot"), asked.cases or None)
        for each in written
    ]


def _measured(run: OpenRun) -> list[str]:
    """The measurements with a spec, or all; the first few."""
    named = [spec.measurement for spec in run.specs]
    return (named or list(run.frame.measurements))[:MOST_MEASUREMENTS]


def spec_figures(run: OpenRun, asked: Asked) -> list[Figure]:
    """The plot specs named, or all of the run if nothing else is requested; empty if none is meant."""
    from simorc.plots.declared_specs import all_specs, refuse_unknown_spec, specs_named
    from simorc.plots.from_run import figure_of

    specs: list[PlotSpec] = []
    for name in asked.names:
        found = specs_named(run, name)
        if found is None and (specs or "(" not in name):
            refuse_unknown_spec(run, name)
        specs += found or []
    if not asked.what and not asked.where:
        specs = all_specs(run)
    return [figure_of(run, spec, chosen_cases(run, asked) or None) for spec in specs]


def chosen_cases(run: OpenRun, asked: Asked) -> list[int]:
    """The cases named, or the completed ones that ``--where`` selects, thinned out; empty without either."""
    from simorc.plots.from_run import cases_where, thinned

    if not asked.where:
        return asked.cases
    frame = run.frame
    kept = frame.ids[cases_where(frame, asked.where) & frame.completed].tolist()
    left = [case for case in kept if not asked.cases or case in asked.cases]
    if not left:
        raise UsageError(f"no completed case of {run.name} matches --where")
    return thinned(left)


def cases_to_draw(run: OpenRun, asked: Asked) -> list[int]:
    """The cases chosen; without a choice the first completed one."""
    chosen = chosen_cases(run, asked)
    if chosen:
        return chosen
    completed = run.frame.ids[run.frame.completed]
    if not len(completed):
        raise UsageError(f"{run.name} has no completed case", remedy="name a case")
    return [int(completed[0])]


def plot_of_case(run: OpenRun, case: int, asked: Asked) -> Plot:
    """The analysis to draw: the one named, else the last with all signals, else the last."""
    from simorc.waveforms.rawfile import RawFile

    if not run.layout.raw(case).is_file():
        raise _no_waveforms(run, case)
    return plot_named(RawFile.open(run.layout.raw(case)).plots, asked.analysis, asked.names)


def plot_named(plots: Sequence[AnyPlot], name: str | None, signals: Sequence[str]) -> AnyPlot:
    """The analysis of that name, or else the last with all the signals, or else the last."""
    from simorc.plots.backends.terminal.strips import has_signal

    named = list(plots) if name is None else _plots_named(plots, name)
    if not named:
        names = ", ".join(plot.name for plot in plots)
        raise UsageError(f"no plot {name!r}", remedy=f"one of {names}")
    holding = [plot for plot in named if all(has_signal(plot, each) for each in signals)]
    return (holding or named)[-1]


def _plots_named(plots: Sequence[AnyPlot], name: str) -> list[AnyPlot]:
    """The plots of an analysis (``tran``, ``tran2``), or those whose own name begins so."""
    from simorc.waveforms.plot_names import places_by_name

    places = places_by_name([plot.name for plot in plots]).get(name.lower(), ())
    whole = [plots[place] for place in places]
    return whole or [plot for plot in plots if plot.name.lower().startswith(name.lower())]


def _no_waveforms(run: OpenRun, case: int) -> SimorcError:
    found = (run.frame.ids == case).nonzero()[0]
    if not len(found):
        return UsageError(f"no case {case} in {run.name}: its cases are 1 to {len(run.frame)}")
    status = run.frame.status[found[0]].replace("_", " ")
    return WaveformError(
        f"case {case} of {run.name} is {status} and has no waveforms",
        remedy=f"for details: simorc show {run.name} {case}",
    )


def signal_panel(run: OpenRun, plots: dict[int, Plot], asked: Asked) -> Panel:
    """The signals named, or the first outputs, of one case or of several over each other."""
    from dataclasses import replace

    from simorc.plots.backends.terminal.strips import overlaid, panel_of

    names: Sequence[str] | None = asked.names or None
    panels = {str(case): panel_of(plot, names) for case, plot in plots.items()}
    first = next(iter(plots.values()))
    panel = next(iter(panels.values())) if len(panels) == 1 else overlaid(panels)
    who = f"case {next(iter(plots))}" if len(plots) == 1 else f"{len(plots)} cases"
    return replace(panel, title=f"{run.name} {who}: {first.name}")
