"""Pages are played: commands typed, files written, Python run; and the site builds."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from playing import PAGES, Session, blocks_of, programs_of, project_of
from ruamel.yaml import YAML

from simorc.cli.main import simorc as program
from tests.waiting import PATIENCE

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PLAYED = [page for page in PAGES if project_of(page)]


def named(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.ngspice
@pytest.mark.parametrize("page", PLAYED, ids=named)
def test_a_page_does_what_it_says(page: Path, tmp_path: Path) -> None:
    for needed in programs_of(page):
        if shutil.which(needed) is None:
            pytest.skip(f"{needed} is not installed")
    directory = tmp_path / "here"
    template, folder = project_of(page) or ("", "")
    directory.mkdir()
    if template != "none":
        done = CliRunner().invoke(program, ["init", str(directory / folder), "--template", template])
        assert done.exit_code == 0, done.output
    session = Session(directory, ROOT)
    for block in blocks_of(page):
        session.play(block)


def test_pages_are_played() -> None:
    assert len(PLAYED) > 12
    assert ROOT / "README.md" in PLAYED


def test_templates_for_ci_are_yaml() -> None:
    files = [path for path in (DOCS / "ci").iterdir() if path.suffix in (".yml", ".yaml")]
    assert len(files) >= 2
    for path in files:
        assert YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8")), path


def test_the_site_builds_without_warnings(tmp_path: Path) -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "mkdocs",
            "build",
            "--strict",
            "--quiet",
            "--site-dir",
            str(tmp_path / "site"),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "site" / "index.html").is_file()
