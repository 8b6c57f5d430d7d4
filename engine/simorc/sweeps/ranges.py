"""Ranges: ``{start, stop, step}`` and ``{start, stop, num, scale: lin | log}``, in exact decimal arithmetic.

0.1 ... 0.3 in steps of 0.1 is written 0.1, 0.2, 0.3. ``start`` and ``stop`` keep the text they were written
with; where either carries an SI suffix, the points between are written with suffixes too (900n, 1u, 1.1u).
A stop that is missed by rounding alone is reached; a sweep file with one that is missed by more is refused.
Points that have no short decimal (a third, a logarithmic step) are rounded to 12 significant digits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import overload

from simorc.decimals import CONTEXT, ROUNDED, exact, has_suffix, steps_between, write_decimal
from simorc.errors import UsageError
from simorc.units import Number, parse_number

MAX_POINTS = 100_000_000


@dataclass(frozen=True)
class Span(Sequence[Number]):
    """The points of a range, computed on first use. ``step`` or ``num`` is given, never both."""

    start: Number
    stop: Number
    step: Number | None = None
    num: int | None = None
    scale: str = "lin"

    def __post_init__(self) -> None:
        if self.scale not in ("lin", "log"):
            raise UsageError(f"scale: must be lin or log, not {self.scale}")
        if (self.step is None) == (self.num is None):
            raise UsageError("a range needs either step or num")
        if self.num is not None and self.num < 1:
            raise UsageError("num: must be at least 1")
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
        return steps_between(self.start, self.stop, self.step)[0] + 1

    @cached_property
    def _ends_at_stop(self) -> bool:
        return self.step is None or steps_between(self.start, self.stop, self.step)[1]

    @cached_property
    def _written_si(self) -> bool:
        return any(has_suffix(end) for end in (self.start, self.stop) if float(end))

    @cached_property
    def _pace(self) -> Decimal:
        """The difference, for a logarithmic range the logarithm of the ratio, of two neighbours."""
        if self.step is not None:
            return exact(self.step)
        parts = Decimal(max(len(self) - 1, 1))
        if self.scale == "log":
            return CONTEXT.divide(CONTEXT.log10(exact(self.stop) / exact(self.start)), parts)
        return CONTEXT.divide(exact(self.stop) - exact(self.start), parts)

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
        if place == len(self) - 1 and self._ends_at_stop:
            return self.stop
        return parse_number(write_decimal(point, si=self._written_si))

    def _point(self, place: int) -> Decimal:
        if self.scale == "log":
            ratio = CONTEXT.power(Decimal(10), self._pace * place)
            return ROUNDED.multiply(exact(self.start), ratio)
        point = CONTEXT.add(exact(self.start), CONTEXT.multiply(self._pace, Decimal(place)))
        return point if self.step is not None else ROUNDED.plus(point)

    def even_steps(self) -> tuple[int, int, int] | None:
        """``(first, step, divisor)``: point i is ``(first + i * step) / divisor``, rounded once; else None.

        All three are whole numbers a float holds exactly: a million points without decimal arithmetic.
        """
        start, pace = exact(self.start), self._pace
        exponents = [number.normalize(CONTEXT).as_tuple().exponent for number in (start, pace)]
        places = max(0, *(-exponent for exponent in exponents if isinstance(exponent, int)))
        largest = max(abs(exact(self.start)), abs(exact(self.stop))).scaleb(places)
        if self.scale == "log" or places > 22 or largest >= 10**12:
            return None
        if self._ends_at_stop and len(self) > 1 and start + pace * (len(self) - 1) != exact(self.stop):
            return None  # the end is reached within rounding only
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
