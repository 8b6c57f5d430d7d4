"""The preferences in ``~/.config/simorc/config.yaml``: theme, mouse, keys by command.

theme: nord
mouse: false
standby: false          # no process that is kept loaded for the next run
keymap:
  run.launch: f5        # ids as the help screen shows them
  cases.filter: "f,/"

A file that is wrong costs a message, never the program.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from simorc_tui.commands.command import KEY_NAMES
from simorc_tui.commands.main_commands import COMMANDS

KNOWN = ("theme", "mouse", "keymap", "standby")


@dataclass(frozen=True)
class Preferences:
    """The preferences read; `problems` are lines to show to the user."""

    theme: str = ""
    mouse: bool = True
    standby: bool = True
    keymap: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[str, ...] = ()


def read_preferences(path: Path) -> Preferences:
    """The contents of the file; empty if it is missing. Never raises."""
    if not path.is_file():
        return Preferences()
    from simorc.config.yaml.source import read_yaml  # ruamel.yaml is slow, and most people have no such file

    source = read_yaml(path)
    problems = [str(problem) for problem in source.problems]
    data = source.data if isinstance(source.data, Mapping) else {}
    problems += [
        f"{path}: {key}: unknown setting; known: {', '.join(KNOWN)}" for key in data if key not in KNOWN
    ]
    keymap, wrong = _keymap(data.get("keymap"), path)
    switches = {name: data.get(name, True) for name in ("mouse", "standby")}
    problems += [
        f"{path}: {name}: true or false, not {value!r}"
        for name, value in switches.items()
        if not isinstance(value, bool)
    ]
    mouse, standby = (value is not False for value in switches.values())
    return Preferences(str(data.get("theme") or ""), mouse, standby, keymap, (*problems, *wrong))


def _keymap(written: Any, path: Path) -> tuple[dict[str, str], list[str]]:
    if written is None:
        return {}, []
    if not isinstance(written, Mapping):
        return {}, [f"{path}: keymap: a mapping of command ids to keys"]
    known = {command.id for command in COMMANDS}
    keymap, problems = {}, []
    for name, keys in written.items():
        if name in known or str(name).partition(".")[0] in PANE_GROUPS:
            keymap[str(name)] = ",".join(_key(each.strip()) for each in str(keys).split(",") if each.strip())
        else:
            problems.append(f"{path}: keymap.{name}: unknown command")
    return keymap, problems


PANE_GROUPS = ("table", "plot", "wave", "file", "tree", "builder", "specs")
"""Bindings of panes have ids as well: ``plot.zoom_in``."""
_CHARACTERS = {character: name for name, character in KEY_NAMES.items()} | {",": "comma", " ": "space"}


def _key(written: str) -> str:
    """``/`` as Textual calls it: ``slash``."""
    return _CHARACTERS.get(written, written)
