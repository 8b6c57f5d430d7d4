"""The table of an operating point, from the raw file of its deck."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from simorc.errors import WaveformError
from simorc.operating_point.devices import Device
from simorc.operating_point.quantities import Bias, reports_correctly
from simorc.operating_point.table import DevicePoint, OperatingPoint
from simorc.waveforms.rawfile import RawFile

_PARAMETER = re.compile(r"@(?P<device>.+)\[(?P<name>[^\[\]]+)\]")
_GROUND = frozenset({"0", "gnd"})


def operating_point_in(raw: Path, devices: Iterable[Device]) -> OperatingPoint:
    """The devices with the values in a raw file; transistors and diodes first, each group by hierarchy.

    Raises WaveformError for a file without an operating point.
    """
    plots = [plot for plot in RawFile.open(raw).plots if plot.name.lower().startswith("operating point")]
    if not plots:
        raise WaveformError(f"{raw}: has no plot 'Operating Point'")
    row = plots[-1].last_row()
    values = {
        variable.name.lower(): value.real for variable, value in zip(plots[-1].variables, row, strict=True)
    }
    parameters: dict[str, dict[str, float]] = {}
    for name, value in values.items():
        if (match := _PARAMETER.search(name)) and math.isfinite(value):
            parameters.setdefault(match["device"], {})[match["name"]] = value
    points = [_point(device, parameters.get(device.name, {}), values) for device in devices]
    return OperatingPoint(tuple(sorted(points, key=_order)))


def _point(device: Device, parameters: Mapping[str, float], values: Mapping[str, float]) -> DevicePoint:
    terminals = tuple(_voltage(node, values) for node in device.nodes)
    usable = dict(parameters) if reports_correctly(device.type, device.polarity) else {}
    bias = Bias(device.letter, device.type, device.polarity, usable, terminals)
    model = device.model.rpartition(":")[2]  # a model inside a subcircuit: xota.xm1:nshort_model
    return DevicePoint(device.instance, device.name, model, device.kind, bias)


def _voltage(node: str, values: Mapping[str, float]) -> float | None:
    if node in _GROUND:
        return 0.0
    found = values.get(f"v({node})", values.get(node))
    return found if found is not None and math.isfinite(found) else None


def _order(point: DevicePoint) -> tuple[bool, list[tuple[bool, int, str]]]:
    parts = re.split(r"(\d+)", point.instance.lower())
    return not point.is_active, [(part.isdigit(), int(part) if part.isdigit() else 0, part) for part in parts]
