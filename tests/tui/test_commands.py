"""A command of the interface: its key as it is shown, its group, its binding."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from textual.events import Key

from simorc_tui.app import SimorcApp
from simorc_tui.commands.command import Command, label_of
from tests.tui.fake_run import FakeRun
from tests.tui.flows import LOCAL
from tests.waiting import until_shown


@pytest.mark.parametrize(
    ("keys", "label"),
    [("slash", "/"), ("slash,f", "/"), ("f5", "f5"), ("less_than_sign", "<"), ("question_mark", "?")],
)
def test_the_first_key_is_shown(keys: str, label: str) -> None:
    assert label_of(keys) == label


def test_a_command() -> None:
    command = Command("cases.filter", "filter", "slash", "Filter the cases", "filter")
    assert (command.group, command.key_label) == ("cases", "/")
    assert command.label_in({}) == "/"
    assert command.label_in({"cases.filter": "f,plus", "run.launch": "f5"}) == "f"
    binding = command.binding
    assert (binding.key, binding.action, binding.id, binding.key_display) == (
        "slash",
        "filter",
        "cases.filter",
        "/",
    )


@pytest.mark.parametrize("key", ["colon", "s", "C"])
async def test_a_page_of_a_list_that_comes_is_no_error(
    project: Path, make_run: Callable[..., FakeRun], key: str
) -> None:
    make_run(9)
    app = SimorcApp(project, LOCAL)
    async with app.run_test() as pilot:
        await until_shown(pilot, lambda: app._main.main.table.row_count == 9)
        for name in (key, "pageup", "pagedown"):
            app.post_message(Key(name, None))
        await app.input_handled()
        assert app.screen is not app._main
