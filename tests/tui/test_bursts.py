"""Keys that arrive together: a few random bursts, and the ones that once ended the program."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tui.bursts import prepare_project, run_bursts


@pytest.mark.drawn
async def test_bursts_of_keys_and_clicks(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare_project(project)
    monkeypatch.chdir(project)
    monkeypatch.setenv("EDITOR", "true")
    kinds = await run_bursts(project, 20, seed=1)
    assert len(kinds) > 3, "bursts began on several kinds of screens"
