"""The statuses of all cases in memory agree with what was set, whatever the order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from simorc.rundir.statuses import Statuses
from simorc.rundir.store.reader import STATUSES

changes = st.lists(st.tuples(st.integers(1, 9), st.sampled_from(STATUSES)), max_size=40)


@given(changes)
def test_counts_and_ids_are_those_of_the_cases(changes: list[tuple[int, str]]) -> None:
    statuses, expected = Statuses(9), dict.fromkeys(range(1, 10), "pending")
    for case_id, status in changes:
        statuses.set(case_id, status)
        expected[case_id] = status
    assert len(statuses) == 9
    assert {case_id: statuses.of(case_id) for case_id in expected} == expected
    for status in STATUSES:
        ids = [case_id for case_id, found in expected.items() if found == status]
        assert statuses.ids(status) == ids
        assert statuses.counts()[status] == len(ids)
    assert statuses.ids("completed", "failed") == sorted(statuses.ids("completed") + statuses.ids("failed"))


def test_a_snapshot_does_not_change_any_more() -> None:
    statuses = Statuses(2)
    before = statuses.snapshot()
    statuses.set(1, "failed")
    assert before == bytes(3) and statuses.snapshot() != before
