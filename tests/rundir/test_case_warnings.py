"""Warnings of cases in the store: counted by kind, replaced with the verdict of their case."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from simorc.rundir.attempts.attempt_log import Trace
from simorc.rundir.attempts.status_files import Report, plain_report, report_from
from simorc.rundir.layout import RunLayout
from simorc.rundir.store import connection as database
from simorc.rundir.store.columns import declare_columns
from simorc.rundir.store.finished import Finished
from simorc.rundir.store.reader import RunReader
from simorc.rundir.store.writer import Store
from simorc.simulators.case_warnings import CaseWarning, merged
from simorc.simulators.outcome import Outcome
from simorc.sweeps.plan import Plan

PLAN = Plan.expand({"parameters": {"r": [1.0, 2.0, 3.0]}}, defaults={"r": 1.0})
IGNORED = CaseWarning("ignored_parameter", "unrecognized parameter (foo) - ignored", 2)
OTHER = CaseWarning("ignored_parameter", "unrecognized parameter (bar) - ignored")
TWICE = CaseWarning("redefinition", "Warning: redefinition of .subckt s, ignored")


@pytest.fixture
def layout(tmp_path: Path) -> RunLayout:
    layout = RunLayout(tmp_path / "simulations" / "s_20260101000000")
    layout.results.mkdir(parents=True)
    database.create(layout.database, {"total": "3", "state": "running"})
    declare_columns(layout, ["r"], {}, 3)
    return layout


@pytest.fixture
def store(layout: RunLayout) -> Iterator[Store]:
    with Store(layout, PLAN) as store:
        yield store


def finished(case_id: int, *warnings: CaseWarning, attempt: int = 1, final: bool = True) -> Finished:
    outcome = Outcome("completed", warnings=warnings, fingerprint=-(2**63) + case_id)
    return Finished(case_id, attempt, outcome, "done" if final else "cold", final, 0.0, "here")


def groups(layout: RunLayout) -> list[tuple[str, int, str, int]]:
    with RunReader(layout) as view:
        return [(each.kind, each.cases, each.message, each.first_case) for each in view.warning_groups()]


def test_kinds_are_counted_by_case(layout: RunLayout, store: Store) -> None:
    for done in (finished(1, IGNORED, TWICE), finished(2, OTHER), finished(3, OTHER)):
        store.attempt_finished(done)
    store.flush()
    assert groups(layout) == [
        ("ignored_parameter", 3, OTHER.message, 2),
        ("redefinition", 1, TWICE.message, 1),
    ]
    with RunReader(layout) as view:
        assert view.warnings_of(1) == (IGNORED, TWICE)
        assert view.warnings_of(2) == (OTHER,)
        assert view.case(1)["fingerprint"] == -(2**63) + 1


def test_a_case_that_runs_again_has_the_warnings_of_its_last_attempt(layout: RunLayout, store: Store) -> None:
    store.attempt_finished(finished(1, IGNORED, TWICE))
    store.flush()
    store.back_to_pending([1])
    store.flush()
    assert groups(layout) == []
    store.attempt_finished(finished(1, TWICE, attempt=2))
    store.flush()
    assert groups(layout) == [("redefinition", 1, TWICE.message, 1)]


def test_an_attempt_that_is_followed_by_another_does_not_count(layout: RunLayout, store: Store) -> None:
    store.attempt_finished(finished(1, IGNORED, final=False))
    store.flush()
    assert groups(layout) == []
    with RunReader(layout) as view:
        assert json.loads(view.attempts(1)[0]["warnings"]) == [IGNORED.plain()]


def test_the_attempt_log_keeps_them(layout: RunLayout, store: Store) -> None:
    store.attempt_finished(finished(1, IGNORED))
    store.flush()
    trace = Trace(layout)
    trace.append(store.attempts_after(0), {})
    trace.close()
    line = json.loads(layout.trace.read_text())
    assert (line["warnings"], line["fingerprint"]) == ([IGNORED.plain()], -(2**63) + 1)


def test_reports_of_workers_keep_them() -> None:
    report = plain_report(Report(1, Outcome("failed", warnings=(IGNORED, TWICE)), 0.0, "n1"))
    assert report_from(json.loads(json.dumps(report)), 3).outcome.warnings == (IGNORED, TWICE)
    older = {name: value for name, value in report.items() if name not in {"warnings", "fingerprint"}}
    assert report_from(older, 3).outcome.warnings == ()


def test_a_store_of_an_older_version_warns_of_nothing(layout: RunLayout) -> None:
    db = database.open_for_writing(layout.database)
    for table in ("case_warnings", "warning_texts"):
        db.execute(f"DROP TABLE {table}")
    db.close()
    assert groups(layout) == []
    with RunReader(layout) as view:
        assert view.warnings_of(1) == ()


def test_one_warning_of_a_kind() -> None:
    assert merged((IGNORED,), (OTHER, TWICE)) == (
        CaseWarning("ignored_parameter", IGNORED.message, 3),
        TWICE,
    )
