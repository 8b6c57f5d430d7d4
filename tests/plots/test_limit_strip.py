"""The strip of a spec: limits in fixed cells, values between them, violations beyond."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simorc.plots.backends.svg_strips import StripLine, draw_strips
from simorc.plots.limit_strip import VIOLATED, LimitStrip, strip_runs, strip_text

WIDTH = 24


@pytest.mark.parametrize(
    ("strip", "text"),
    [
        (LimitStrip(46, 60, 50, 53, 57), "    ├───[═══●═══]──┤    "),
        (LimitStrip(46, 60, 40, 53, 57, violated=True), "◂═══├═══════●═══]──┤    "),
        (LimitStrip(46, 60, 50, 53, 999, violated=True), "    ├───[═══●══════┤═══▸"),
        (LimitStrip(46, None, 50, 53, 57), "    ├────[════●════]────"),
        (LimitStrip(None, 65, 14, 30, 58), "────[════●═══════]─┤    "),
        (LimitStrip(46, 60), "    ├──────────────┤    "),
        (LimitStrip(46, 60, 53, 53, 53), "    ├───────●──────┤    "),
        (LimitStrip(5, 5, 5, 5, 5), "            ●           "),
        (LimitStrip(46, 60, 47, 53, 58, corner_limits=(49.0,)), "    ├[═╎════●════]─┤    "),
    ],
)
def test_strips_as_text(strip: LimitStrip, text: str) -> None:
    assert strip_text(strip, WIDTH) == text


def test_ascii_strips_have_the_same_cells() -> None:
    strip = LimitStrip(46, 60, 50, 53, 999, violated=True)
    assert strip_text(strip, WIDTH, ascii_only=True) == "    |---[===o======|===>"


def test_only_what_the_judge_calls_violated_is_drawn_so() -> None:
    beyond = LimitStrip(46, 60, 45.9999999999999, 50, 57)
    assert not _violated(beyond), "within the rounding that the judge allows"
    assert _violated(LimitStrip(46, 60, 45.999, 50, 57, violated=True))


def test_a_corner_has_a_tighter_limit() -> None:
    strip = LimitStrip(46, 60, 47, 53, 58, violated=True, corner_limits=(49.0,))
    assert strip.is_beyond(48) and not strip.is_beyond(58)
    assert _violated(strip) and not _violated(LimitStrip(46, 60, 47, 53, 58, corner_limits=(49.0,)))


values = st.floats(-1e12, 1e12)
limits = st.none() | values


@given(limits, limits, st.lists(values, min_size=3, max_size=3), st.integers(12, 60))
def test_any_strip_has_its_width_and_shows_each_violation(
    low: float | None, high: float | None, found: list[float], width: int
) -> None:
    if low is not None and high is not None and low > high:
        low, high = high, low
    least, mean, most = sorted(found)
    violated = (low is not None and least < low) or (high is not None and most > high)
    strip = LimitStrip(low, high, least, mean, most, violated=violated)
    assert len(strip_text(strip, width)) == width
    assert _violated(strip, width) == violated


def test_the_picture_escapes_its_texts() -> None:
    line = StripLine("a<b", "1 V", "", LimitStrip(1, None, 2, 3, 4), "4/4")
    picture = draw_strips([line, StripLine("none", "", "1", LimitStrip(None, 1), "")])
    assert "a&lt;b" in picture and picture.count("<circle") == 1


def _violated(strip: LimitStrip, width: int = WIDTH) -> bool:
    return any(role == VIOLATED for _, role in strip_runs(strip, width))
