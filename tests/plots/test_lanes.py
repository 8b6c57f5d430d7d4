"""Digital signals as lanes of characters."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simorc.plots.backends.terminal.lanes import ASCII_LANES, UNICODE_LANES, Lane, alarm_cells, drawn

CLOCK = Lane("clk", 1, np.arange(12.0), tuple("01" * 6))
COUNT = Lane("count", 4, np.arange(0, 12, 2.0), tuple("01234a"))


def lane(width: int, *changes: tuple[float, str]) -> Lane:
    return Lane("n", width, np.array([time for time, _ in changes]), tuple(value for _, value in changes))


def test_a_bit_is_low_high_or_unknown() -> None:
    signal = lane(1, (2, "x"), (4, "0"), (6, "1"), (8, "z"))
    assert drawn(signal, (0, 10), 10) == "  ░░▁▁▔▔░░"
    assert drawn(signal, (0, 10), 10, ASCII_LANES) == "  xx__--xx"


def test_an_edge_within_a_cell_is_a_slope() -> None:
    signal = lane(1, (0, "0"), (2.5, "1"), (5.5, "0"))
    assert drawn(signal, (0, 8), 8) == "▁▁╱▔▔╲▁▁"


def test_more_changes_than_a_cell_can_show() -> None:
    assert drawn(CLOCK, (0, 12), 3) == "▒▒▒"
    assert drawn(COUNT, (0, 12), 2) == "╳╳"


def test_a_bus_has_its_values_between_brackets() -> None:
    assert drawn(COUNT, (0, 12), 24) == "⟨0 ⟩⟨1 ⟩⟨2 ⟩⟨3 ⟩⟨4 ⟩⟨a ⟩"
    assert drawn(COUNT, (0, 12), 24, ASCII_LANES) == "<0 ><1 ><2 ><3 ><4 ><a >"


@pytest.mark.parametrize(("cells", "shown"), [(8, "⟨dead⟩  "), (4, "⟨d… "), (5, "⟨d…  "), (2, "╳ ")], ids=str)
def test_a_value_that_does_not_fit_is_cut_visibly(cells: int, shown: str) -> None:
    signal = lane(16, (0, "dead"), (3, ""))
    assert drawn(signal, (0, 4), cells) == shown


def test_neighbours_never_read_as_one_number() -> None:
    assert drawn(COUNT, (0, 12), 12) == "⟨0⟨1⟨2⟨3⟨4⟨a"
    assert drawn(COUNT, (0, 12), 6) == "╳╳╳╳╳╳"


def test_an_unknown_bus() -> None:
    assert drawn(lane(8, (0, "xx"), (2, "3x")), (0, 8), 8) == "░░⟨3x  ⟩"


def test_where_a_signal_is_wrong() -> None:
    signal = Lane("q", 1, np.array([0.0]), ("0",), ((2.0, 2.5),))
    assert alarm_cells(signal, (0, 4), 8) == [False] * 4 + [True] + [False] * 3


def test_values_and_changes_around_a_time() -> None:
    assert [COUNT.at(time) for time in (-1, 0, 1.9, 2, 99)] == ["", "0", "0", "1", "a"]
    assert (COUNT.next_change(2, 1), COUNT.next_change(2, -1)) == (4.0, 0.0)
    assert COUNT.next_change(10, 1) is None and COUNT.next_change(0, -1) is None


@given(
    width=st.sampled_from([1, 4, 64]),
    steps=st.lists(st.floats(1e-3, 5), max_size=30),
    values=st.lists(st.sampled_from(["0", "1", "x", "z", "ff", "deadbeef", ""]), min_size=30, max_size=30),
    low=st.floats(-1, 50),
    length=st.floats(1e-3, 100),
    cells=st.integers(1, 90),
)
def test_as_many_characters_as_cells(
    width: int, steps: list[float], values: list[str], low: float, length: float, cells: int
) -> None:
    signal = Lane("n", width, np.cumsum(steps), tuple(values[: len(steps)]))
    for signs in (UNICODE_LANES, ASCII_LANES):
        assert len(drawn(signal, (low, low + length), cells, signs)) == cells
    assert drawn(signal, (low, low + length), cells, ASCII_LANES).isascii()


@given(cells=st.integers(1, 200), at=st.floats(0, 11.99))
def test_a_level_is_what_the_signal_has_there(cells: int, at: float) -> None:
    """A cell that shows a level shows that of every moment in it."""
    shown = drawn(CLOCK, (0, 12), cells)[min(int(at / 12 * cells), cells - 1)]
    if shown in "▁▔":
        low = int(at / 12 * cells) * 12 / cells
        inside = [CLOCK.at(low + share * 12 / cells) for share in (0.01, 0.5, 0.99)]
        assert set(inside) == {"0" if shown == "▁" else "1"}
