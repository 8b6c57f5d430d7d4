"""Announces the end of a run to a user who is looking at another window: the bell, and a notification.

iTerm2, WezTerm, kitty, Windows Terminal and others support OSC 9; inside tmux it has to be wrapped, and tmux
passes it on only with ``allow-passthrough on``. A terminal that does not support it shows nothing.
"""

from __future__ import annotations

import os
from typing import Any

from textual.app import App

from simorc.text import plain

LONGEST = 200


def notification(message: str, *, tmux: bool) -> str:
    """The escape sequence that shows `message`."""
    sequence = f"\x1b]9;{plain(message)[:LONGEST]}\x07"
    return "\x1bPtmux;" + sequence.replace("\x1b", "\x1b\x1b") + "\x1b\\" if tmux else sequence


def announce(app: App[Any], message: str) -> None:
    """Ring the bell and send the notification; nothing without a terminal."""
    app.bell()
    driver = app._driver  # Textual has no public way to write a sequence of one's own
    if driver is not None and not app.is_headless:
        driver.write(notification(message, tmux="TMUX" in os.environ))
