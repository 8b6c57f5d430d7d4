"""Records the transcripts beside it: the real program in a real tmux, on a copy of the sample project.

    python docs/transcripts/record.py [NAME ...]

Each step is keys, what a user means by them, and words that have to come before the screen is taken.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent


@dataclass(frozen=True)
class Step:
    """One step: keys as tmux names them, and the words that must appear; `typed` is typed literally."""

    what: str
    keys: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    typed: str = ""
    shown: bool = True
    resized: tuple[int, int] | None = None
    """Columns and lines the window has from here on."""


EDITS = {"a wider tail": ("netlists/ota_5t.spice", "l={l_tail} m=2", "l={l_tail} m=3")}
"""What happens between two runs: (file, text, the text it becomes), recorded as the schematic's netlist."""


TASKS: dict[str, tuple[str, int, int, tuple[str, ...], tuple[Step, ...]]] = {
    "first_sweep": (
        "A first sweep",
        160,
        48,
        (),
        (
            Step("`simorc`: the builder shows the first sweep, 45 cases.", (), ("= 45 cases",)),
            Step("`r` builds and runs it.", ("r",), ("45 / 45", "finished")),
            Step("`S` shows the specs with yield and worst cases.", ("S",), ("worst",)),
        ),
    ),
    "worst_phase_margin": (
        "The worst phase margin of pvt_ac and its waveform",
        80,
        24,
        ("pvt_ac",),
        (
            Step(
                "`simorc` on a small terminal: one pane at a time. The newest run is open.",
                (),
                ("pvt_ac", "0001"),
            ),
            Step("`S`: specs. The last line is the phase margin.", ("S",), ("pm", "worst")),
            Step("`j` selects it, `enter` goes to its worst case.", ("j", "j", "Enter"), ("0045",)),
            Step("`w`: its waveform.", ("w",), ("case 45", "dB")),
            Step(
                "`m` twice: two cursors; the arrows move the selected one. The slope is per decade.",
                ("m", "Right", "Right", "Right", "m", "Right", "Right"),
                ("slope", "dB/dec"),
            ),
            Step("`=`: adds an expression as a trace; `tab` completes names and functions.", ("=",), ("= ",)),
            Step("", (), (), "db(v(xdut.mirror))", shown=False),
            Step("The gain to the mirror and the gain to the output.", ("Enter",), ("━━ db(",)),
            Step(
                "`f6`: writes the visible part to a file; `c` writes the numbers.",
                ("F6",),
                ("CSV, the numbers in full precision",),
            ),
        ),
    ),
    "why_did_cases_fail": (
        "Why did a third of the cases fail",
        160,
        48,
        (),
        (
            Step("", (), ("= 45 cases",), shown=False),
            Step(
                "In the builder, a corner is mistyped: no model file has `xx`.",
                ("2", "j", "j", "Enter"),
                ("corner:",),
            ),
            Step("", ("C-u",), (), "tt ss xx", shown=False),
            Step("The number of cases is updated; nothing is saved.", ("Enter",), ("= 27 cases",)),
            Step("`r` runs the sweep as shown.", ("r",), ("27 / 27", "finished")),
            Step("`S`: the failures grouped by kind and message.", ("S",), ("failures",)),
            Step(
                "`F`: only the failed cases; `L`: the simulator log of the case under the cursor.",
                ("3", "F", "L"),
                ("match",),
            ),
        ),
    ),
    "two_runs_compared": (
        "Today's run and yesterday's",
        160,
        48,
        ("pvt_ac", "a wider tail", "pvt_ac"),
        (
            Step("Two runs of the same sweep; between them, the tail was widened.", (), ("45 / 45",)),
            Step("`d`: compare. `r` selects the other run.", ("d",), ("Compare",)),
            Step("Changed values, specs and inputs.", ("r",), ("matching cases",)),
        ),
    ),
    "only_new_cases": (
        "Add a corner, run only the new cases",
        160,
        48,
        ("pvt_tran",),
        (
            Step("The run of a sweep of four corners and three loads.", (), ("12 / 12", "= 12 cases")),
            Step(
                "`a` in the builder: add a corner. The line starts with the values of the last corner.",
                ("2", "a"),
                ("new corner",),
            ),
            Step("", (), (), "slow_33", shown=False),
            Step("", ("End", "BSpace", "BSpace", "BSpace"), (), "3.3", shown=False),
            Step("It has a name and another supply: three more cases.", ("Enter",), ("= 15 cases",)),
            Step("`r`: the open run has twelve of the cases.", ("r",), ("only the 3 new cases",)),
            Step("`n` simulates only the three new cases.", ("n",), ("15 / 15", "finished")),
            Step(
                "`3` and `enter`: the first case was reused; its run is shown.",
                ("3", "g", "Enter"),
                ("reused",),
            ),
        ),
    ),
    "leave_and_come_back": (
        "A dropped line",
        160,
        48,
        ("mc_offset",),
        (
            Step("A run is open.", (), ("100 / 100",)),
            Step("`H`: the histogram of the offset, which has a spec.", ("H",), ("offset: n=100",)),
            Step(
                "`escape`, then `q` quits; an active run would continue.",
                ("Escape", "q"),
                (),
                shown=False,
            ),
            Step("`simorc` again: the same run, in its current state.", (), ("100 / 100",), "simorc\n"),
            Step("`ctrl+z`: suspends to the shell.", ("C-z",), ("Stopped",)),
            Step("`fg`: returns to the interface.", (), ("100 / 100", "3 cases"), "fg\n"),
            Step("", ("3",), ("3 cases",), shown=False),
            Step("A smaller window: one pane at a time.", (), ("100 / 100",), resized=(60, 15)),
        ),
    ),
}


