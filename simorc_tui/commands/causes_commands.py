"""The keys of the screen of causes; bindings, bottom line, palette and help are generated from this table."""

from __future__ import annotations

from simorc_tui.commands.command import Command


def _command(name: str, label: str, key: str, action: str, help_text: str) -> Command:
    return Command(f"causes.{name}", label, key, help_text, action)


CAUSES_COMMANDS: tuple[Command, ...] = (
    _command("next_spec", "next spec", "n", "next_spec(1)", "Next spec"),
    _command("previous_spec", "previous spec", "N", "next_spec(-1)", "Previous spec"),
    _command("next_pane", "pane", "tab", "next_pane(1)", "Next pane"),
    _command("previous_pane", "previous pane", "shift+tab", "next_pane(-1)", "Previous pane"),
    _command("devices", "devices", "1", "go_to('devices')", "Contributions of devices to the spread"),
    _command("parameters", "parameters", "2", "go_to('parameters')", "Sensitivities to parameters and sizes"),
    _command("limits", "limits", "3", "go_to('limits')", "Yield, and distance of the limits in sigma"),
    _command("corners", "corners", "4", "go_to('corners')", "Corners that decide the limits of the run"),
    _command("choose", "open", "enter", "choose", "What a device does to every measurement; go to a case"),
    _command("start", "analyse", "a", "start", "Start an analysis; the number of simulations is shown first"),
    _command("cancel", "cancel", "x", "cancel", "Cancel the analysis under way"),
    _command("sources", "sources", "s", "sources", "When the results were stored, and for which circuit"),
    _command("reload", "reload", "ctrl+r", "reload", "Read run and analyses again"),
    _command("palette", "palette", "colon", "app.command_palette", "Find a command by name"),
    _command("help", "help", "question_mark,f1", "help", "These keys"),
    _command("leave", "leave", "escape,q", "leave", "Leave; an analysis under way continues"),
)

CAUSES_FOOTER: tuple[str | tuple[str, str], ...] = (
    ("n N", "spec"),
    ("1-4 tab", "pane"),
    *("causes.choose", "causes.start", "causes.sources", "causes.help", "causes.leave"),
    *("causes.palette", "causes.reload"),
)
"""The entries of the bottom line; the first ones still fit on 80 columns."""
CAUSES_GROUPS = {"causes": "Causes"}
