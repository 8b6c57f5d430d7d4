"""The operating point of one case: every device with what its model reports. It is a file of the case."""

from __future__ import annotations

import difflib
import fnmatch
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from simorc.errors import SimorcError, StoreError
from simorc.files import read_json, write_whole
from simorc.operating_point.devices import path_of
from simorc.operating_point.quantities import Bias

FILE = "operating_point.json"
"""The file in the directory of a case."""
SAVED_AS = "operating_point"
"""The entry of ``save:`` that asks for it."""
_FORMAT = 1


@dataclass(frozen=True, slots=True)
class DevicePoint:
    """One device in a table: `instance` is its shown name, `name` ngspice's, `kind` the word of its
    ``.model`` card.
    """

    instance: str
    name: str
    model: str
    kind: str
    bias: Bias

    @property
    def region(self) -> str:
        return self.bias.region

    def quantity(self, name: str) -> float | None:
        """A quantity or a parameter of the model (see `Bias.quantity`)."""
        return self.bias.quantity(name)

    @property
    def is_active(self) -> bool:
        """Whether it is a transistor or a diode."""
        return self.bias.letter in "mqjznd"


@dataclass(frozen=True)
class OperatingPoint:
    """The devices of a case in the order of its hierarchy."""

    devices: tuple[DevicePoint, ...]

    @cached_property
    def _by_name(self) -> Mapping[str, DevicePoint]:
        names: dict[str, DevicePoint] = {}
        for spelling in (lambda each: each.instance, lambda each: path_of(each.name), lambda each: each.name):
            for device in self.devices:
                names.setdefault(spelling(device).lower(), device)
        return names

    def device(self, name: str) -> DevicePoint:
        """The device called `name`: its shown name, its path, ngspice's name, or the end of a path that no
        other device has. Raises `NoSuchDevice`.
        """
        wanted = name.lower()
        if (found := self._by_name.get(wanted)) is not None:
            return found
        ending = [each for each in self.devices if each.instance.lower().endswith(f".{wanted}")]
        if len(ending) == 1:
            return ending[0]
        if ending:
            names = ", ".join(each.instance for each in ending[:4])
            raise NoSuchDevice(f"{name} is the name of {len(ending)} devices: write {names}")
        below = [each.instance for each in self.devices if each.instance.lower().startswith(f"{wanted}.")]
        if below:
            raise NoSuchDevice(f"{name} has several devices: write {', '.join(below[:4])}")
        near = difflib.get_close_matches(wanted, self._by_name, n=1)
        hint = f" (did you mean {near[0]}?)" if near else ""
        raise NoSuchDevice(f"no device {name}{hint}")

    def matching(self, patterns: Iterable[str]) -> list[DevicePoint]:
        """The devices whose shown name matches one of the patterns (``xota.*``, ``xm?``), in any case. A
        pattern without a dot also matches the last part of a name.
        """
        wanted = [pattern.lower() for pattern in patterns]
        return [each for each in self.devices if any(_matches(each.instance, pattern) for pattern in wanted)]

    def write(self, path: Path) -> None:
        """Write the file. Raises OSError."""
        lines = ",\n".join(json.dumps(_as_json(each), ensure_ascii=False) for each in self.devices)
        write_whole(path, f'{{"format": {_FORMAT}, "devices": [\n{lines}\n]}}\n', durable=False)


def _matches(instance: str, pattern: str) -> bool:
    name = instance.lower()
    whole = fnmatch.fnmatchcase(name, pattern)
    return whole or ("." not in pattern and fnmatch.fnmatchcase(name.rpartition(".")[2], pattern))


class NoSuchDevice(SimorcError):
    """A circuit has no device of that name, or several."""


def read_operating_point(path: Path) -> OperatingPoint:
    """The table in a file. Raises FileNotFoundError, and StoreError for a file that cannot be read."""
    try:
        written = read_json(path)
        if written.get("format") != _FORMAT:
            raise ValueError(f"format {written.get('format')} is not known")
        return OperatingPoint(tuple(_of_json(each) for each in written["devices"]))
    except FileNotFoundError:
        raise
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise StoreError(f"{path}: not an operating point: {error}") from error


def _as_json(device: DevicePoint) -> dict[str, Any]:
    bias = device.bias
    return {
        "instance": device.instance,
        "name": device.name,
        "model": device.model,
        "kind": device.kind,
        "type": bias.type,
        "polarity": bias.polarity,
        "terminals": list(bias.terminals),
        "values": dict(bias.values),
    }


def _of_json(written: Mapping[str, Any]) -> DevicePoint:
    values = {str(name): float(value) for name, value in written["values"].items()}
    terminals = tuple(None if each is None else float(each) for each in written["terminals"])
    name = str(written["name"])
    bias = Bias(name[0], str(written["type"]), int(written["polarity"]), values, terminals)
    return DevicePoint(str(written["instance"]), name, str(written["model"]), str(written["kind"]), bias)
