"""Data sections of raw files: what two simulations of the same case must have in common byte for byte."""

from __future__ import annotations

import hashlib
from pathlib import Path

from simorc.waveforms.rawfile import Plot, RawFile
from simorc.waveforms.source import RawBytes

_CHUNK = 1 << 20


def data_sections(path: Path | str) -> list[bytes]:
    """A digest of the data section of each plot: equal lists mean equal data, whatever title and date say.

    Raises WaveformError if `path` is not a raw file.
    """
    raw = RawFile.open(path)
    with RawBytes(raw.path) as source:
        return [_digest(source, plot) for plot in raw.plots]


def same_data(one: Path | str, other: Path | str) -> bool:
    """Whether two raw files hold the same plots with the same data, byte for byte. Raises WaveformError."""
    first, second = RawFile.open(one), RawFile.open(other)
    if [_shape(plot) for plot in first.plots] != [_shape(plot) for plot in second.plots]:
        return False
    return data_sections(one) == data_sections(other)


def _shape(plot: Plot) -> tuple[object, ...]:
    return plot.name, plot.flags, plot.variables, plot.n_points, plot.complete


def _digest(source: RawBytes, plot: Plot) -> bytes:
    digest = hashlib.blake2b(digest_size=20)
    end = plot.offset + plot.size
    for start in range(plot.offset, end, _CHUNK):
        digest.update(source.read(start, min(_CHUNK, end - start)))
    return digest.digest()
