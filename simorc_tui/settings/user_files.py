"""Where the configuration of a user and what is remembered stand, and the remembered theme."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import platformdirs


def config_file() -> Path:
    """The user's configuration: below XDG_CONFIG_HOME, by default ``~/.config`` (Linux)."""
    return platformdirs.user_config_path("simorc") / "config.yaml"


def state_file(name: str) -> Path:
    """A file of what is remembered: below XDG_STATE_HOME, by default ``~/.local/state`` (Linux)."""
    return platformdirs.user_state_path("simorc") / name


def remembered_theme() -> str:
    """The theme chosen last on screen; '' without one."""
    try:
        return state_file("theme").read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        return ""


def remember_theme(name: str) -> None:
    """Save the theme for the next start; without a home directory it is not saved."""
    file = state_file("theme")
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{name}\n", encoding="utf-8")
