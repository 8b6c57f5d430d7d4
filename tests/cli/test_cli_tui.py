"""When bare `simorc` opens the terminal interface."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simorc.cli import main

Simorc = Callable[..., Any]


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Path, bool]]:
    """The projects the interface was opened on; it ends with 7 at once."""
    calls: list[tuple[Path, bool]] = []

    def launch(project: Path, run: str | None = None, *, mouse: bool = True) -> int:
        calls.append((project, mouse))
        return 7

    monkeypatch.setattr("simorc.cli.interface.launch", launch)
    monkeypatch.setattr(main, "in_terminal", lambda: True)
    return calls


def test_in_a_terminal_inside_a_project(
    simorc: Simorc, project: Path, opened: list[tuple[Path, bool]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project / "sweeps")
    assert simorc().code == 7
    assert simorc("--no-mouse").code == 7
    assert opened == [(project, True), (project, False)]


def test_on_a_project_named(simorc: Simorc, project: Path, opened: list[tuple[Path, bool]]) -> None:
    assert simorc("--project", project).code == 7
    assert opened == [(project, True)]


def test_outside_a_project_it_is_help(
    simorc: Simorc, tmp_path: Path, opened: list[tuple[Path, bool]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    printed = simorc()
    assert (printed.code, opened) == (0, [])
    assert "Usage: simorc" in printed.out


def test_without_a_terminal_it_is_help(
    simorc: Simorc, project: Path, opened: list[tuple[Path, bool]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(main, "in_terminal", lambda: False)
    assert simorc("--project", project).code == 0
    assert opened == []
