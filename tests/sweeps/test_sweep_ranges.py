"""Ranges without float drift, written as a designer would write them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simorc.decimals import exact, write_decimal
from simorc.errors import UsageError
from simorc.sweeps.masks import _array
from simorc.sweeps.ranges import Span
from simorc.units import Number


def span(start: str, stop: str, **rest: object) -> Span:
    return Span.from_json({"start": start, "stop": stop, **rest})


@pytest.mark.parametrize(
    ("start", "stop", "rest", "texts"),
    [
        ("0.1", "0.5", {"step": "0.1"}, "0.1 0.2 0.3 0.4 0.5"),
        ("-40", "125", {"num": 12}, "-40 -25 -10 5 20 35 50 65 80 95 110 125"),
        ("1p", "100p", {"num": 3, "scale": "log"}, "1p 10p 100p"),
        ("1", "1k", {"num": 4, "scale": "log"}, "1 10 100 1k"),
        ("800n", "1.2u", {"step": "200n"}, "800n 1u 1.2u"),
        ("3.00", "3.60", {"step": "0.3"}, "3.00 3.3 3.60"),
        ("0", "1", {"num": 4}, "0 0.333333333333 0.666666666667 1"),
        ("0", "1", {"step": "0.3"}, "0 0.3 0.6 0.9"),
        ("125", "-40", {"step": "-55"}, "125 70 15 -40"),
        ("0", "1", {"step": "0.333333333333"}, "0 0.333333333333 0.666666666666 1"),
        ("0", "0.3", {"step": "0.09999999999999999"}, "0 0.09999999999999999 0.19999999999999998 0.3"),
        ("0", "0.30000000000000004", {"step": "0.1"}, "0 0.1 0.2 0.30000000000000004"),
        ("5", "5", {"step": "1"}, "5"),
        ("1e-12", "3e-12", {"step": "1e-12"}, "1e-12 2e-12 3e-12"),
        ("1meg", "3meg", {"num": 3}, "1meg 2meg 3meg"),
    ],
)
def test_written(start: str, stop: str, rest: dict[str, object], texts: str) -> None:
    points = span(start, stop, **rest)
    assert " ".join(map(str, points)) == texts
    assert len(points) == len(texts.split())
    assert str(points[-1]) == texts.split()[-1]


@pytest.mark.parametrize(
    ("start", "stop", "rest", "message"),
    [
        ("0", "1", {"step": "-1"}, "leads away"),
        ("0", "1", {"step": "0"}, "not be zero"),
        ("0", "1", {"num": 0}, "at least 1"),
        ("0", "1", {"num": 2, "scale": "log"}, "above zero"),
        ("1", "2", {"step": "1", "scale": "log"}, "needs num"),
        ("0", "1", {}, "either step or num"),
        ("0", "1", {"step": "1", "num": 2}, "either step or num"),
        ("0", "1", {"num": 2, "scale": "dec"}, "lin or log"),
        ("0", "x", {"num": 2}, "stop: x is not a number"),
        ("0", "1", {"step": "1e-12"}, "at most"),
    ],
)
def test_refused(start: str, stop: str, rest: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        span(start, stop, **rest)


def test_index_and_slice() -> None:
    points = span("0", "3", step="1")
    assert [float(point) for point in points[1:3]] == [1, 2]
    with pytest.raises(IndexError):
        points[4]


DECIMALS = st.decimals(min_value=-1000, max_value=1000, places=4)


@given(DECIMALS, DECIMALS.filter(bool), st.integers(0, 40))
def test_steps_reach_the_end_exactly(start: Decimal, step: Decimal, count: int) -> None:
    stop = start + count * step
    points = span(str(start), str(stop), step=str(step))
    assert len(points) == count + 1
    assert [exact(point) for point in points] == [start + place * step for place in range(count + 1)]
    assert (str(points[0]), str(points[-1])) == (str(start), str(stop) if count else str(start))


@given(DECIMALS, DECIMALS, st.integers(2, 50), st.sampled_from(["lin", "log"]))
def test_num_points_and_both_ends(start: Decimal, stop: Decimal, num: int, scale: str) -> None:
    if scale == "log":
        start, stop = abs(start) + 1, abs(stop) + 1
    points = list(span(str(start), str(stop), num=num, scale=scale))
    assert len(points) == num
    assert (points[0], points[-1]) == (float(start), float(stop))
    assert points == sorted(points, reverse=stop < start)


@given(DECIMALS, DECIMALS, st.integers(2, 30), st.sampled_from(["lin", "log"]))
def test_arrays_hold_the_same_floats(start: Decimal, stop: Decimal, num: int, scale: str) -> None:
    points = span(str(abs(start) + 1), str(abs(stop) + 1), num=num, scale=scale)
    assert _array(points).tolist() == [float(point) for point in points]


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**14), max_value=10**14, places=15))
def test_si_text_reads_back(value: Decimal) -> None:
    assert exact(Number(write_decimal(value, si=True))) == value
    assert exact(Number(write_decimal(value, si=False))) == value


def test_million_points_are_not_stored() -> None:
    points = span("1", "1000000", step="1")
    assert len(points) == 1_000_000
    assert _array(points)[-1] == 1e6
