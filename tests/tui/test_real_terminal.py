"""The program in real terminals: tmux at two sizes, lines that stall and drop, and what it costs."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from benchmarks.pseudo_terminal import PseudoTerminal
from benchmarks.tui import KEYS, Updates, make_project
from simorc.rundir.layout import RunLayout
from tests.tui.fake_run import FakeRun

CASES = 20_000


@pytest.fixture
def big_run(tmp_path: Path) -> RunLayout:
    """A project with a run of twenty thousand cases half done."""
    return make_project(tmp_path, CASES)


@pytest.mark.e2e
def test_a_thousand_updates_a_second_cost_little(big_run: RunLayout) -> None:
    with PseudoTerminal(big_run.root, 160, 48, {"SSH_CONNECTION": "1 2 3 4"}) as terminal:
        assert terminal.wait_for("3 cases", 60)
        terminal.at_rest(1.0, 20.0)
        before, memory = terminal.cpu, terminal.memory
        with Updates(big_run, 1000, CASES):
            began, sent = time.monotonic(), terminal.bytes
            time.sleep(4)
            took = time.monotonic() - began
        assert (terminal.cpu - before) / took < 0.5
        assert 1 < (terminal.bytes - sent) / took / 1024 < 80
        assert terminal.memory - memory < 20


@pytest.mark.e2e
def test_keys_are_answered_soon(big_run: RunLayout) -> None:
    """Five times what `benchmarks.tui` asks for: a guard against a slip, not a measurement."""
    with PseudoTerminal(big_run.root, 160, 48) as terminal:
        assert terminal.wait_for("3 cases", 60)
        assert terminal.first_frame < 2.0
        assert terminal.wait_for("0012", 60)
        terminal.at_rest(1.0, 20.0)
        for keys in KEYS.values():
            times = []
            for place in range(8):
                terminal.at_rest(0.15, 5.0)
                times.append(terminal.answer_time(keys[place % len(keys)]))
            assert sorted(each or 2.0 for each in times)[4] < 0.25
        with Updates(big_run, 1000, CASES):
            began, frames = time.monotonic(), terminal.frames
            time.sleep(3)
            assert (terminal.frames - frames) / (time.monotonic() - began) > 6


@pytest.mark.e2e
def test_a_stalled_line_comes_back(big_run: RunLayout) -> None:
    with PseudoTerminal(big_run.root, 160, 48) as terminal:
        assert terminal.wait_for("0012", 60)
        terminal.stalled.set()
        with Updates(big_run, 1000, CASES) as updates:
            time.sleep(4)
            written = updates.written
            terminal.stalled.clear()
            terminal.press("?")
            assert terminal.wait_for("simorc: keys", 30)
        assert written > 2000, "who writes the run is not held up by who looks"


@pytest.mark.e2e
def test_a_dropped_line_ends_the_program(big_run: RunLayout) -> None:
    terminal = PseudoTerminal(big_run.root, 80, 24)
    try:
        assert terminal.wait_for("0012", 60)
        terminal.hang_up()
        terminal.process.wait(20)
    finally:
        terminal.close()


class Tmux:
    """A tmux server of its own with the program in it, at once or called from a shell."""

    def __init__(self, project: Path, columns: int, lines: int, shell: bool = False) -> None:
        self._socket = str(project / "tmux.sock")
        state = project / ".state" / "simorc"
        state.mkdir(parents=True)
        (state / "tour-seen").touch()
        path = ":".join(part for part in sys.path if part)
        environment = [
            "env",
            f"PYTHONPATH={path}",
            f"XDG_STATE_HOME={state.parent}",
            "LC_ALL=C.UTF-8",
            "TERM=screen-256color",
        ]
        program = (sys.executable, "-m", "simorc", "--project", str(project))
        self._call(
            *("-f", "/dev/null", "-u", "new-session", "-d", "-x", str(columns), "-y", str(lines)),
            *(*environment, *(("PS1=at the shell: ", "bash", "--norc", "-i") if shell else program)),
        )
        if shell:
            self.sees("at the shell:")
            self.press(shlex.join(program), "Enter")

    def close(self) -> None:
        self._call("kill-server")

    def press(self, *keys: str) -> None:
        self._call("send-keys", *keys)

    def sees(self, *words: str, seconds: float = 40.0) -> str:
        """The screen as soon as all words stand on it."""
        until = time.monotonic() + seconds
        while True:
            shown = self._call("capture-pane", "-p")
            if all(word in shown for word in words):
                return shown
            assert time.monotonic() < until, f"{words} did not come:\n{shown}"
            time.sleep(0.1)

    def _call(self, *arguments: str) -> str:
        done = subprocess.run(
            ["tmux", "-S", self._socket, *arguments], capture_output=True, text=True, timeout=20, check=False
        )
        return done.stdout


@pytest.fixture
def in_tmux(tmp_path: Path) -> Iterator[Callable[[Path, int, int], Tmux]]:
    if shutil.which("tmux") is None:
        pytest.skip("tmux is not installed")
    opened: list[Tmux] = []

    def make(project: Path, columns: int, lines: int, shell: bool = False) -> Tmux:
        opened.append(Tmux(project, columns, lines, shell))
        return opened[-1]

    yield make
    for one in opened:
        one.close()


@pytest.mark.tmux
@pytest.mark.parametrize(("columns", "lines"), [(80, 24), (160, 48)])
def test_one_finds_the_failures_in_tmux(
    project: Path, make_run: Callable[..., FakeRun], in_tmux: Callable[..., Tmux], columns: int, lines: int
) -> None:
    make_run(45)
    user = in_tmux(project, columns, lines)
    shown = user.sees("3 cases", "0001")
    assert all(len(line) <= columns for line in shown.splitlines())
    user.press("F")
    user.sees("6 match", "0007")
    user.press("Enter")
    user.sees("no_convergence")
    user.press("Escape")
    user.press("S")
    user.sees("failures", "no convergence")
    user.press("q")
    user.press("q")


@pytest.mark.tmux
def test_suspended_and_back_the_whole_screen_is_there(
    project: Path, make_run: Callable[..., FakeRun], in_tmux: Callable[..., Tmux]
) -> None:
    make_run(45)
    user = in_tmux(project, 80, 24, True)
    user.sees("3 cases", "0012", "? help")
    user.press("C-z")
    user.sees("Stopped", "at the shell:")
    user.press("fg", "Enter")
    shown = user.sees("3 cases", "0012", "? help")
    assert "at the shell" not in shown
    user.press("q")
