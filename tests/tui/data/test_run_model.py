"""The open run of the interface: what its readers share, and when it is read again."""

from __future__ import annotations

import queue
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from simorc_tui.data.run_model import RunModel
from simorc_tui.data.run_watcher import RunNews
from tests.waiting import PATIENCE


@pytest.fixture
def model(make_run: Callable[..., Any]) -> RunModel:
    return RunModel(make_run(5).layout, lambda news: None)


def news_of(
    model: RunModel, case_ids: Sequence[int] | None = (), events: tuple[tuple[str, str], ...] = ()
) -> RunNews:
    changed = None if case_ids is None else frozenset(case_ids)
    return RunNews(model.layout.name, changed, {}, {"state": "running"}, events=events)


def test_readers_at_the_same_time_share_the_results(model: RunModel) -> None:
    first = model.results()
    assert model.results() is first
    assert model.results().manifest is first.manifest


def test_results_that_nobody_reads_are_not_held(model: RunModel) -> None:
    held = model.results().__dict__
    held["frame"] = "the numbers of a million cases"
    assert "frame" not in model.results().__dict__


@pytest.mark.parametrize(
    ("case_ids", "events"), [(None, ()), ((3,), ()), ((), (("measured", "measured again: gain"),))]
)
def test_changed_cases_and_definitions_are_read_again(
    model: RunModel, case_ids: Sequence[int] | None, events: tuple[tuple[str, str], ...]
) -> None:
    before = model.results()
    model.take(news_of(model, case_ids, events))
    assert model.results() is not before


def test_news_without_changed_cases_leave_the_results(model: RunModel) -> None:
    before = model.results()
    assert (model.news, model.state) == (None, "")
    model.take(news_of(model, (), (("paused", "disk low"),)))
    assert model.results() is before
    assert model.state == "running" and model.news is not None


def test_a_model_follows_its_run_until_it_is_closed(make_run: Callable[..., Any]) -> None:
    run, posted = make_run(5), queue.Queue[RunNews]()
    model = RunModel(run.layout, posted.put)
    model.follow()
    try:
        first = posted.get(timeout=PATIENCE)
        assert (first.run, first.case_ids) == (run.layout.name, None)
        model.take(first)
        model.taken()
        run.set_case(2, status="failed")
        assert posted.get(timeout=PATIENCE).case_ids == {2}
    finally:
        model.close()
