"""The keys of the tuner; bindings, its bottom line and lines of the help are generated from this table."""

from __future__ import annotations

from simorc_tui.commands.command import Command


def _command(name: str, label: str, key: str, action: str, help_text: str) -> Command:
    return Command(f"tuner.{name}", label, key, help_text, action)


TUNER_COMMANDS: tuple[Command, ...] = (
    _command("less", "less", "left,h", "move(-1)", "One step less (also the arrow key)"),
    _command("more", "more", "right,l", "move(1)", "One step more (also the arrow key)"),
    _command("much_less", "much less", "less_than_sign,shift+left,H", "move(-10)", "Ten steps less"),
    _command("much_more", "much more", "greater_than_sign,shift+right,L", "move(10)", "Ten steps more"),
    _command("next", "next", "tab", "choose(1)", "Next parameter (also the arrow key)"),
    _command("previous", "previous", "shift+tab", "choose(-1)", "Previous parameter"),
    _command("type", "type", "enter", "type", "Type a value; a digit begins typing at once"),
    _command("nominal", "nominal", "0", "nominal", "The parameter back to its nominal value"),
    _command("all_nominal", "all nominal", "N", "all_nominal", "Every parameter back to its nominal value"),
    _command("keep", "keep", "k", "keep", "Keep these values as a variant"),
    _command("compare", "compare", "v", "compare", "Table of variants: values, measurements, margins"),
    _command("go_to", "go to variant", "V", "go_to", "Put the sliders at the values of a variant"),
    _command("remove", "remove variant", "X", "remove", "Remove a variant"),
    _command("overlay", "overlay", "O", "overlay", "Curves of all variants over each other, or not"),
    _command("ghost", "ghost", "g", "ghost", "Nominal curves behind the others, or not"),
    _command("cases", "corners", "c", "cases", "Choose the corners that follow the sliders"),
    _command("write", "write", "w", "write", "Write the values to config.yaml; comments are preserved"),
    _command("undo", "undo", "u", "undo", "Undo the last writing"),
    _command("sweep", "to sweep", "s", "sweep", "Put the values, and the variants, into the sweep builder"),
    _command("view", "next plot", "right_square_bracket", "view(1)", "Next plot"),
    _command("view_back", "previous plot", "left_square_bracket", "view(-1)", "Previous plot"),
    _command("plot", "plot", "p", "plot", "Go to the plot, for zoom and cursors; escape returns"),
    _command("help", "help", "question_mark,f1", "help", "These keys"),
    _command("leave", "leave", "escape,q", "leave", "Leave; sliders and variants stay for the next time"),
)

TUNER_FOOTER: tuple[str | tuple[str, str], ...] = (
    ("left right", "move"),
    ("< >", "coarse"),
    *("tuner.type", "tuner.nominal", "tuner.keep", "tuner.compare", "tuner.help"),
    *("tuner.cases", "tuner.write", "tuner.sweep", "tuner.leave"),
    *("tuner.view", "tuner.overlay", "tuner.go_to", "tuner.undo"),
)
"""The entries of the bottom line; the first ones still fit on 80 columns."""
TUNER_GROUPS = {"tuner": "In the tuner"}
