"""Chooses, sorts and compares the devices of operating points, for tables in the terminal and in files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from simorc.errors import ExpressionError
from simorc.expressions.conditions import compile_condition
from simorc.expressions.vocabulary import Vocabulary
from simorc.operating_point.quantities import QUANTITIES, Quantity
from simorc.operating_point.table import DevicePoint, OperatingPoint
from simorc.units import format_si

TEXTS = ("device", "region", "model", "kind", "type")
"""The columns of a table that are texts."""
_BIPOLAR = frozenset({"vbe", "vbc", "vce", "ib", "beta"})
_CHANNEL = frozenset({"vgs", "vds", "vdsat", "vth", "vov", "margin", "vbs"})
_USUAL = frozenset({"id", "gm", "gds", "gm_id", "vdsat", "vds", "vov", "vbe", "vce", "beta"})
"""The quantities of a table that is not asked for all of them."""

Test = Callable[[DevicePoint], bool]


@dataclass(frozen=True, slots=True)
class Row:
    """One device in one or several cases; None where a case does not have it."""

    device: str
    points: tuple[DevicePoint | None, ...]

    @property
    def first(self) -> DevicePoint:
        """The device in the first case that has it."""
        return next(point for point in self.points if point is not None)


def device_test(text: str, tables: Sequence[OperatingPoint]) -> Test:
    """The test of a filter such as ``xota.* region!=saturation gm<1m``; an empty one keeps everything.

    A word alone is searched for in names, regions, models and types. Raises ExpressionError with the column.
    """
    if not text.strip():
        return lambda _: True
    numbers = {each.name for each in QUANTITIES}
    numbers |= {name for table in tables for each in table.devices for name in each.bias.values}
    named = sorted(numbers) + list(TEXTS)
    vocabulary = Vocabulary(
        {name: name for name in named},
        unknown="{} is not a quantity of an operating point",
        texts=frozenset(TEXTS),
        searched=TEXTS,
    )
    condition = compile_condition(text, vocabulary)
    return lambda point: condition.truth(_Fields(point)) is True


class _Fields(Mapping[str, Any]):
    """What a filter sees of a device; a missing quantity or text is None."""

    def __init__(self, point: DevicePoint) -> None:
        self._point = point

    def __getitem__(self, name: str) -> Any:
        return (text_of(self._point, name) or None) if name in TEXTS else self._point.quantity(name)

    def __iter__(self) -> Iterator[str]:
        return iter((*TEXTS, *(each.name for each in QUANTITIES)))

    def __len__(self) -> int:
        return len(TEXTS) + len(QUANTITIES)


def text_of(point: DevicePoint, column: str) -> str:
    """A column of `TEXTS`."""
    if column == "device":
        return point.instance
    if column == "region":
        return point.region
    return point.bias.type if column == "type" else str(getattr(point, column))


def rows_of(tables: Sequence[OperatingPoint], text: str = "", sort: str = "") -> list[Row]:
    """The devices of the cases side by side; a filter keeps a row if the device passes in one of the cases.

    Without `sort` the order is that of the hierarchy; a quantity sorts by its value in the first case, the
    largest absolute value first, and devices without it last. Raises ExpressionError.
    """
    test = device_test(text, tables)
    names = dict.fromkeys(each.instance for table in tables for each in table.devices)
    by_name = [{each.instance: each for each in table.devices} for table in tables]
    rows = [Row(name, tuple(points.get(name) for points in by_name)) for name in names]
    kept = [row for row in rows if any(point is not None and test(point) for point in row.points)]
    return _sorted(kept, sort) if sort else kept


def _sorted(rows: list[Row], column: str) -> list[Row]:
    if column in TEXTS:
        return sorted(rows, key=lambda row: text_of(row.first, column))
    if column not in {each.name for each in QUANTITIES}:
        known = ", ".join((*TEXTS, *(each.name for each in QUANTITIES)))
        raise ExpressionError(f"{column} is not a column of an operating point: {known}")

    def key(row: Row) -> tuple[bool, float]:
        value = row.first.quantity(column)
        return value is None, 0.0 if value is None else -abs(value)

    return sorted(rows, key=key)


def value_text(point: DevicePoint | None, quantity: Quantity) -> str:
    """A quantity as a person reads it; empty where it is missing."""
    value = None if point is None else point.quantity(quantity.name)
    return "" if value is None else format_si(value, quantity.unit, 4)


def columns_of(rows: Iterable[Row], *, every: bool = False) -> list[Quantity]:
    """The quantities of a table: the usual ones or `every` one, those of bipolar and of field-effect
    transistors only where there are such.
    """
    points = [point for row in rows for point in row.points if point is not None]
    absent = set() if any(point.bias.letter == "q" for point in points) else set(_BIPOLAR)
    absent |= set() if any(point.bias.letter in "mnjz" for point in points) else _CHANNEL
    return [each for each in QUANTITIES if each.name not in absent and (every or each.name in _USUAL)]
