"""Waveform expressions over one plot of a raw file, as curves."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from simorc.errors import ExpressionError
from simorc.measurements.arrays import Trace
from simorc.measurements.expressions import Scope, WaveExpression, compile_wave_expression, walked
from simorc.measurements.missing import MeasurementMissing
from simorc.measurements.wave_functions import number_of
from simorc.measurements.wave_parser import Call
from simorc.measurements.wave_units import unit_of_tree
from simorc.measurements.waves import PlotLike, Waves
from simorc.plots.backends.terminal.curves import PlotTrace
from simorc.plots.backends.terminal.plot import Panel, Strip
from simorc.plots.backends.terminal.strips import axis_unit, curves_of, real, unit_of
from simorc.units import format_si

Numbers: TypeAlias = Callable[[str], float | None]
"""A parameter of the case by its name, None where there is none of that name."""


@dataclass(frozen=True)
class Evaluated:
    """An expression's curves, each with the unit of its strip; over a frequency if it `is_spectrum`."""

    curves: tuple[tuple[str, PlotTrace], ...]
    is_spectrum: bool = False


def evaluated(
    plot: PlotLike,
    text: str,
    numbers: Numbers,
    label: str | None = None,
    plots: Sequence[PlotLike] = (),
) -> Evaluated:
    """`text` over `plot`: one curve; for a complex waveform gain and phase; for a number a level line.
    `plots` are all of the raw file, which define what ``tran2`` means.

    Raises ExpressionError with a column for an invalid expression, MeasurementMissing for a missing signal.
    """
    expression = compile_wave_expression(text)
    waves = Waves(plots or [plot], shown=plot)
    value = expression.value(Scope(lambda: waves, numbers))
    name, unit = label or text, unit_of_expression(plot, expression)
    if not isinstance(value, Trace):
        return Evaluated((_level(plot, name, number_of(value), unit),))
    curves = curves_of(name, text, real(value.x), value.y, unit, in_decibels=np.iscomplexobj(value.y))
    return Evaluated(tuple(curves), is_spectrum(expression))


def unit_of_expression(plot: PlotLike, expression: WaveExpression) -> str:
    """The unit of an expression over a plot, as far as it is known."""
    return unit_of_tree(expression.tree, lambda name: unit_of(plot, name), axis_unit(plot))


def is_spectrum(expression: WaveExpression) -> bool:
    """Whether x of the result is a frequency, though the plot is a transient."""
    return any(isinstance(node, Call) and node.function == "spectrum" for node in walked(expression.tree))


def as_numbers(parameters: Mapping[str, object]) -> Numbers:
    """The numbers among a case's parameters."""
    known = {
        name.lower(): float(value) for name, value in parameters.items() if isinstance(value, int | float)
    }
    return lambda name: known.get(name.lower())


def _level(plot: PlotLike, name: str, value: float, unit: str) -> tuple[str, PlotTrace]:
    x = real(plot.axis)
    ends = np.array([x.min(), x.max()]) if x.size else np.empty(0)
    return unit, PlotTrace.of(f"{name} = {format_si(value, unit, 5)}", ends, np.full(ends.size, value))


def with_expressions(
    panel: Panel,
    plot: PlotLike,
    texts: Sequence[str],
    numbers: Numbers,
    plots: Sequence[PlotLike] = (),
) -> tuple[Panel, dict[str, ExpressionError | MeasurementMissing]]:
    """`panel` with the curves of expressions over `plot` in strips of their units; and what went wrong."""
    strips = list(panel.strips)
    problems: dict[str, ExpressionError | MeasurementMissing] = {}
    for text in texts:
        try:
            found = evaluated(plot, text, numbers, plots=plots)
            if found.is_spectrum:
                raise ExpressionError(
                    "spectrum() has Hz on its x axis, this plot has time: enter the argument of "
                    "spectrum(), then press f"
                )
        except (ExpressionError, MeasurementMissing) as error:
            problems[text] = error
            continue
        for unit, trace in found.curves:
            place = next((at for at, strip in enumerate(strips) if strip.unit == unit), len(strips))
            kept = strips[place] if place < len(strips) else Strip((), unit)
            strips[place : place + 1] = [replace(kept, traces=(*kept.traces, trace))]
    heights = panel.heights + (None,) * (len(strips) - len(panel.heights)) if panel.heights else ()
    return replace(panel, strips=tuple(strips), heights=heights), problems
