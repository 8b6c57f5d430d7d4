"""Waiting for what other processes, threads and workers bring: by the condition, never by a duration.

The only limit is `PATIENCE`. It ends a test whose subject hangs; no test may depend on how long it is.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from textual._context import visible_screen_stack
from textual.app import App
from textual.pilot import Pilot

PATIENCE = 300.0
"""Seconds until a test gives up on something that never happens, on a machine with much else to do."""
STEP = 0.02
"""Seconds between two looks."""


def until(condition: Callable[[], object], otherwise: str = "it never happened") -> None:
    """Wait until `condition` holds; fail, saying `otherwise`, if it never does."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, otherwise
        time.sleep(STEP)


async def until_shown(pilot: Pilot[Any], condition: Callable[[], object]) -> None:
    """Wait until the workers of an application have brought what `condition` asks for, and it is drawn."""
    deadline = time.monotonic() + PATIENCE
    while True:
        await pilot.pause(STEP)
        if condition():
            await pilot.pause()
            return
        if time.monotonic() > deadline:
            pytest.fail(f"it never happened; the screen:\n{screen_text(pilot.app)}")


def screen_text(app: App[Any]) -> str:
    """What stands on the screen, line by line, without colours."""
    visible_screen_stack.set(app._background_screens)  # what a dialog stands before
    lines = ["".join(segment.text for segment in strip) for strip in app.screen._compositor.render_strips()]
    return "\n".join(line.rstrip() for line in lines)
