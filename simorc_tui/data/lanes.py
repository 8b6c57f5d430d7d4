"""Digital signals for the screen: the waveforms of a simulation, and the counterexample of a failed one."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from simorc.errors import WaveformError
from simorc.pipeline.verification.counterexample import shown
from simorc.pipeline.verilog.vcd import Dump, Signal, read_vcd
from simorc.plots.backends.terminal.lanes import UNKNOWN, Floats, Lane, Span
from simorc.regular_files import read_regular

SHOWN_AT_FIRST = 24
HALF = 0.5
"""Cycles from the values before a clock edge to those after it."""


@dataclass(frozen=True)
class Lanes:
    """What is drawn up to `end`, in `unit`, and every name there is to choose from. `start_at` is where the
    cursor is at first.
    """

    lanes: tuple[Lane, ...]
    end: float
    unit: str
    note: str
    names: tuple[str, ...] = ()
    start_at: float = 0.0

    @property
    def shown(self) -> tuple[str, ...]:
        return tuple(lane.name for lane in self.lanes)


def read_waves(path: Path, chosen: Sequence[str] = ()) -> Lanes:
    """The `chosen` signals of a VCD, by default the first ones that move. Raises WaveformError."""
    dump = read_vcd(path)
    names = tuple(name for name in chosen if name in dump.signals) or usual_signals(dump)
    note = f"{len(names)} of {len(dump.signals)} signals: press c to select"
    if not dump.complete:
        note += "; the dump is too long: only its beginning is shown"
    lanes = tuple(_lane(dump.signals[name]) for name in names)
    return Lanes(lanes, dump.end, "s", note, tuple(sorted(dump.signals)))


def usual_signals(dump: Dump) -> tuple[str, ...]:
    """What moves, the testbench's own first, clocks before all; without what a port carries on below, and
    what the testbench of vectors needs for itself.
    """
    names = sorted(dump.signals, key=lambda name: (name.count("."), not _is_clock(name)))
    moving = [name for name in names if dump.signals[name].times.size > 1 and not _is_of_harness(name)]
    kept: list[Signal] = []
    for name in moving or names:
        signal = dump.signals[name]
        if signal.times.size and not any(_same(signal, other) for other in kept):
            kept.append(signal)
        if len(kept) == SHOWN_AT_FIRST:
            break
    return tuple(signal.name for signal in kept)


def read_counterexample(path: Path) -> Lanes:
    """The shortened failure of a simulation: inputs, and expected and given values of outputs, over cycles.
    Raises WaveformError.
    """
    try:
        found = json.loads(read_regular(path))
        return _counterexample(found)
    except OSError as error:
        raise WaveformError(f"{path}: cannot be read: {error.strerror}") from None
    except (ValueError, LookupError, TypeError, AttributeError):
        raise WaveformError(f"{path}: not a counterexample") from None


def cycle_text(time: float) -> str:
    """``cycle 6, after the clock edge``."""
    cycle = int(time)
    return f"cycle {cycle}, {'before' if time - cycle < HALF else 'after'} the clock edge"


def _counterexample(found: Mapping[str, Any]) -> Lanes:
    first = found["first"]
    rows = len(found["ticks"]) if first is None else first["row"] + 1
    lanes = [_input(name, bits[:rows]) for name, bits in found["inputs"].items()]
    for name, output in found["outputs"].items():
        lanes += _output(name, output["expected"][:rows], output["got"][:rows])
    if first is None:
        return Lanes(tuple(lanes), rows, "cycle", "the shortened failure does not fail again")
    start = first["row"] + (HALF if first["phase"] == "after" else 0.0)
    words = (
        f"{first['port']} is {shown(first['got'])}, expected {shown(first['expected'])}: {cycle_text(start)}"
    )
    return Lanes(tuple(lanes), rows, "cycle", words, start_at=start)


def _input(name: str, bits: Sequence[str]) -> Lane:
    return _changes(name, len(bits[0]), np.arange(len(bits), dtype=float), _texts(bits))


def _output(name: str, expected: Sequence[Any], got: Sequence[Any]) -> tuple[Lane, Lane]:
    wanted = [each for pair in expected for each in pair]
    given = [each for pair in got for each in pair]
    times = np.arange(len(given), dtype=np.float64) * HALF
    width = next((len(bits) for bits in given + wanted if bits), 1)
    wrong = tuple(
        (float(time), float(time + HALF))
        for time, want, have in zip(times, wanted, given, strict=True)
        if want is not None and want != have
    )
    return (
        _changes(f"{name} expected", width, times, _texts(wanted)),
        _changes(f"{name} got", width, times, _texts([bits or UNKNOWN for bits in given]), wrong),
    )


def _changes(
    name: str, width: int, times: Floats, values: Sequence[str], alarms: tuple[Span, ...] = ()
) -> Lane:
    """The lane of values at each time: one that repeats the value before it is no change."""
    kept = [place for place, value in enumerate(values) if not place or value != values[place - 1]]
    return Lane(name, width, times[kept], tuple(values[place] for place in kept), alarms)


def _texts(values: Sequence[str | None]) -> tuple[str, ...]:
    """As lanes show them: one bit as it is, several in hexadecimal, '' where nothing is compared."""
    return tuple("" if bits is None else bits if len(bits) == 1 else shown(bits) for bits in values)


def _lane(signal: Signal) -> Lane:
    name = f"{signal.name} [{signal.width - 1}:0]" if signal.is_bus else signal.name
    return Lane(name, signal.width if signal.is_bus else 1, signal.times, signal.values)


def _is_of_harness(name: str) -> bool:
    return name.rpartition(".")[2].startswith(("simorc_", "mask_"))


def _is_clock(name: str) -> bool:
    last = name.rpartition(".")[2].lower()
    return "clk" in last or "clock" in last


def _same(one: Signal, other: Signal) -> bool:
    """Both are called the same, in different modules, and are the same."""
    return (
        one.name.rpartition(".")[2] == other.name.rpartition(".")[2]
        and np.array_equal(one.times, other.times)
        and one.values == other.values
    )
