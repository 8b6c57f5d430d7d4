from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simorc.cli.commands.project.init import TEMPLATES

Simorc = Callable[..., Any]


def test_prints_what_it_made_and_what_to_type(simorc: Simorc, tmp_path: Path) -> None:
    printed = simorc("init", tmp_path / "new")
    assert printed.code == 0
    assert {Path(line) for line in printed.out.splitlines()} == {
        path for path in (tmp_path / "new").rglob("*") if path.is_file()
    }
    assert "simorc run corners" in printed.err


def test_overwrites_nothing(simorc: Simorc, tmp_path: Path) -> None:
    setup = tmp_path / "sim_setup.yaml"
    setup.write_text("mine\n")
    printed = simorc("init", tmp_path)
    assert printed.code == 2
    assert "already exists" in printed.err
    assert list(tmp_path.iterdir()) == [setup]
    assert setup.read_text() == "mine\n"


@pytest.mark.parametrize("template", TEMPLATES)
def test_git_is_told_what_is_made_anew(simorc: Simorc, tmp_path: Path, template: str) -> None:
    assert simorc("init", tmp_path / "new", "--template", template).code == 0
    assert "simulations/" in (tmp_path / "new" / ".gitignore").read_text().splitlines()
