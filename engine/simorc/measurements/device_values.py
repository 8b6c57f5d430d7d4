"""Measurements of the operating point of a case: quantities of devices, devices outside of a region."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from simorc.config.definitions import MeasurementDefinitions
from simorc.config.names import did_you_mean
from simorc.errors import ExpressionError, StoreError
from simorc.measurements.missing import MeasurementMissing
from simorc.operating_point.quantities import BIPOLAR, FIELD_EFFECT, QUANTITIES, REGIONS
from simorc.operating_point.table import (
    DevicePoint,
    NoSuchDevice,
    OperatingPoint,
    read_operating_point,
)
from simorc.units import unambiguous

_ARGUMENTS = ("devices", "except", "margin")
_MOST_NAMED = 6


class DeviceValues:
    """The operating point of one case, read from its file when it is needed (None: there is no file)."""

    def __init__(self, file: Path | None) -> None:
        self._file = file

    @cached_property
    def _point(self) -> OperatingPoint:
        try:
            if self._file is not None:
                return read_operating_point(self._file)
        except FileNotFoundError:
            pass
        except StoreError as error:
            raise MeasurementMissing(error.message) from error
        raise MeasurementMissing("the case has no operating point: run it again with save: operating_point")

    def value(self, device: str, quantity: str) -> float:
        """A quantity of a device. Raises MeasurementMissing if the device or its model does not have it."""
        try:
            found = self._point.device(device)
        except NoSuchDevice as error:
            raise MeasurementMissing(f"op({device}.{quantity}): {error.message}") from error
        value = found.quantity(quantity)
        if value is not None:
            return value
        derived = {each.name for each in QUANTITIES if found.quantity(each.name) is not None}
        near = difflib.get_close_matches(quantity, {*found.bias.values, *derived}, n=1)
        hint = f" (did you mean {near[0]}?)" if near else ""
        model = found.bias.type or found.model or "its model"
        raise MeasurementMissing(f"op({device}.{quantity}): {model} has no {quantity}{hint}")

    def outside(self, regions: Sequence[str], args: Mapping[str, Any]) -> list[DevicePoint]:
        """The transistors that are in none of these regions, or closer to the linear region than
        ``margin`` (V). Raises MeasurementMissing if there is no transistor, or one whose region is unknown.
        """
        check_outside(regions, args)
        candidates = [each for each in self._chosen(args) if _may_be_in(each, regions)]
        if not candidates:
            raise MeasurementMissing(f"no transistor of {', '.join(_names(args.get('devices')) or ['*'])}")
        unknown = [each for each in candidates if not each.region]
        if unknown:
            model = unknown[0].bias.type or unknown[0].model
            raise MeasurementMissing(
                f"the region of {unknown[0].instance} is not known: {model} has no vdsat"
            )
        margin = _margin(args)
        return [each for each in candidates if each.region not in regions or _is_close(each, margin)]

    def _chosen(self, args: Mapping[str, Any]) -> list[DevicePoint]:
        chosen = self._point.matching(_names(args.get("devices")) or ["*"])
        left_out = {each.name for each in self._point.matching(_names(args.get("except")))}
        return [each for each in chosen if each.name not in left_out]


def _may_be_in(point: DevicePoint, regions: Iterable[str]) -> bool:
    """Whether a device is of a kind that has one of these regions."""
    letter = point.bias.letter
    channel = letter == "m" or (letter == "n" and point.quantity("gm") is not None)
    own = BIPOLAR if letter == "q" else FIELD_EFFECT if channel else ()
    return any(region in own for region in regions)


def _is_close(point: DevicePoint, margin: float | None) -> bool:
    found = point.quantity("margin")
    return margin is not None and found is not None and found < margin


def check_outside(regions: Sequence[str], args: Mapping[str, Any]) -> None:
    """Raise ExpressionError for an unknown region or argument."""
    for region in regions:
        if region not in REGIONS:
            near = did_you_mean(region, REGIONS)
            raise ExpressionError(f"operating_point: {region} is not a region{near}: {', '.join(REGIONS)}")
    for name in args:
        if name not in _ARGUMENTS:
            raise ExpressionError(f"operating_point has no argument {name!r}{did_you_mean(name, _ARGUMENTS)}")
    for name in ("devices", "except"):
        _names(args.get(name))
    _margin(args)


def _names(value: Any) -> list[str]:
    """Patterns of devices: one, several in one text with commas, or a list."""
    if value is None:
        return []
    written = value if isinstance(value, list | tuple) else str(value).split(",")
    if not all(isinstance(each, str) for each in written):
        raise ExpressionError(f"operating_point: {value!r} is not a list of device names")
    return [each.strip() for each in written if each.strip()]


def _margin(args: Mapping[str, Any]) -> float | None:
    value = args.get("margin")
    try:
        return None if value is None else float(unambiguous(value) if isinstance(value, str) else value)
    except (ValueError, TypeError) as error:
        raise ExpressionError(f"operating_point: margin: {error}") from error


def parameters_needed(definitions: MeasurementDefinitions) -> frozenset[str] | None:
    """The quantities of devices that measurements name; None if none of them needs the operating point."""
    needed: set[str] = set()
    uses = False
    for each in definitions.values():
        texts = [each.expr, *(value for value in each.args.values() if isinstance(value, str))]
        named = {quantity for text in texts if "op" in text.lower() for quantity in _quantities_in(text)}
        uses = uses or bool(each.operating_point or named)
        needed |= named
    return frozenset(needed) if uses else None


def _quantities_in(text: str) -> set[str]:
    """The quantities of devices in an expression; none in a text that is no expression."""
    from simorc.measurements.expressions import compile_wave_expression

    try:
        return {quantity for _, quantity in compile_wave_expression(text).devices}
    except ExpressionError:
        return set()


def outside_note(name: str, regions: Sequence[str], outside: Sequence[DevicePoint]) -> str:
    """What a case says of the devices counted: ``unsaturated: not in saturation: xota.xm2 (linear)``."""
    named = [f"{each.instance} ({each.region})" for each in outside[:_MOST_NAMED]]
    more = f" and {len(outside) - _MOST_NAMED} more" if len(outside) > _MOST_NAMED else ""
    return f"{name}: not in {' or '.join(regions)}: {', '.join(named)}{more}"
