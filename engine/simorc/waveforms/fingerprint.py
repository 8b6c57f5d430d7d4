"""A number that is equal for equal waveforms; it shows that a swept parameter changes nothing."""

from __future__ import annotations

import hashlib
from contextlib import ExitStack

from simorc.waveforms.rawfile import Plot, RawFile
from simorc.waveforms.source import RawBytes

_CHUNK = 1 << 20
_COMPLEX = 16


def fingerprint(raw: RawFile) -> int:
    """64 bits of a digest of all plots of `raw`: names, variables, and every data byte.

    Titles and dates do not count, nor does the imaginary part of a complex plot's axis, which ngspice leaves
    uninitialised.
    """
    digest = hashlib.blake2b(digest_size=8)
    with ExitStack() as opened:
        source: RawBytes | None = None
        for plot in raw.plots:
            names = [variable.name for variable in plot.variables]
            digest.update(repr((plot.name, sorted(plot.flags), names, plot.n_points)).encode())
            if plot.data is None and source is None:
                source = opened.enter_context(RawBytes(raw.path))
            _add(digest, source, plot)
    return int.from_bytes(digest.digest(), "little", signed=True)


def _add(digest: hashlib.blake2b, source: RawBytes | None, plot: Plot) -> None:
    """The data bytes, without the imaginary parts of the axis."""
    row = _COMPLEX * len(plot.variables)
    skip = plot.complex and plot.has_axis and plot.header.binary
    step = max(1, _CHUNK // row) * row if skip else _CHUNK
    end = plot.offset + plot.size
    for start in range(plot.offset, end, step):
        length = min(step, end - start)
        piece = _section(plot, start, length) if source is None else source.read(start, length)
        digest.update(_without_imaginary_axis(piece, row) if skip else piece)


def _section(plot: Plot, start: int, length: int) -> bytes | memoryview:
    """Bytes of a plot that is in memory; `start` counts from the beginning of its file."""
    assert plot.data is not None
    return plot.data[start - plot.offset : start - plot.offset + length]


def _without_imaginary_axis(piece: bytes | memoryview, row: int) -> bytes:
    """Whole rows with the second number of each set to zero."""
    cleared = bytearray(piece)
    for at in range(_COMPLEX // 2, _COMPLEX):
        cleared[at::row] = bytes(len(range(at, len(cleared), row)))
    return bytes(cleared)
