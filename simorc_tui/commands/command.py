"""One command with key, name and help; bindings, footers and help are generated from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from textual.binding import Binding

KEY_NAMES = {
    "slash": "/",
    "question_mark": "?",
    "colon": ":",
    "plus": "+",
    "minus": "-",
    "full_stop": ".",
    "equals_sign": "=",
    "greater_than_sign": ">",
    "less_than_sign": "<",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
}

GROUPS = {
    "run": "The run",
    "cases": "Cases",
    "results": "All cases",
    "view": "The lower pane",
    "file": "Files",
    "sweep": "Sweep",
    "pane": "Panes",
    "go": "Navigation",
    "app": "Program",
}
"""The title of each group of the main screen's commands."""


def label_of(keys: str) -> str:
    """The first of some keys as labelled on the keyboard."""
    first = keys.split(",")[0]
    return KEY_NAMES.get(first, first)


@dataclass(frozen=True)
class Command:
    """One thing the user can do. `action` is what Textual calls; a ``keymap`` names the id."""

    id: str
    label: str
    key: str
    help: str
    action: str

    @property
    def group(self) -> str:
        """The first part of the id: the area that the command belongs to."""
        return self.id.partition(".")[0]

    @property
    def key_label(self) -> str:
        """The key as the user sees it: ``/`` and not ``slash``."""
        return label_of(self.key)

    def label_in(self, keymap: Mapping[str, str]) -> str:
        """The key as the user sees it; `keymap` may have replaced it."""
        return label_of(keymap.get(self.id, self.key))

    @property
    def binding(self) -> Binding:
        return Binding(self.key, self.action, self.label, show=False, id=self.id, key_display=self.key_label)
