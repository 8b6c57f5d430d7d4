"""Opens a file in the editor of the user, while the interface is suspended."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

from textual.app import App, SuspendNotSupported

from simorc.errors import SimorcError, ToolMissing

FALLBACKS = ("sensible-editor", "vi", "nano")


def editor_command() -> list[str]:
    """``$VISUAL``, ``$EDITOR``, or an editor that is there. Raises ToolMissing."""
    named = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    if named:
        return shlex.split(named)
    found = next((name for name in FALLBACKS if shutil.which(name)), None)
    if found is None:
        raise ToolMissing("no editor found", remedy="set EDITOR")
    return [found]


def edit_file(app: App[Any], file: Path) -> None:
    """Suspend the screen, run the editor on `file`, come back.

    A repaint while suspended would hang the terminal, hence the batch around the editor.
    """
    command = editor_command()
    try:
        with app.suspend(), app.batch_update():
            subprocess.run([*command, str(file)], check=False)
    except FileNotFoundError as error:
        raise ToolMissing(f"editor {command[0]!r} not found", remedy="set EDITOR") from error
    except SuspendNotSupported as error:
        raise SimorcError("this kind of terminal cannot open an editor") from error
