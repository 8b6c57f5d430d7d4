"""The sweep builder, key by key: what is typed is judged at once, and seen before it is run."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from simorc_tui.data import sweep_draft
from simorc_tui.widgets.sweep_builder.builder import SweepBuilder
from tests.tui.flows import Terminal, terminal


async def begin(user: Terminal, row: str) -> None:
    """Open the line of `row` in the builder."""
    builder = user.screen.main.builder
    await user.until(lambda: builder.cases is not None)
    await user.press("2")
    while builder._current != row:
        await user.press("j")
    await user.press("enter")
    await user.until(lambda: builder.has_class("editing"))


@pytest.mark.parametrize("size", [(80, 24), (160, 48)])
async def test_a_line_is_judged_while_it_is_typed_and_counts_only_when_taken(
    project: Path, size: tuple[int, int]
) -> None:
    async with terminal(project, size) as user:
        builder = user.screen.main.builder
        await begin(user, "temp")
        await user.press("ctrl+u")
        await user.type("0 ..")
        await user.sees("! ")
        await user.type(" 100 by 25")
        await user.sees("= 45 cases")
        assert not builder.dirty
        await user.press("escape")
        await user.sees("= 9 cases")
        await user.press("enter", "ctrl+u")
        await user.type("0 .. 100 by 25")
        await user.press("enter")
        await user.until(lambda: builder.dirty and builder.cases == 45)


async def test_a_count_of_an_earlier_line_does_not_hide_the_error_of_the_present_one(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted, real = threading.Event(), sweep_draft.count_cases
    answers: list[int | None] = []

    def slow_count(*arguments: object) -> tuple[int, list[str]]:
        counted.wait()
        return real(*arguments)  # type: ignore[arg-type]

    real_answer = SweepBuilder.on_sweep_builder_counted

    def answer(self: SweepBuilder, event: SweepBuilder.Counted) -> None:
        real_answer(self, event)
        answers.append(event.cases)

    async with terminal(project) as user:
        await begin(user, "temp")
        await user.press("ctrl+u")
        await user.sees("= 9 cases")
        monkeypatch.setattr(SweepBuilder, "on_sweep_builder_counted", answer)
        monkeypatch.setattr(sweep_draft, "count_cases", slow_count)
        await user.type("0 ..")
        await user.sees("! temp: ")
        counted.set()
        await user.until(lambda: 18 in answers)
        assert "! temp: " in user.text


async def test_a_wrong_condition_is_told_while_it_is_typed(project: Path) -> None:
    async with terminal(project) as user:
        await begin(user, "exclude")
        await user.type("cornr")
        await user.sees("! ")
        await user.press("ctrl+u")
        await user.type("corner == 'ss'")
        await user.sees("= 6 cases")


@pytest.mark.parametrize("size", [(80, 24), (160, 48)])
async def test_the_preview_is_a_table(project: Path, size: tuple[int, int]) -> None:
    async with terminal(project, size) as user:
        await user.until(lambda: user.screen.main.builder.cases is not None)
        await user.press("E")
        await user.sees("9 cases", "1.62")
        assert "^J" not in user.text


async def test_a_corner_is_added_by_a_line(project: Path) -> None:
    async with terminal(project) as user:
        builder = user.screen.main.builder
        await user.until(lambda: builder.cases is not None)
        await user.press("2", "a")
        await user.type("hot")
        await user.press("enter")
        await user.sees("! hot: write the settings of a corner")
        await user.press("end")
        await user.type(" temp=125")
        await user.press("enter")
        await user.until(lambda: builder.dirty)
        assert builder.draft is not None
        assert builder.draft.data()["corners"] == {"hot": {"temp": "125"}}


async def test_a_condition_that_is_none_is_refused(project: Path) -> None:
    async with terminal(project) as user:
        await begin(user, "include")
        await user.type("{vdd: [1.8]}")
        await user.sees("! write a condition as an expression")


async def test_saving_says_that_the_file_was_changed_elsewhere(project: Path) -> None:
    file = project / "sweeps" / "pvt.yaml"
    async with terminal(project) as user:
        builder = user.screen.main.builder
        await user.until(lambda: builder.cases is not None)
        await user.press("2", "ctrl+s")
        await user.sees("Nothing to save")
        await user.press("delete")
        await user.until(lambda: builder.dirty)
        file.write_text(file.read_text() + "# mine\n")
        await user.press("ctrl+s")
        await user.sees("Overwrite pvt.yaml?", "has changed since")
        await user.press("escape")
        await user.until(lambda: "Overwrite" not in user.text)
        assert file.read_text().endswith("# mine\n")
        assert builder.dirty


async def test_what_is_typed_replaces_a_default_and_the_cursor_follows_its_row(project: Path) -> None:
    async with terminal(project) as user:
        builder = user.screen.main.builder
        await begin(user, "temp")
        await user.type("85")
        await user.press("enter")
        await user.until(lambda: builder.dirty)
        assert builder.draft is not None
        assert builder.draft.parameters()["temp"] == ["85"]
        assert builder._current == "temp", "the row moved up, and the cursor with it"