class Terminal:
    """A tmux server of its own with a shell in the project."""

    def __init__(self, project: Path, columns: int, lines: int) -> None:
        self._socket = str(project.parent / "socket")
        environment = {
            **os.environ,
            "PYTHONPATH": f"{ROOT / 'engine'}:{ROOT}",
            "XDG_STATE_HOME": str(project.parent),
        }
        (project.parent / "simorc").mkdir()
        (project.parent / "simorc" / "tour-seen").touch()
        (project.parent / "bin").mkdir()
        script = project.parent / "bin" / "simorc"
        script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m simorc "$@"\n')
        script.chmod(0o755)
        environment |= {"PATH": f"{script.parent}:{environment['PATH']}", "PS1": "$ ", "LC_ALL": "C.UTF-8"}
        subprocess.run(
            ["tmux", "-S", self._socket, "-f", "/dev/null", "-u", "new-session", "-d",
             "-x", str(columns), "-y", str(lines), "sh"],
            env=environment, cwd=project, check=True,
        )  # fmt: skip
        self.type("simorc\n")

    def call(self, *arguments: str) -> str:
        done = subprocess.run(
            ["tmux", "-S", self._socket, *arguments], capture_output=True, text=True, check=False
        )
        return done.stdout

    def type(self, text: str) -> None:
        self.call("send-keys", "-l", text)

    def take(self, words: tuple[str, ...]) -> str:
        """The screen once the words stand on it and it has come to rest."""
        until, before = time.monotonic() + 60, ""
        while time.monotonic() < until:
            shown = self.call("capture-pane", "-p")
            if shown == before and all(word in shown for word in words):
                return shown
            before = shown
            time.sleep(0.4)
        raise SystemExit(f"{words} did not come:\n{before}")


def record(name: str) -> None:
    """One transcript, written beside this file."""
    title, columns, lines, runs, steps = TASKS[name]
    with tempfile.TemporaryDirectory(prefix="transcript-") as directory:
        project = Path(directory) / "ota_5t"
        shutil.copytree(ROOT / "sample_project", project, ignore=shutil.ignore_patterns("simulations"))
        for each in runs:
            if each in EDITS:
                _edit(project, *EDITS[each])
            else:
                _run(project, each)
        terminal = Terminal(project, columns, lines)
        parts = [f"# {title}\n", f"In tmux at {columns}x{lines}, on a copy of the sample project.\n"]
        try:
            for step in steps:
                for key in step.keys:
                    terminal.call("send-keys", key)
                    time.sleep(0.15)
                if step.typed:
                    terminal.type(step.typed)
                if step.resized is not None:
                    wide, high = step.resized
                    terminal.call("resize-window", "-x", str(wide), "-y", str(high))
                shown = terminal.take(step.words)
                if step.shown:
                    text = "\n".join(line.rstrip() for line in shown.rstrip().splitlines())
                    parts.append(f"{step.what}\n\n```text\n{text.replace(directory, '~')}\n```\n")
        finally:
            terminal.call("kill-server")
    (HERE / f"{name}.md").write_text("\n".join(parts), encoding="utf-8")


def _run(project: Path, sweep: str) -> None:
    time.sleep(1.1)  # runs are named by the second
    _simorc("run", sweep, "--project", str(project))


def _simorc(*arguments: str) -> None:
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'engine'}:{ROOT}"}
    command = [sys.executable, "-m", "simorc", *arguments]
    subprocess.run(command, env=environment, capture_output=True, check=False)


def _edit(project: Path, file: str, before: str, after: str) -> None:
    path = project / file
    path.write_text(path.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")
    _simorc("netlist", "--accept", "--project", str(project))


if __name__ == "__main__":
    for wanted in sys.argv[1:] or TASKS:
        record(wanted)
