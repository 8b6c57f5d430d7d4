"""Undoing what was done to the view, and how tables looked."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from simorc_tui.data.case_order import Arrangement
from simorc_tui.settings.table_look import SWEEPS_KEPT, USUAL, LookMemory, TableLook
from simorc_tui.settings.view_history import MARKS_KEPT, STEPS_KEPT, ViewHistory, ViewState
from tests.tui.fake_run import FakeRun
from tests.tui.flows import terminal

START = ViewState()


def filtered(text: str) -> ViewState:
    return replace(START, arrangement=Arrangement(filter_text=text))


def test_steps_are_undone_one_by_one_and_named() -> None:
    history = ViewHistory()
    sorted_down = ViewState(Arrangement("m_gain", descending=True))
    marked = replace(sorted_down, marks=frozenset({3, 4}))
    for state in (sorted_down, marked, replace(marked, marks=frozenset())):
        history.moved_to(state)
    assert history.undo() == ("2 marks removed", marked)
    assert history.undo() == ("2 marked", sorted_down)
    assert history.undo() == ("sorting by gain", START)
    assert history.undo() is None


def test_what_is_typed_is_one_step() -> None:
    history = ViewHistory(filtered("a"))
    for text in ("ab", "abc", "abcd"):
        history.moved_to(filtered(text), typing=True)
    history.typed()
    assert len(history) == 1
    assert history.undo() == ("filter /abcd", filtered("a"))


def test_typing_that_comes_to_nothing_is_no_step() -> None:
    history = ViewHistory()
    history.moved_to(filtered("x"), typing=True)
    history.moved_to(START, typing=True)
    assert len(history) == 0


def test_neither_steps_nor_marks_grow_without_end() -> None:
    history = ViewHistory()
    for number in range(2 * STEPS_KEPT):
        history.moved_to(filtered(str(number)))
    assert len(history) == STEPS_KEPT
    many = frozenset(range(MARKS_KEPT // 2 + 1))
    for number in range(4):
        history.moved_to(replace(filtered(f"m{number}"), marks=many))
    assert len(history) <= 2


def test_a_look_is_remembered_for_its_sweep(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    look = TableLook(("m_gain", "status"), (), 2).with_width("m_gain", 20)
    LookMemory(tmp_path).keep("pvt", look)
    memory = LookMemory(tmp_path)
    assert memory.recall("pvt") == look
    assert memory.recall("ac") == USUAL
    assert LookMemory(tmp_path / "other").recall("pvt") == USUAL
    memory.keep("pvt", USUAL)
    assert json.loads((tmp_path / "simorc" / "tables.json").read_text()) == {}
    for number in range(SWEEPS_KEPT + 10):
        memory.keep(f"s{number}", look)
    assert len(json.loads((tmp_path / "simorc" / "tables.json").read_text())) == SWEEPS_KEPT


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"KEY": 3}', '{"KEY": {"columns": 1, "widths": 2, "frozen": "x"}}']
)
def test_a_state_file_that_makes_no_sense_is_forgotten(
    tmp_path: Path, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    file = tmp_path / "simorc" / "tables.json"
    file.parent.mkdir()
    file.write_text(text.replace("KEY", f"{tmp_path}:pvt"))
    memory = LookMemory(tmp_path)
    assert memory.recall("pvt") == USUAL
    memory.keep("pvt", TableLook(frozen=3))
    assert memory.recall("pvt").frozen == 3


async def test_u_brings_back_filter_marks_order_and_columns(
    project: Path, make_run: Callable[..., FakeRun]
) -> None:
    make_run(45)
    async with terminal(project) as user:
        table = user.screen.main.table
        await user.until(lambda: table.row_count == 45)
        await user.press("F")
        await user.until(lambda: table.row_count == 6)
        await user.press("a")
        await user.until(lambda: len(table.marks) == 6)
        await user.press("F")
        await user.until(lambda: table.row_count == 45)
        await user.press("a", "a")
        await user.until(lambda: not table.marks)
        await user.press("u")
        await user.until(lambda: len(table.marks) == 45)
        await user.press("u")
        await user.until(lambda: len(table.marks) == 6)
        await user.press("u")
        await user.until(lambda: table.row_count == 6)
        await user.sees("undone: filter /status:failed cleared")
        await user.press("u", "u")
        await user.until(lambda: table.row_count == 45 and not table.marks)
        await user.press("u")
        await user.sees("Nothing to undo.")


async def test_columns_are_widened_frozen_remembered_and_usual_again(
    project: Path, make_run: Callable[..., FakeRun]
) -> None:
    make_run(45)
    async with terminal(project) as user:
        table = user.screen.main.table
        await user.until(lambda: table.row_count == 45)
        await user.press("C", "j", ">", ">", "f", "enter")
        await user.until(lambda: table.look.frozen == 3)
        assert dict(table.look.widths) == {"p_corner": table.columns[2].width}
        assert table.frozen_columns == 3
        wide = table.columns[2].width
        await user.press("s", "down", "down", "enter")
        await user.until(lambda: table.arrangement.order == "p_corner")
        await user.press("<")
        await user.until(lambda: table.columns[2].width == wide - 2)
    async with terminal(project) as user:
        table = user.screen.main.table
        await user.until(lambda: table.row_count == 45)
        assert (table.look.frozen, table.columns[2].width) == (3, wide - 2)
        await user.press("C", "U")
        await user.until(lambda: table.look == USUAL)
        await user.press("u")
        await user.until(lambda: table.look.frozen == 3)


async def test_an_edge_in_the_header_is_dragged(project: Path, make_run: Callable[..., FakeRun]) -> None:
    make_run(45)
    async with terminal(project) as user:
        table = user.screen.main.table
        await user.until(lambda: table.row_count == 45)
        edge = table.span(1)[1]
        await user.pilot.mouse_down(table, offset=(edge, 0))
        await user.pilot.hover(table, offset=(edge + 6, 0))
        await user.pilot.mouse_up(table, offset=(edge + 6, 0))
        await user.until(lambda: dict(table.look.widths).get("p_vdd", 0) > 6)


async def test_what_stands_still_leaves_room_for_the_rest(
    project: Path, make_run: Callable[..., FakeRun]
) -> None:
    make_run(45)
    async with terminal(project, (80, 24)) as user:
        table = user.screen.main.table
        await user.until(lambda: table.row_count == 45)
        table.show_look(TableLook(frozen=7).with_width("p_vdd", 60))
        assert table.frozen_columns == 1
        await user.press("l", "l", "l")
        await user.sees("0001")


async def test_sideways_goes_from_column_to_column(project: Path, make_run: Callable[..., FakeRun]) -> None:
    make_run(45)
    async with terminal(project, (80, 24)) as user:
        table = user.screen.main.table
        await user.until(lambda: table.row_count == 45)
        await user.sees("1.62 V")  # the columns have made room for their values
        starts = [table.span(place)[0] - table.frozen_width for place in range(1, len(table.columns))]
        await user.press("l")
        await user.until(lambda: table.scroll_offset.x == starts[1])
        await user.press("l")
        await user.until(lambda: table.scroll_offset.x == starts[2])
        await user.press("h", "h")
        await user.until(lambda: table.scroll_offset.x == 0)
