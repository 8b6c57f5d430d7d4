"""The door the command line comes in by. Textual is imported only once its knobs are set."""

from __future__ import annotations

import os
from pathlib import Path

from simorc.runs.layout import find_run
from simorc_tui.profile import prepare


def launch(project_dir: Path, run: str | None = None, *, mouse: bool = True) -> int:
    """Show the project at `project_dir` until the user leaves; returns the exit code.

    `run` names the run to put on the table, by default the newest living one, else the newest.
    Raises RunNotFound.
    """
    profile = prepare(os.environ)
    if run is not None:
        run = find_run(project_dir, run).name
    from simorc_tui.app import SimorcApp

    app = SimorcApp(project_dir, profile, run=run)
    result = app.run(mouse=mouse)
    return result if result is not None else app.return_code or 0
