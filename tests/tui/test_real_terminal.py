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
from tests.waiting import PATIENCE, until

CASES = 20_000


@pytest.fixture
def big_run(tmp_path: Path) -> RunLayout:
    """A project with a run of twenty thousand cases half done."""
    return make_project(tmp_path, CASES)


@pytest.mark.e2e
def test_a_thousand_updates_a_second_cost_little(big_run: RunLayout) -> None:
    """Bytes and memory; what it costs in time is what `benchmarks.tui` measures."""
    with PseudoTerminal(big_run.root, 160, 48, {"SSH_CONNECTION": "1 2 3 4"}) as terminal:
        assert terminal.wait_for("3 cases", PATIENCE)
        terminal.at_rest(1.0, 20.0)
        with Updates(big_run, 1000, CASES) as updates:
            until(lambda: terminal.frames >= 40 and updates.written >= 3000)  # everything is loaded
            written, sent, frames = updates.written, terminal.bytes, terminal.frames
            memory = terminal.memory
            until(lambda: terminal.frames >= frames + 20 and updates.written >= written + 3000)
        drawn = terminal.frames - frames
        assert 20 * drawn < terminal.bytes - sent < 8192 * drawn, "a frame holds what changed"
        assert terminal.memory - memory < 20


@pytest.mark.e2e
def test_keys_are_answered(big_run: RunLayout) -> None:
    """Each of them, before and while a run moves; how soon is what `benchmarks.tui` measures."""
    with PseudoTerminal(big_run.root, 160, 48) as terminal:
        assert terminal.wait_for("3 cases", PATIENCE)
        assert terminal.wait_for("0012", PATIENCE)
        terminal.at_rest(1.0, 20.0)
        for keys in KEYS.values():
            before = terminal.bytes
            for place in range(8):
                terminal.at_rest(0.15, 5.0)
                terminal.press(keys[place % len(keys)])
            until(lambda before=before: terminal.bytes > before)
        frames = terminal.frames
        with Updates(big_run, 1000, CASES):
            until(lambda: terminal.frames > frames + 20)


@pytest.mark.e2e
def test_a_stalled_line_comes_back(big_run: RunLayout) -> None:
    with PseudoTerminal(big_run.root, 160, 48) as terminal:
        assert terminal.wait_for("0012", PATIENCE)
        terminal.stalled.set()
        with Updates(big_run, 1000, CASES) as updates:
            until(lambda: updates.written > 2000, "who writes the run is not held up by who looks")
            terminal.stalled.clear()
            terminal.press("?")
            assert terminal.wait_for("simorc: keys", PATIENCE)


@pytest.mark.e2e
def test_a_dropped_line_ends_the_program(big_run: RunLayout) -> None:
    terminal = PseudoTerminal(big_run.root, 80, 24)
    try:
        assert terminal.wait_for("0012", PATIENCE)
        terminal.hang_up()
        terminal.process.wait(PATIENCE)
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

    def sees(self, *words: str) -> str:
        """The screen as soon as all words stand on it."""
        return self._shows(lambda shown: all(word in shown for word in words), f"{words} did not come")

    def leaves(self, word: str) -> str:
        """The screen without that word; a key right after Escape is taken for Alt and that key."""
        return self._shows(lambda shown: word not in shown, f"{word} did not go")

    def _shows(self, as_wanted: Callable[[str], bool], otherwise: str) -> str:
        deadline = time.monotonic() + PATIENCE
        while not as_wanted(shown := self._call("capture-pane", "-p")):
            assert time.monotonic() < deadline, f"{otherwise}:\n{shown}"
            time.sleep(0.05)
        return shown

    def _call(self, *arguments: str) -> str:
        done = subprocess.run(
            ["tmux", "-S", self._socket, *arguments],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
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
    user.leaves("Verdict")
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
