"""scripts/release in a clone, the tests in it left out."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.waiting import PATIENCE

ROOT = Path(__file__).resolve().parents[2]

pytestmark = [
    pytest.mark.skipif(not (ROOT / ".git").exists(), reason="this is no checkout"),
    pytest.mark.skipif(importlib.util.find_spec("hatchling") is None, reason="hatchling is not here"),
]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    target = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", str(ROOT), str(target)], check=True)
    for key, value in (("user.name", "Jane Doe"), ("user.email", "jane@example.org")):
        git(target, "config", key, value)
    (target / "scripts" / "test").write_text("#!/bin/sh\nexit 0\n")
    (target / "scripts" / "release").write_text((ROOT / "scripts" / "release").read_text())
    git(target, "commit", "-qam", "No tests", "--allow-empty")
    return target


def git(directory: Path, *words: str) -> str:
    done = subprocess.run(["git", *words], cwd=directory, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def release(clone: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "SIMORC_VENV": sys.prefix,
        "PIP_NO_BUILD_ISOLATION": "0",
        "PIP_NO_INDEX": "1",
    }
    return subprocess.run(
        ["scripts/release", *words],
        cwd=clone,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )


def test_a_release_is_dated_tagged_and_built(clone: Path) -> None:
    done = release(clone, "9.8.7")
    assert done.returncode == 0, done.stdout + done.stderr
    assert (clone / "dist" / "simorc_tui-9.8.7-py3-none-any.whl").is_file()
    assert git(clone, "describe", "--exact-match", "--match", "v9.8.7") == "v9.8.7"
    assert git(clone, "rev-parse", "v9^{commit}") == git(clone, "rev-parse", "HEAD")
    changelog = (clone / "CHANGELOG.md").read_text()
    assert changelog.index("## [Unreleased]") < changelog.index("## [9.8.7] - 20")
    assert git(clone, "status", "--porcelain") == "" or "dist" in git(clone, "status", "--porcelain")
    assert release(clone, "9.8.7").returncode == 1, "the tag is there already"


def test_what_cannot_be_built_changes_nothing(clone: Path) -> None:
    (clone / "pyproject.toml").write_text("[build-system]\nrequires = []\nbuild-backend = 'nosuch'\n")
    git(clone, "commit", "-qam", "Broken")
    assert release(clone, "9.8.7").returncode != 0
    assert git(clone, "tag", "--list", "v9*") == ""
    assert git(clone, "status", "--porcelain", "--untracked-files=no") == ""


@pytest.mark.parametrize("words", [(), ("1.2",), ("one",)])
def test_a_release_says_how_it_is_used(words: tuple[str, ...]) -> None:
    done = subprocess.run(
        [str(ROOT / "scripts" / "release"), *words], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "MAJOR.MINOR.PATCH" in done.stderr
