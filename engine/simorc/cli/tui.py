"""The one place of the engine that knows there is a terminal interface."""

from __future__ import annotations

from simorc_tui.main import launch

from simorc.cli.scope import Scope


def open_interface(scope: Scope, run: str | None = None) -> int:
    """Open the terminal interface on the project, on `run` if one is named; returns its exit code."""
    return launch(scope.root(), run)
