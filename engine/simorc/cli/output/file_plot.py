"""What `simorc plot FILE.raw` draws: plot specs, signals, or the first outputs, of every step."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from simorc.cli.output.plot_choice import Asked, plot_named
from simorc.errors import UsageError

if TYPE_CHECKING:
    from simorc.plots.backends.terminal.plot import Panel
    from simorc.plots.figure import Figure
    from simorc.waveforms.any_raw import Step


def is_raw_file(name: str) -> bool:
    """Whether the first argument of `simorc plot` is a raw file and not a run."""
    return Path(name).is_file()


def refuse_choices_of_runs(asked: Asked) -> None:
    """Raise UsageError for options that choose cases or measurements."""
    for option, given in (
        ("--where", asked.where),
        ("--histogram", asked.histograms),
        ("--against", asked.against),
    ):
        if given:
            raise UsageError(f"{option} needs a run, not a raw file")


def file_figures(steps: Sequence[Step], asked: Asked, name: str) -> list[Figure]:
    """The figures of the plot spec files among the words; none if there is none."""
    from simorc.plots.from_file import figure_of_file
    from simorc.plots.spec import read_plot_specs

    files = [Path(word) for word in asked.what if word.endswith((".yaml", ".yml"))]
    specs = [spec for file in files for spec in read_plot_specs(file)]
    if files and len(files) < len(asked.what):
        raise UsageError("name plot specs or signals, not both")
    return [figure_of_file(steps, spec, name) for spec in specs]


def file_panel(steps: Sequence[Step], asked: Asked, name: str) -> Panel:
    """The signals named, or the first outputs, over the axis; the curves of several steps together."""
    from dataclasses import replace

    from simorc.plots.backends.terminal.strips import overlaid, panel_of

    plots = {step.label: plot_named(step.plots, asked.analysis, asked.what) for step in steps}
    panels = {label: panel_of(plot, asked.what or None) for label, plot in plots.items()}
    panel = next(iter(panels.values())) if len(panels) == 1 else overlaid(panels)
    return replace(panel, title=f"{name}: {next(iter(plots.values())).name}")
