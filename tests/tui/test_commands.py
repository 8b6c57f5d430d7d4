"""A command of the interface: its key as it is shown, its group, its binding."""

from __future__ import annotations

import pytest

from simorc_tui.commands.command import Command, label_of


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
