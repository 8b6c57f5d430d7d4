"""Raw files read by spicelib."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from simorc.errors import WaveformError
from simorc.waveforms.other_simulators import foreign_traces

LTSPICE = (
    "Title: * an RC\nDate: Sat Nov 21 03:22:23 2026\nPlotname: Transient Analysis\nFlags: real forward\n"
    "No. Variables: 2\nNo. Points: 2\nOffset: 0\nCommand: Linear Technology Corporation LTspice XVII\n"
    "Variables:\n\t0\ttime\ttime\n\t1\tV(out)\tvoltage\nBinary:\n"
)


def test_an_ltspice_file(tmp_path: Path) -> None:
    path = tmp_path / "rc.raw"
    path.write_bytes(LTSPICE.encode("utf-16-le") + struct.pack("<dfdf", 0.0, 1.5, 1e-6, 2.5))
    traces = foreign_traces(path)
    assert traces["time"].tolist() == [0, 1e-6] and traces["V(out)"].tolist() == [1.5, 2.5]


@pytest.mark.parametrize("content", [b"", b"hello", LTSPICE.encode()[:150]])
def test_what_spicelib_cannot_read(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad.raw"
    path.write_bytes(content)
    with pytest.raises(WaveformError, match=r"bad\.raw"):
        foreign_traces(path)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(WaveformError):
        foreign_traces(tmp_path / "nothing.raw")
