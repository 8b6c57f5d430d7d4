"""Ranges: ``{start, stop, step}`` and ``{start, stop, num, scale: lin | log}``, in exact decimal arithmetic.

0.1 ... 0.3 in steps of 0.1 is written 0.1, 0.2, 0.3. ``start`` and ``stop`` keep the text they were written
with; where either carries an SI suffix, the points between are written with suffixes too (900n, 1u, 1.1u).
A stop that is not a whole number of steps away is not reached, as in ngspice's own sweeps.
Points that have no short decimal (a third, a logarithmic step) are rounded to 12 significant digits.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from functools import cached_property
from typing import overload

from simorc.errors import UsageError
from simorc.units import Number, Value, parse_number

_CONTEXT = Context(prec=60)
_ROUNDED = Context(prec=12)
_EXPONENTS = {"f": -15, "p": -12, "n": -9, "u": -6, "µ": -6, "m": -3, "k": 3, "g": 9, "t": 12}
_SUFFIXES = {-15: "f", -12: "p", -9: "n", -6: "u", -3: "m", 0: "", 3: "k", 6: "meg", 9: "g", 12: "t"}
_WRITTEN = re.compile(r"\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)([A-Za-zµ]*)")
MAX_POINTS = 100_000_000


def exact(value: Value) -> Decimal:
    """The number as written, exactly: ``0.1`` is a tenth, ``10k`` ten thousand."""
    match = _WRITTEN.fullmatch(str(value))
    if match is not None:
        decimal = Decimal(match[1]).scaleb(_exponent(match[2]), _CONTEXT)
        if float(decimal) == float(value):
            return decimal
    return Decimal(repr(float(value)))


def _exponent(suffix: str) -> int:
    lowered = suffix.lower()
    return 6 if lowered.startswith("meg") else _EXPONENTS.get(lowered[:1], 0)


def _has_suffix(value: Value) -> bool:
    match = _WRITTEN.fullmatch(str(value))
    return match is not None and _exponent(match[2]) != 0


def write_decimal(value: Decimal, *, si: bool) -> str:
    """The shortest plain text of a decimal; with ``si``, an SI suffix in steps of a thousand."""
    value = value.normalize(_CONTEXT)
    if si and value:
        exponent = 3 * (value.adjusted() // 3)
        if exponent in _SUFFIXES:
            return f"{value.scaleb(-exponent, _CONTEXT):f}{_SUFFIXES[exponent]}"
    if -5 <= value.adjusted() < 12 or not value:
        return f"{value:f}"
    return f"{value:e}".replace("e+", "e")


@dataclass(frozen=True)
class Span(Sequence[Number]):
    """The points of a range, computed when asked for. ``step`` or ``num`` is given, never both."""

    start: Number
    stop: Number
    step: Number | None = None
    num: int | None = None
    scale: str = "lin"

    def __post_init__(self) -> None:
        if self.scale not in ("lin", "log"):
            raise UsageError(f"scale: lin or log, not {self.scale}")
        if (self.step is None) == (self.num is None):
            raise UsageError("a range needs either step or num")
        if self.num is not None and self.num < 1:
            raise UsageError("num: at least 1")
        if self.scale == "log":
            self._check_log()
        elif self.step is not None and exact(self.step) * (exact(self.stop) - exact(self.start)) < 0:
            raise UsageError(f"step {self.step} leads away from stop {self.stop}")
        elif self.step is not None and not exact(self.step):
            raise UsageError("step: must not be zero")
        if len(self) > MAX_POINTS:
            raise UsageError(f"{len(self)} points in one range (at most {MAX_POINTS})")

    def _check_log(self) -> None:
        if self.step is not None:
            raise UsageError("a logarithmic range needs num, not step")
        if exact(self.start) <= 0 or exact(self.stop) <= 0:
            raise UsageError("a logarithmic range needs start and stop above zero")

    def __len__(self) -> int:
        return self._length

    @cached_property
    def _length(self) -> int:
        if self.step is None:
            return self.num or 0
        return int((exact(self.stop) - exact(self.start)) // exact(self.step)) + 1

    @cached_property
    def _written_si(self) -> bool:
        return any(_has_suffix(end) for end in (self.start, self.stop) if float(end))

    @cached_property
    def _pace(self) -> Decimal:
        """The difference, for a logarithmic range the logarithm of the ratio, of two neighbours."""
        if self.step is not None:
            return exact(self.step)
        parts = Decimal(max(len(self) - 1, 1))
        if self.scale == "log":
            return _CONTEXT.divide(_CONTEXT.log10(exact(self.stop) / exact(self.start)), parts)
        return _CONTEXT.divide(exact(self.stop) - exact(self.start), parts)

    @overload
    def __getitem__(self, index: int) -> Number: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Number]: ...
    def __getitem__(self, index: int | slice) -> Number | Sequence[Number]:
        if isinstance(index, slice):
            return [self[place] for place in range(*index.indices(len(self)))]
        place = index + len(self) if index < 0 else index
        if not 0 <= place < len(self):
            raise IndexError(index)
        if place == 0:
            return self.start
        point = self._point(place)
        if place == len(self) - 1 and (self.num is not None or point == exact(self.stop)):
            return self.stop
        return parse_number(write_decimal(point, si=self._written_si))

    def _point(self, place: int) -> Decimal:
        if self.scale == "log":
            ratio = _CONTEXT.power(Decimal(10), self._pace * place)
            return _ROUNDED.multiply(exact(self.start), ratio)
        point = _CONTEXT.add(exact(self.start), _CONTEXT.multiply(self._pace, Decimal(place)))
        return point if self.step is not None else _ROUNDED.plus(point)

    def even_steps(self) -> tuple[int, int, int] | None:
        """``(first, step, divisor)``: point i is ``(first + i * step) / divisor``, rounded once; else None.

        All three are whole numbers a float holds exactly: a million points without decimal arithmetic.
        """
        start, pace = exact(self.start), self._pace
        exponents = [number.normalize(_CONTEXT).as_tuple().exponent for number in (start, pace)]
        places = max(0, *(-exponent for exponent in exponents if isinstance(exponent, int)))
        largest = max(abs(exact(self.start)), abs(exact(self.stop))).scaleb(places)
        if self.scale == "log" or places > 22 or largest >= 10**12:
            return None
        return int(start.scaleb(places)), int(pace.scaleb(places)), 10**places

    def to_json(self) -> dict[str, str | int]:
        """``start``, ``stop``, ``step`` or ``num``, ``scale``: the form of the sweep file."""
        pace: dict[str, str | int] = {"num": self.num} if self.num is not None else {"step": str(self.step)}
        return {"start": str(self.start), "stop": str(self.stop), **pace, "scale": self.scale}

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> Span:
        """The range of a mapping in the form of the sweep file."""
        step, num = data.get("step"), data.get("num")
        return cls(
            _as_number(data.get("start"), "start"),
            _as_number(data.get("stop"), "stop"),
            None if step is None else _as_number(step, "step"),
            None if num is None else int(_as_number(num, "num")),
            str(data.get("scale") or "lin"),
        )


def _as_number(value: object, key: str) -> Number:
    if isinstance(value, Number):
        return value
    try:
        return parse_number(str(value))
    except ValueError:
        raise UsageError(f"{key}: {value} is not a number") from None
