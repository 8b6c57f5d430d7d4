"""Waveforms of a logic simulation as a plot panel: one strip for each signal, steps over time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from simorc.pipeline.verilog.vcd import Dump, Signal, read_vcd
from simorc.plots.backends.terminal.curves import PlotTrace
from simorc.plots.backends.terminal.plot import Panel, Strip

SHOWN_AT_FIRST = 8


@dataclass(frozen=True)
class DigitalWaves:
    """What is drawn, and every name there is to choose from."""

    panel: Panel
    names: tuple[str, ...]
    shown: tuple[str, ...]
    note: str


def read_waves(path: Path, chosen: Sequence[str] = ()) -> DigitalWaves:
    """The `chosen` signals of a VCD, by default the first ones that move. Raises WaveformError."""
    dump = read_vcd(path)
    shown = tuple(name for name in chosen if name in dump.signals) or usual_signals(dump)
    strips = tuple(_strip(dump.signals[name], dump.end) for name in shown)
    note = f"{len(shown)} of {len(dump.signals)} signals: press c to select"
    if not dump.complete:
        note += "; the dump is too long: only its beginning is shown"
    return DigitalWaves(Panel(strips, x_unit="s"), tuple(sorted(dump.signals)), shown, note)


def usual_signals(dump: Dump) -> tuple[str, ...]:
    """What moves, the testbench's own first, clocks before all; what a port carries on below is left out."""
    names = sorted(dump.signals, key=lambda name: (name.count("."), not _is_clock(name)))
    moving = [name for name in names if dump.signals[name].times.size > 1]
    kept: list[Signal] = []
    for name in moving or names:
        signal = dump.signals[name]
        if signal.times.size and not any(_same(signal, other) for other in kept):
            kept.append(signal)
        if len(kept) == SHOWN_AT_FIRST:
            break
    return tuple(signal.name for signal in kept)


def _is_clock(name: str) -> bool:
    last = name.rpartition(".")[2].lower()
    return "clk" in last or "clock" in last


def _same(one: Signal, other: Signal) -> bool:
    """Both are called the same, in different modules, and are the same."""
    return (
        one.name.rpartition(".")[2] == other.name.rpartition(".")[2]
        and np.array_equal(one.times, other.times)
        and np.array_equal(one.values, other.values, equal_nan=True)
    )


def _strip(signal: Signal, end: float) -> Strip:
    times, values = signal.steps(end)
    label = signal.name if signal.width == 1 else f"{signal.name} [{signal.width - 1}:0]"
    return Strip((PlotTrace.of(label, times, values),))
