"""Exact decimal numbers, and ranges of them."""

from __future__ import annotations

from decimal import ROUND_FLOOR, Context, Decimal

from simorc.number_grammar import exact_decimal, read_number
from simorc.number_reading import SUFFIXES
from simorc.units import Number, Value

CONTEXT = Context(prec=60)
ROUNDED = Context(prec=12)
"""What values are rounded to that have no short decimal of their own."""
MISSED = Decimal("1e-9")
"""The share of a step by which a range may miss its end and still reach it: that is rounding."""
_CLOSEST = Decimal("1e-11")
SCALES = {**SUFFIXES, 0: ""}
"""The suffix of each power of a thousand; none for 1."""


def exact(value: Value) -> Decimal:
    """The number as written, exactly: ``0.1`` is a tenth, ``10k`` ten thousand."""
    if isinstance(value, Number):
        return exact_decimal(value.text)
    return Decimal(repr(float(value)))


def has_suffix(number: Number) -> bool:
    """Whether a number is written with a scale suffix."""
    reading = read_number(number.text)
    return reading.deck != reading.plain


def write_decimal(value: Decimal, *, si: bool) -> str:
    """The shortest plain text of a decimal; with ``si``, an SI suffix in steps of a thousand."""
    value = value.normalize(CONTEXT)
    if si and value:
        exponent = 3 * (value.adjusted() // 3)
        if exponent in SCALES:
            return f"{value.scaleb(-exponent, CONTEXT):f}{SCALES[exponent]}"
    if -5 <= value.adjusted() < 12 or not value:
        return f"{value:f}"
    return f"{value:e}".replace("e+", "e")


def steps_between(start: Number, stop: Number, step: Number) -> tuple[int, bool]:
    """How many whole steps lead from `start` towards `stop`, and whether they end there.

    `step` is not zero and leads towards `stop`. An end missed by rounding alone is reached.
    """
    ratio = CONTEXT.divide(CONTEXT.subtract(exact(stop), exact(start)), exact(step))
    nearest = ratio.to_integral_value(context=CONTEXT)
    if abs(ratio - nearest) <= MISSED * max(Decimal(1), nearest):
        return int(nearest), True
    return int(ratio.to_integral_value(ROUND_FLOOR, CONTEXT)), False


def missed_end(start: Number, stop: Number, step: Number) -> str:
    """What to write instead of a range whose steps do not end at `stop`; empty where they do."""
    steps, reached = steps_between(start, stop, step)
    if reached:
        return ""
    distance = CONTEXT.subtract(exact(stop), exact(start))
    si = any(has_suffix(end) for end in (start, stop) if end)
    fitting = max(1, int(CONTEXT.divide(distance, exact(step)).to_integral_value(context=CONTEXT)))
    pace = CONTEXT.divide(distance, Decimal(fitting))
    last = write_decimal(exact(start) + steps * exact(step), si=si)
    remedies = [f"num: {fitting + 1}"]
    if ROUNDED.plus(pace) == pace:
        remedies.append(f"step: {write_decimal(pace, si=si)}")
    if steps:
        remedies.append(f"stop: {last}")
    return f"step {step} misses stop {stop} (the last value is {last}); write {', or '.join(remedies)}"


def indistinct(start: Number, stop: Number, num: int, *, log: bool) -> str:
    """Why `num` values from `start` to `stop` are not as many different ones; empty where they are."""
    first, last = exact(start), exact(stop)
    if num == 1:
        return "" if first == last else f"num: 1 omits stop {stop}; write num: 2, or one value alone"
    if first == last:
        return f"start and stop are equal; write {start} alone"
    if log:
        pace = CONTEXT.divide(abs(CONTEXT.log10(CONTEXT.divide(last, first))), Decimal(num - 1))
    else:
        widest = max(abs(first), abs(last))
        pace = CONTEXT.divide(abs(CONTEXT.subtract(last, first)), widest * (num - 1))
    return (
        ""
        if pace > _CLOSEST
        else (f"{num} values from {start} to {stop} have no different significant digits")
    )
