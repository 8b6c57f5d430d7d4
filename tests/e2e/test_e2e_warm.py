"""Warm sessions on decks and simulators that misbehave: a crash, a leak, more decks than foreseen."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.driving import RC_TEMPLATE, Project, assert_sound, counts, rows

pytestmark = [pytest.mark.ngspice, pytest.mark.e2e]

WRAPPER = '''#!{python}
"""ngspice, but for what `misbehave` does on each line of a session."""
import os, re, signal, subprocess, sys

hoard = []


def note(name, text):
    with open(os.path.join({notes!r}, name), "a") as file:
        file.write(text + "\\n")


def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def misbehave(text):
{misbehave}


if "-p" not in sys.argv:
    if "-b" in sys.argv:
        with open(sys.argv[-1]) as deck:
            misbehave(deck.read())
    os.execvp("ngspice", ["ngspice", *sys.argv[1:]])
note("sessions", str(os.getpid()))
child = subprocess.Popen(["ngspice", *sys.argv[1:]], stdin=subprocess.PIPE)
for line in iter(sys.stdin.buffer.readline, b""):
    misbehave(line.decode())
    child.stdin.write(line)
    child.stdin.flush()
child.stdin.close()
sys.exit(child.wait())
'''
CRASH = """    if re.search(r"\\br=1050\\b", text):
        os.kill(os.getpid(), signal.SIGSEGV)"""
LEAK = """    if text.strip() == "reset":
        hoard.append(bytearray(os.urandom(1 << 20) * 2))
        note("memory", str(resident()))"""


def wrapped(directory: Path, misbehave: str) -> str:
    """A simulator setting that names an ngspice which misbehaves in its sessions over a pipe."""
    program = directory / "ngspice-wrapper"
    program.write_text(WRAPPER.format(python=sys.executable, notes=str(directory), misbehave=misbehave))
    program.chmod(0o755)
    return f"simulator: {{executable: {program}, library: none}}\n"


def test_a_deck_that_crashes_at_one_value_fails_there_alone(
    make_project: Callable[..., Project], tmp_path: Path
) -> None:
    settings = wrapped(tmp_path, CRASH) + "execution: {retries: 0}\n"
    project = make_project(40, settings=settings)
    done = project.simorc("run", "rc", "--jobs", "2")
    assert done.returncode == 1, done.stderr
    layout = project.newest
    assert counts(layout) == {"completed": 39, "failed": 1}
    assert rows(layout, "SELECT id, kind FROM cases WHERE status='failed'") == [(6, "crashed")]
    warm = rows(layout, "SELECT count(*) FROM cases WHERE status='completed' AND warm")
    assert int(str(warm[0][0])) > 30
    tried = rows(layout, "SELECT warm FROM attempts WHERE case_id=6 ORDER BY attempt")
    assert tried in ([(1,), (0,)], [(0,)]), "the verdict is a cold one; a slot may check its first case cold"


def test_a_session_that_leaks_is_replaced(make_project: Callable[..., Project], tmp_path: Path) -> None:
    settings = wrapped(tmp_path, LEAK) + "execution: {warm_memory: 40M}\n"
    project = make_project(60, settings=settings)
    project.ok("run", "rc", "--jobs", "1")
    assert_sound(project.newest, 60)
    sessions = (tmp_path / "sessions").read_text().split()
    assert len(sessions) > 3
    largest = max(int(size) for size in (tmp_path / "memory").read_text().split())
    assert largest < 60e6


def test_cases_say_why_they_ran_cold(make_project: Callable[..., Project]) -> None:
    project = make_project(6, template=RC_TEMPLATE.replace(".end", ".control\nshell true\nrun\n.endc\n.end"))
    project.ok("run", "rc")
    shown = json.loads(project.ok("results", "last", "--format", "json"))
    assert [case["warm"] for case in shown] == [False] * 6
    assert "shell" in project.ok("show", "last", "2")
