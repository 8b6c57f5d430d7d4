"""A plot spec and a raw file -> a figure, without a run."""

from __future__ import annotations

from collections.abc import Sequence

from simorc.errors import UsageError
from simorc.measurements.expressions import Scope, compile_wave_expression
from simorc.measurements.waves import Waves
from simorc.plots.figure import Curve, Figure, FigureStrip, as_floats
from simorc.plots.from_run import across, trace_of
from simorc.plots.spec import PlotSpec, PlotStrip, plain_signal
from simorc.waveforms.any_raw import Step


def figure_of_file(steps: Sequence[Step], spec: PlotSpec, note: str) -> Figure:
    """The figure of a spec of waveforms, one curve for each step. UsageError for other kinds of specs."""
    if spec.kind != "waves":
        raise UsageError(f"{spec.title or 'plot spec'}: kind {spec.kind} needs a run, not a raw file")
    strips = tuple(
        FigureStrip(strip.axis, tuple(curve for step in steps for curve in _curves(spec, strip, step)))
        for strip in spec.strips
    )
    return Figure(spec.title, spec.x_axis, strips, note)


def _curves(spec: PlotSpec, strip: PlotStrip, step: Step) -> list[Curve]:
    waves = Waves(step.plots)
    scope = Scope(lambda: waves, lambda _: None, spec.analysis)
    suffix = f" {step.label}" if step.label else ""
    found = []
    for legend, signal in strip.signals.items():
        y = trace_of(compile_wave_expression(plain_signal(signal)).value(scope), signal)
        found.append(Curve(legend + suffix, across(spec, scope, y, waves), as_floats(y.y)))
    return found
