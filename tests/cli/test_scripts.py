"""The set-up scripts, as far as they can be tried without setting anything up."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.waiting import PATIENCE

SCRIPTS = ("demo", "test", "check", "constraints", "newest-ngspice")
TOOLS = ("bash", "env", "id", "dirname", "cat", "cksum")


@pytest.fixture
def bare_path(tmp_path: Path) -> Path:
    """A directory for PATH with next to nothing in it."""
    directory = tmp_path / "bin"
    directory.mkdir()
    for tool in TOOLS:
        found = shutil.which(tool)
        assert found is not None
        (directory / tool).symlink_to(found)
    return directory


def sourced(repository: Path, commands: str, path: Path) -> subprocess.CompletedProcess[str]:
    """Run `commands` after scripts/setup.bash, as somebody who may not install anything."""
    text = f'set -euo pipefail; . "{repository}/scripts/setup.bash"; may_install() {{ false; }}; {commands}'
    environment = {"PATH": str(path), "HOME": os.environ.get("HOME", "/"), "LC_ALL": "C"}
    return subprocess.run(
        ["/bin/bash", "-c", text],
        capture_output=True,
        text=True,
        env=environment,
        timeout=PATIENCE,
        check=False,
    )


@pytest.mark.parametrize("name", SCRIPTS)
def test_scripts_parse_and_may_be_started(repository: Path, name: str) -> None:
    script = repository / "scripts" / name
    assert os.access(script, os.X_OK)
    assert "set -euo pipefail" in script.read_text()
    done = subprocess.run(["bash", "-n", str(script)], capture_output=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stderr


def test_without_ngspice_and_without_root(repository: Path, bare_path: Path) -> None:
    done = sourced(repository, "ensure_ngspice", bare_path)
    assert done.returncode == 5
    assert "apt-get install ngspice" in done.stderr


def test_with_ngspice_nothing_is_said(repository: Path, bare_path: Path) -> None:
    (bare_path / "ngspice").symlink_to("/bin/true")
    done = sourced(repository, "ensure_ngspice", bare_path)
    assert (done.returncode, done.stderr) == (0, "")


def test_without_any_python(repository: Path, bare_path: Path) -> None:
    done = sourced(repository, 'python=$(find_python); echo "$python"', bare_path)
    assert done.returncode == 5
    assert "no Python 3.11 or newer" in done.stderr


def test_a_python_that_cannot_make_environments(repository: Path, bare_path: Path) -> None:
    python = bare_path / "python3"
    python.write_text("#!/bin/bash\n[[ $2 == *ensurepip* ]] && exit 1\nexit 0\n")
    python.chmod(0o755)
    done = sourced(repository, 'make_venv "$(find_python)"', bare_path)
    assert done.returncode == 5
    assert "python3-venv" in done.stderr


def test_tests_without_their_programs_are_announced_not_fatal(repository: Path, bare_path: Path) -> None:
    done = sourced(repository, "offer_test_tools", bare_path)
    assert done.returncode == 0
    assert "not here: xschem iverilog verilator tmux procps" in done.stderr


def test_demo_refuses_what_it_does_not_know(repository: Path) -> None:
    done = subprocess.run(
        [str(repository / "scripts" / "demo"), "--quick"],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 2
    assert "--no-tui" in done.stderr


def test_constraints_name_versions_and_no_index(repository: Path) -> None:
    lines = (repository / "constraints.txt").read_text().splitlines()
    pinned = [line for line in lines if not line.startswith("#")]
    assert len(pinned) > 30
    assert all("==" in line and "/" not in line and "@" not in line for line in pinned)


def test_a_newer_ngspice_that_cannot_be_had_is_told_with_exit_code_5(
    repository: Path, bare_path: Path, tmp_path: Path
) -> None:
    (bare_path / "mkdir").symlink_to(shutil.which("mkdir") or "/bin/mkdir")
    done = subprocess.run(
        ["/bin/bash", str(repository / "scripts" / "newest-ngspice"), str(tmp_path / "ng")],
        capture_output=True, text=True, env={"PATH": str(bare_path), "LC_ALL": "C"}, timeout=PATIENCE,
        check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (5, "")
    assert "no newer ngspice: apt-get not found" in done.stderr


def test_one_that_is_there_already_is_not_fetched_again(
    repository: Path, bare_path: Path, tmp_path: Path
) -> None:
    for tool in ("mkdir", "sed", "head"):
        (bare_path / tool).symlink_to(shutil.which(tool) or f"/bin/{tool}")
    program = tmp_path / "ng" / "usr" / "bin" / "ngspice"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/bash\necho '** ngspice-46 : Circuit level simulation program'\n")
    program.chmod(0o755)
    done = subprocess.run(
        ["/bin/bash", str(repository / "scripts" / "newest-ngspice"), str(tmp_path / "ng")],
        capture_output=True, text=True, env={"PATH": str(bare_path), "LC_ALL": "C"}, timeout=PATIENCE,
        check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{program}\n", "")
