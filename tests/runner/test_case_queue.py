from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from simorc.runner.case_queue import CaseQueue


def drain(queue: CaseQueue, slot: int = 0) -> list[int]:
    taken: list[int] = []
    while (case_id := queue.next(slot)) is not None:
        taken.append(case_id)
    return taken


def test_one_group_comes_in_order() -> None:
    assert drain(CaseQueue([range(1, 6)])) == [1, 2, 3, 4, 5]


def test_a_slot_stays_with_its_group_and_then_helps_where_fewest_are() -> None:
    queue = CaseQueue([[1, 3, 5], [2, 4, 6]])
    assert [queue.next(slot) for slot in (0, 1, 0, 1, 0)] == [1, 2, 3, 4, 5]
    assert queue.next(0) == 6
    assert queue.next(1) is None


def test_what_is_put_first_comes_before_the_groups() -> None:
    queue = CaseQueue([[1, 2]])
    queue.put_first([9, 8])
    assert drain(queue) == [9, 8, 1, 2]


def test_move_to_front_moves_only_what_waits() -> None:
    queue = CaseQueue([[1, 2, 3, 4]])
    assert queue.next(0) == 1
    queue.move_to_front([1, 4, 77])
    assert drain(queue) == [4, 2, 3]


def test_drop_tells_what_did_wait() -> None:
    queue = CaseQueue([[1, 2], [3]])
    queue.put_first([7])
    assert sorted(queue.drop([2, 3, 7, 50])) == [2, 3, 7]
    assert drain(queue) == [1]


@given(st.lists(st.lists(st.integers(1, 10_000), max_size=12), max_size=6), st.integers(1, 5))
def test_every_waiting_case_is_handed_out_once(groups: list[list[int]], slots: int) -> None:
    queue = CaseQueue(groups)
    total, taken, turn = sum(map(len, groups)), [], 0
    assert len(queue) == total
    while (case_id := queue.next(turn % slots)) is not None:
        taken.append(case_id)
        turn += 1
    assert sorted(taken) == sorted(case for group in groups for case in group)
