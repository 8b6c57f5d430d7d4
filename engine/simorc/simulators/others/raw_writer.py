"""Writes waveforms of other simulators as raw files in the format of ngspice."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from simorc.errors import WaveformError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_PLOTS = {"time": ("Transient Analysis", "time"), "frequency": ("AC Analysis", "frequency")}


def write_raw(path: Path, traces: Mapping[str, NDArray[np.generic]]) -> None:
    """Write traces, each of shape (points,), the axis first. WaveformError if they differ in length."""
    import numpy as np

    lengths = {len(trace) for trace in traces.values()}
    if len(lengths) != 1:
        raise WaveformError(f"{path}: traces of different lengths")
    is_complex = any(np.iscomplexobj(trace) for trace in traces.values())
    table = np.stack(list(traces.values()), axis=1).astype("<c16" if is_complex else "<f8")
    path.write_bytes(_header(list(traces), lengths.pop(), is_complex).encode() + table.tobytes())


def _header(names: list[str], points: int, is_complex: bool) -> str:
    plot, kind = _PLOTS.get(names[0].lower(), ("DC transfer characteristic", "voltage"))
    variables = "".join(
        f"\t{index}\t{name}\t{_kind(name, index, kind)}\n" for index, name in enumerate(names)
    )
    return (
        f"Title: converted\nPlotname: {plot}\nFlags: {'complex' if is_complex else 'real'}\n"
        f"No. Variables: {len(names)}\nNo. Points: {points}\nVariables:\n{variables}Binary:\n"
    )


def _kind(name: str, index: int, axis: str) -> str:
    return axis if index == 0 else "current" if name.lower().startswith("i") else "voltage"
