"""The order of cases: by any column, those without a value last, equal ones by number."""

from __future__ import annotations

import pytest

from simorc.errors import UsageError
from simorc.rundir.store.case_ids import CaseIdQuery
from tests.made_runs import MakeRun

ROWS = [
    ("completed", {"temp": 27}, {"gain": 3.0}),
    ("failed", {"temp": 125}, {}),
    ("completed", {"temp": -40}, {"gain": 1.0}),
    ("completed", {"temp": 27}, {"gain": 2.0}),
]


@pytest.mark.parametrize(
    ("order", "descending", "ids"),
    [
        ("id", False, [1, 2, 3, 4]),
        ("id", True, [4, 3, 2, 1]),
        ("m_gain", False, [3, 4, 1, 2]),
        ("m_gain", True, [1, 4, 3, 2]),
        ("p_temp", False, [3, 1, 4, 2]),
        ("p_temp", True, [2, 1, 4, 3]),
    ],
)
def test_orders(make_run: MakeRun, order: str, descending: bool, ids: list[int]) -> None:
    found = CaseIdQuery(make_run(ROWS)).run(order, descending)
    assert found is not None and found.tolist() == ids


def test_only_cases_that_match(make_run: MakeRun) -> None:
    layout = make_run(ROWS)
    matching = CaseIdQuery(layout).run("id", False, "status = ?", ("completed",))
    none = CaseIdQuery(layout).run("id", False, "status = ?", ("pending",))
    assert matching is not None and matching.tolist() == [1, 3, 4]
    assert none is not None and none.tolist() == []


def test_what_is_no_column_is_refused(make_run: MakeRun) -> None:
    layout = make_run(ROWS)
    with pytest.raises(UsageError, match="unknown sort column 'gain'"):
        CaseIdQuery(layout).run("gain", False)
    with pytest.raises(UsageError, match="cannot be sorted or filtered"):
        CaseIdQuery(layout).run("id", False, "nonsense = 1")


def test_a_query_that_is_over_can_be_interrupted(make_run: MakeRun) -> None:
    query = CaseIdQuery(make_run(ROWS))
    assert query.run("id", False) is not None
    query.interrupt()
