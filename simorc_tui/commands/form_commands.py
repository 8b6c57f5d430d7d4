"""The keys of the form; bindings, its bottom line and lines of the help are generated from this table."""

from __future__ import annotations

from simorc_tui.commands.command import Command


def _command(name: str, label: str, key: str, action: str, help_text: str) -> Command:
    return Command(f"form.{name}", label, key, help_text, action)


FORM_COMMANDS: tuple[Command, ...] = (
    _command("type", "change", "enter", "type", "Type the value of the cell; a digit begins typing at once"),
    _command("clear", "clear", "delete,backspace", "clear", "Remove the value of the cell"),
    _command("add", "add", "a", "add", "Add a spec, measurement, parameter or corner to the section"),
    _command("remove", "remove", "D", "remove", "Remove the row"),
    _command("undo", "undo", "u", "undo", "Undo the last change, also one that is saved"),
    _command(
        "save", "save", "ctrl+s", "save", "Write the files and measure the run again; comments are kept"
    ),
    _command("help", "help", "question_mark,f1", "help", "These keys"),
    _command("leave", "leave", "escape,q", "leave", "Leave; unsaved changes stay for the next time"),
)

FORM_FOOTER: tuple[str | tuple[str, str], ...] = (
    "form.type",
    ("tab", "section"),
    *("form.add", "form.undo", "form.save", "form.leave", "form.help", "form.clear", "form.remove"),
)
"""The entries of the bottom line; the first ones still fit on 80 columns."""
FORM_GROUPS = {"form": "In the form"}
