"""Starts the terminal interface; the only module of the engine that refers to it."""

from __future__ import annotations

import click

from simorc.cli.context import Scope
from simorc_tui.main import launch, serve


def open_interface(scope: Scope, *, mouse: bool = True) -> int:
    """Open the terminal interface on the project's newest run; returns its exit code."""
    return launch(scope.root(), mouse=mouse)


def serve_interface(scope: Scope, port: int, token: str | None) -> int:
    """Serve the terminal interface to a browser on this machine; returns the exit code."""
    return serve(scope.root(), port, token=token, say=click.echo)
