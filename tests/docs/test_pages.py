"""Every example of the documentation: commands are typed, files written and checked, the site builds."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from playing import Session, blocks_of, project_of
from ruamel.yaml import YAML

from simorc.cli.main import simorc as program
from simorc.config.setup_models import Setup
from simorc.config.sweep_models import SweepDefinition
from simorc.config.testbench_models import TestbenchConfig
from simorc.config.yaml_source import read_yaml

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PLAYED = [
    page
    for page in sorted([*DOCS.glob("*.md"), *DOCS.glob("howto/*.md"), *DOCS.glob("extending/*.md")])
    if "<!-- project:" in page.read_text(encoding="utf-8")
]
SHELL = [page for page in sorted(DOCS.rglob("*.md")) if "```sh\n" in page.read_text(encoding="utf-8")]


def named(page: Path) -> str:
    return str(page.relative_to(DOCS))


@pytest.mark.ngspice
@pytest.mark.parametrize("page", PLAYED, ids=named)
def test_a_page_does_what_it_says(page: Path, tmp_path: Path) -> None:
    directory = tmp_path / "here"
    template = project_of(page)
    if template == "none":
        directory.mkdir()
    else:
        done = CliRunner().invoke(program, ["init", str(directory), "--template", str(template)])
        assert done.exit_code == 0, done.output
    session = Session(directory, ROOT)
    for block in blocks_of(page):
        session.play(block)


def test_pages_are_played() -> None:
    assert len(PLAYED) > 8


@pytest.mark.parametrize("page", SHELL, ids=named)
def test_shell_examples_are_shell(page: Path) -> None:
    for block in blocks_of(page):
        if block.kind == "sh":
            done = subprocess.run(
                ["bash", "-n"], input=block.text, text=True, capture_output=True, check=False
            )
            assert done.returncode == 0, f"{page}:{block.line}: {done.stderr}"


@pytest.mark.parametrize("page", PLAYED, ids=named)
def test_yaml_examples_are_read_by_their_models(page: Path, tmp_path: Path) -> None:
    for block in blocks_of(page):
        if block.kind != "yaml":
            continue
        path = tmp_path / "example.yaml"
        path.write_text(block.text, encoding="utf-8")
        source = read_yaml(path)
        assert not source.problems, f"{page}:{block.line}: {source.problems}"
        model = model_of(block.title)
        if model is not None:
            model.model_validate(source.data)


def model_of(title: str) -> type[Setup | TestbenchConfig | SweepDefinition] | None:
    """The model of a file by its name; None where it is not one of the project's."""
    if title.endswith("sim_setup.yaml"):
        return Setup
    if title.endswith("config.yaml"):
        return TestbenchConfig
    return SweepDefinition if "sweeps/" in title else None


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
        timeout=110,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "site" / "index.html").is_file()
