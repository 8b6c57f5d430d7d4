"""Cases with equal codes on every axis are one group."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from simorc.sweeps.grouping import group_ids


def test_groups_come_in_the_order_of_their_first_case() -> None:
    assert group_ids([2, 3], [[0, 1], [0, 0, 0]], 6, None) == [[1, 2, 3], [4, 5, 6]]
    assert group_ids([2, 3], [[0, 0], [1, 0, 1]], 6, None) == [[1, 3, 4, 6], [2, 5]]


def test_kept_combinations_are_numbered_as_cases() -> None:
    assert group_ids([2, 3], [[0, 1], [0, 0, 0]], 6, [1, 3, 5]) == [[1], [2, 3]]


@given(st.data())
def test_as_counted_by_hand(data: st.DataObject) -> None:
    shape = data.draw(st.lists(st.integers(1, 4), min_size=1, max_size=3))
    codes = [data.draw(st.lists(st.integers(0, 2), min_size=size, max_size=size)) for size in shape]
    places = list(itertools.product(*(range(size) for size in shape)))
    kept = data.draw(st.none() | st.sets(st.integers(0, len(places) - 1), min_size=1).map(sorted))
    groups: dict[tuple[int, ...], list[int]] = {}
    for case_id, combination in enumerate(range(len(places)) if kept is None else kept, 1):
        key = tuple(code[place] for code, place in zip(codes, places[combination], strict=True))
        groups.setdefault(key, []).append(case_id)
    assert group_ids(shape, codes, len(places), kept) == list(groups.values())
