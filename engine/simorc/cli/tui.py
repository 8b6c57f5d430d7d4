"""The one place of the engine that knows there is a terminal interface."""

from __future__ import annotations

from simorc.cli.scope import Scope
from simorc_tui.main import launch


def open_interface(scope: Scope, *, mouse: bool = True) -> int:
    """Open the terminal interface on the project's newest run; returns its exit code."""
    return launch(scope.root(), mouse=mouse)
