"""LTspice in batch mode, on Linux under wine; its raw file is converted to the format of ngspice."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from simorc.simulators.others.adapter import Adapter, Found, refuse_own_sweep
from simorc.simulators.others.raw_writer import write_raw
from simorc.simulators.outcome import FailureKind
from simorc.waveforms.other_simulators import foreign_traces

_I = re.IGNORECASE
_NOT_FOUND_LATER = rb"(?!.*succeeded in finding)"  # by stepping, after Newton's iteration failed
_FAILED = re.compile(r'Measurement "([^"]+)" FAIL', _I)
_LINE = re.compile(r"^(\w+)(?::[ \t][^\n]*)?=(?! )[^\n]*$", re.MULTILINE)
# FIND prints "v(out)=0.99 at 0.001", WHEN "v(out)=level AT 0.001": the case determines which number is read
_WHEN = re.compile(r"\sAT\s+([-+.\deE]+)\s*$")
_VALUE = re.compile(r"=\s*\(?([-+.\deE]+)(dB)?[^=]*$")


class LTspice(Adapter):
    """Analog Devices' LTspice XVII and 24."""

    name = "ltspice"
    executable = "LTspice.exe"
    version_text = re.compile(r"LTspice\s+(\d+(?:\.\d+)*)")
    versions = ("17", "24.1")
    deck_name = "netlist.net"
    finished = re.compile(rb"total elapsed time", _I)
    complaints = (
        (re.compile(rb"(?:can't|unable to) find definition of model|unknown subcircuit", _I),
         FailureKind.MISSING_MODEL),
        (re.compile(rb"could not open (?:library|include)|unable to open", _I), FailureKind.MISSING_FILE),
        (re.compile(rb"time step too small", _I), FailureKind.TIMESTEP_TOO_SMALL),
        (re.compile(rb"singular matrix" + _NOT_FOUND_LATER, _I | re.DOTALL), FailureKind.SINGULAR_MATRIX),
        (re.compile(rb"iteration limit|failed to find (?:the )?(?:\.op|operating) point" + _NOT_FOUND_LATER,
                    _I | re.DOTALL), FailureKind.NO_CONVERGENCE),
        (re.compile(rb"error on line|fatal error|no analysis specified|more than one analysis specified", _I),
         FailureKind.BAD_NETLIST),
    )  # fmt: skip

    def command(self, executable: str, args: Sequence[str]) -> list[str]:
        wine = ["wine"] if executable.lower().endswith(".exe") else []
        return [*wine, executable, *args, "-Run", "-b", self.deck_name]

    def deck(self, text: str) -> str:
        refuse_own_sweep(text, "step")
        return text

    def log(self, directory: Path, output: bytes) -> bytes:
        own = directory / "netlist.log"
        return output + (_decoded(own.read_bytes()).encode() if own.is_file() else b"")

    def measurements(self, directory: Path, log: bytes) -> Found:
        text = log.decode("utf-8", "replace").replace("\r\n", "\n")
        measured = ((match[1].lower(), _value(match[0])) for match in _LINE.finditer(text))
        values = {name: value for name, value in measured if value is not None}
        return Found(values, frozenset(name.lower() for name in _FAILED.findall(text)))

    def collect(self, directory: Path) -> None:
        source = directory / "netlist.raw"
        write_raw(directory / "results.raw", foreign_traces(source, dialect="ltspice"))


def _value(line: str) -> float | None:
    """The measured number; a magnitude in dB is converted to the plain magnitude."""
    if match := _WHEN.search(line):
        return float(match[1])
    match = _VALUE.search(line)
    if match is None:
        return None
    try:
        value = float(match[1])
    except ValueError:
        return None
    return 10.0 ** (value / 20) if match[2] else value


def _decoded(data: bytes) -> str:
    if data[:2] == b"\xff\xfe" or b"\0" in data[:64]:
        return data.decode("utf-16-le", "replace").lstrip("\ufeff")
    return data.decode("utf-8", "replace")
