"""Reads waveforms of a Verilog simulation from a value change dump (VCD), as steps over time."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from simorc.errors import WaveformError

Floats: TypeAlias = NDArray[np.float64]
MOST_CHANGES = 5_000_000
_LONGEST_LINE = 1 << 20
_MOST_TEXTS = 100_000
_TIMESCALE = re.compile(r"(\d+)\s*(s|ms|us|ns|ps|fs)")
_UNITS = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9, "ps": 1e-12, "fs": 1e-15}


@dataclass(frozen=True)
class Signal:
    """One signal: from `times[i]` (seconds) on it has the text `values[i]`; `width` is in bits.

    A bit is 0, 1, x or z; a vector is in hexadecimal, with x for a digit of which a bit is unknown and z
    for one that is high-ohmic; a real number is decimal. `is_bus` is False for a single bit.
    """

    name: str
    width: int
    is_bus: bool
    times: Floats
    values: tuple[str, ...]


@dataclass(frozen=True)
class Dump:
    """All signals by their hierarchical names (``testbench.dut.q``), and the last time in seconds.

    `complete` is False where the file was torn or held more changes than are kept.
    """

    signals: dict[str, Signal]
    end: float
    complete: bool


def read_vcd(path: Path) -> Dump:
    """Read a dump; what a killed simulator left is read as far as it goes. Raises WaveformError."""
    reader = _Reader()
    try:
        for line in _lines(path):
            reader.take(line)
            if reader.full:
                break
    except OSError as error:
        raise WaveformError(f"{path}: cannot be read: {error.strerror}") from None
    except ValueError:
        raise WaveformError(f"{path}: not a value change dump") from None
    if not reader.defined:
        raise WaveformError(f"{path}: not a value change dump: it has no $enddefinitions")
    return reader.dump()


def _lines(path: Path) -> Iterator[str]:
    """Whole lines only: the last one may be incomplete."""
    with path.open("rb") as stream:
        while (line := stream.readline(_LONGEST_LINE)).endswith(b"\n"):
            yield line.decode("ascii", errors="replace").strip()


@dataclass(frozen=True)
class _Trace:
    width: int
    is_bus: bool
    times: array[float]
    values: list[str]


class _Reader:
    """Takes a dump line by line; several names may share one trace."""

    def __init__(self) -> None:
        self.defined = False
        self._unit = 1e-9
        self._scopes: list[str] = []
        self._names: dict[str, str] = {}
        self._traces: dict[str, _Trace] = {}
        self._time = 0.0
        self._left = MOST_CHANGES
        self._pending: list[str] = []
        self._texts: dict[tuple[int, str], str] = {}

    @property
    def full(self) -> bool:
        return self._left <= 0

    def take(self, line: str) -> None:
        if not self.defined:
            self._define(line)
        elif line.startswith("#"):
            self._time = int(line[1:]) * self._unit
        elif line and line[0] in "01xXzZ":
            self._change(line[1:], line[0])
        elif line and line[0] in "bBrR":
            value, _, code = line.partition(" ")
            self._change(code, value)

    def _define(self, line: str) -> None:
        """Declarations may spread over lines; each ends with $end."""
        self._pending += line.split()
        if not self._pending or self._pending[-1] != "$end":
            return
        words, self._pending = self._pending, []
        keyword, arguments = words[0], words[1:-1]
        if keyword == "$timescale":
            match = _TIMESCALE.search(" ".join(arguments))
            self._unit = int(match[1]) * _UNITS[match[2]] if match else self._unit
        elif keyword == "$scope" and len(arguments) > 1:
            self._scopes.append(arguments[1])
        elif keyword == "$upscope" and self._scopes:
            self._scopes.pop()
        elif keyword == "$var" and len(arguments) > 3:
            self._names[".".join([*self._scopes, arguments[3]])] = arguments[2]
            width, is_bus = int(arguments[1]), arguments[1] != "1"
            self._traces.setdefault(arguments[2], _Trace(width, is_bus, array("d"), []))
        self.defined = keyword == "$enddefinitions"

    def _change(self, code: str, value: str) -> None:
        trace = self._traces.get(code)
        if trace is not None:
            trace.times.append(self._time)
            trace.values.append(self._shown(trace.width, value))
            self._left -= 1

    def _shown(self, width: int, written: str) -> str:
        """The text of a value; the same values share one text, since a dump has millions."""
        key = width, written
        if key not in self._texts:
            if len(self._texts) >= _MOST_TEXTS:
                self._texts.clear()
            self._texts[key] = _text(width, written)
        return self._texts[key]

    def dump(self) -> Dump:
        arrays = {
            code: (trace.width, trace.is_bus, np.array(trace.times), tuple(trace.values))
            for code, trace in self._traces.items()
        }
        signals = {name: Signal(name, *arrays[code]) for name, code in self._names.items()}
        return Dump(signals, self._time, not self.full)


def _text(width: int, written: str) -> str:
    kind = written[0].lower()
    if kind == "r":
        return f"{float(written[1:]):g}"
    bits = (written[1:] if kind == "b" else written).lower()
    if width == 1 and len(bits) == 1:
        return bits
    if not bits or not set(bits) <= set("01xz"):
        raise ValueError(f"not a value: {written}")
    # A vector is written without the leading bits that repeat its first one, zeros for 1.
    filled = bits.rjust(width, "0" if bits[0] == "1" else bits[0])
    filled = filled.rjust(-(-len(filled) // 4) * 4, "0" if filled[0] in "01" else filled[0])
    digits = "".join(_digit(filled[start : start + 4]) for start in range(0, len(filled), 4))
    return digits.lstrip("0") or "0"


def _digit(bits: str) -> str:
    if set(bits) <= {"0", "1"}:
        return format(int(bits, 2), "x")
    return "z" if set(bits) == {"z"} else "x"
