"""The spectra of the curves of a time panel, as a frequency panel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simorc.errors import UsageError
from simorc.measurements.arrays import Trace
from simorc.measurements.fourier import spectrum
from simorc.measurements.missing import MeasurementMissing
from simorc.plots.backends.terminal.curves import Floats, PlotTrace, Span
from simorc.plots.backends.terminal.plot import Panel, Strip

FLOOR = 1e-10
"""Of the largest line of a spectrum: 200 dB below it is what rounding leaves."""


@dataclass(frozen=True)
class Spectrum:
    """Of which part of time (None: all of it), with which taper."""

    span: Span | None = None
    taper: str = "hann"


def spectra_of(panel: Panel, wanted: Spectrum) -> Panel:
    """dB of the peak amplitude of every curve over Hz. UsageError where x is no time or a curve has none."""
    if panel.x_unit != "s":
        raise UsageError("a spectrum needs a transient analysis: x of this plot is not time")
    strips = tuple(
        Strip(tuple(_spectrum(trace, wanted) for trace in strip.traces), "dB", _title(strip, wanted))
        for strip in panel.strips
    )
    return Panel(strips, "Hz", "frequency", x_source="frequency")


def _title(strip: Strip, wanted: Spectrum) -> str:
    return f"{strip.title or 'FFT'} re 1 {strip.unit}, {wanted.taper}".replace(" ,", ",")


def _spectrum(trace: PlotTrace, wanted: Spectrum) -> PlotTrace:
    if not trace.branches:
        raise UsageError(f"{trace.label} has no points")
    start, stop = wanted.span or (None, None)
    try:
        found = spectrum(Trace(*trace.branches[0]), start, stop, wanted.taper)
    except MeasurementMissing as error:
        raise UsageError(f"{trace.label}: {error.message}") from error
    part = f", {start!r}, {stop!r}" if wanted.span else ""
    source = f"db(spectrum({trace.source}{part}, window={wanted.taper}))" if trace.source else ""
    return PlotTrace.of(trace.label, found.x, in_decibels(np.asarray(found.y, dtype=np.float64)), source)


def in_decibels(amplitude: Floats) -> Floats:
    """20 log10, nothing lower than `FLOOR` below the largest; all of a zero signal is a gap."""
    top = float(amplitude.max())
    if not top > 0:
        return np.full(len(amplitude), np.nan)
    return np.asarray(20 * np.log10(np.maximum(amplitude, top * FLOOR)), dtype=np.float64)
