"""Raw files of other simulators (LTspice, QSPICE, Xyce), read by spicelib."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from simorc.errors import WaveformError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def foreign_traces(
    path: Path, *, dialect: str | None = None, names: list[str] | None = None
) -> dict[str, NDArray[np.generic]]:
    """The traces of a foreign raw file by name, each of shape (points,); `dialect` None lets spicelib find
    out.

    Raises WaveformError if the file is missing or spicelib cannot read it.
    """
    import numpy as np
    from spicelib import RawRead
    from spicelib.raw.raw_read import SpiceReadException

    try:
        reader = RawRead(path, traces_to_read=names or "*", dialect=dialect, verbose=False)
        traces = {name: np.asarray(reader.get_wave(name)) for name in reader.get_trace_names()}
    except (OSError, ValueError, LookupError, RuntimeError, SpiceReadException) as error:
        raise WaveformError(f"{path}: not a raw file that spicelib can read: {error}") from error
    if not traces:
        raise WaveformError(f"{path}: has no traces")
    return traces
