"""The Containerfile without a container engine: what it copies is there, installs, and starts."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest

from tests.waiting import PATIENCE

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "Containerfile").read_text(encoding="utf-8")


def instructions() -> list[tuple[str, str]]:
    """Each instruction and its words, continuation lines joined."""
    lines = [line for line in TEXT.splitlines() if line.strip() and not line.startswith("#")]
    joined = re.sub(r"\\\n", " ", "\n".join(lines))
    pairs = (line.partition(" ") for line in joined.splitlines())
    return [(word, " ".join(rest.split())) for word, _, rest in pairs]


def copied_to(target: Path) -> None:
    """Do the COPY instructions below `target`, as an engine does: a directory's contents, links as links."""
    ignored = shutil.ignore_patterns("__pycache__", "simulations", ".venv")
    for word, rest in instructions():
        if word != "COPY":
            continue
        *sources, place = rest.split()
        for source in sources:
            path = ROOT / source
            assert path.exists(), f"COPY {source}: no such file"
            if path.is_dir():
                shutil.copytree(
                    path, target / place.strip("/"), symlinks=True, ignore=ignored, dirs_exist_ok=True
                )
            else:
                (target / place.strip("/")).mkdir(parents=True, exist_ok=True)
                shutil.copy(path, target / place.strip("/"))


def test_its_instructions_are_known_and_complete() -> None:
    words = [word for word, _ in instructions()]
    assert words[0] == "FROM"
    assert set(words) <= {"FROM", "RUN", "COPY", "ENV", "WORKDIR", "ENTRYPOINT", "CMD", "LABEL"}
    runs = " ".join(rest for word, rest in instructions() if word == "RUN")
    for package in ("ngspice", "xschem", "iverilog", "python3-venv"):
        assert f" {package} " in runs, package


def test_its_commands_are_shell() -> None:
    for word, rest in instructions():
        if word == "RUN":
            done = subprocess.run(["sh", "-n"], input=rest, text=True, capture_output=True, check=False)
            assert done.returncode == 0, done.stderr


@pytest.mark.skipif(importlib.util.find_spec("hatchling") is None, reason="hatchling is not here")
def test_what_it_copies_installs_and_starts(tmp_path: Path) -> None:
    copied_to(tmp_path)
    environment = tmp_path / "opt" / "simorc"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(environment)], check=True)
    here = Path(click.__file__).parents[1]
    site = next((environment / "lib").glob("python3*")) / "site-packages"
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "-q", "--no-index", "--no-deps", "--no-build-isolation",
         "--target", str(site), str(tmp_path / "src")],
        check=True, timeout=PATIENCE,
    )  # fmt: skip
    (site / "dependencies.pth").write_text(f"{here}\n")  # those of constraints.txt stand there
    reported = {**os.environ, "PYTHONPATH": "", "XDG_STATE_HOME": str(tmp_path)}
    code = "import simorc; print(simorc.__file__); from simorc.cli.main import main; main()"
    for arguments in (["--help"], ["init", str(tmp_path / "p"), "--template", "ota"], ["doctor"]):
        done = subprocess.run(
            [str(environment / "bin" / "python"), "-c", code, *arguments],
            cwd=tmp_path, env=reported, capture_output=True, text=True, timeout=PATIENCE, check=False,
        )  # fmt: skip
        assert done.stdout.startswith(str(site)), done.stdout + done.stderr
        assert done.returncode == 0 or arguments == ["doctor"], done.stdout + done.stderr
    assert "ngspice" in done.stdout
    assert (tmp_path / "p" / "sim_setup.yaml").is_file()
