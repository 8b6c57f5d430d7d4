"""The entry point for the command line. Sets environment variables before it imports Textual."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from simorc.rundir.layout import find_run
from simorc_tui.settings.preferences import read_preferences
from simorc_tui.settings.user_files import config_file, state_file
from simorc_tui.theme.profile import prepare


def launch(project_dir: Path, run: str | None = None, *, mouse: bool = True) -> int:
    """Show the project at `project_dir` until the user leaves; returns the exit code.

    `run` names the run to open, by default the newest active one, else the newest. Raises RunNotFound.
    """
    profile = prepare(os.environ)
    preferences = read_preferences(config_file())
    if run is not None:
        run = find_run(project_dir, run).name
    from simorc_tui.app import SimorcApp
    from simorc_tui.data.launcher import Launcher
    from simorc_tui.data.standby import Standby

    launcher = Launcher(project_dir, Standby(project_dir) if preferences.standby else None)
    app = SimorcApp(
        project_dir, profile, run=run, launcher=launcher, preferences=preferences, tour=first_time()
    )
    result = app.run(mouse=mouse and preferences.mouse)
    return result if result is not None else app.return_code or 0


def serve(project_dir: Path, port: int, *, token: str | None, say: Callable[[str], object]) -> int:
    """Serve the project to a browser on this machine until Ctrl-C; returns the exit code."""
    from simorc_tui import serving

    return serving.serve(project_dir, port, token=token, say=say)


def first_time() -> bool:
    """Whether this is the user's first start; records it. Without a home directory there is no tour."""
    seen = state_file("tour-seen")
    try:
        seen.parent.mkdir(parents=True, exist_ok=True)
        seen.touch(exist_ok=False)
    except OSError:
        return False
    return True
