"""What is done with simorc while a disk is recorded: a project, and the commands that write."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from simorc.rundir.layout import RunLayout, find_runs
from tests.low_pass import CONFIG, SIZING, TEMPLATE
from tests.powerloss.history import History
from tests.toggle_design import GOOD

STEPS = [{"cycles": 1, "expect": {"q": 1}}, {"cycles": 1, "expect": {"q": 0}}]
PIPELINE = {
    "top": "toggle",
    "spec": "spec.md",
    "stages": {
        "a1": {"backend": "command", "command": ["cp", "{project}/good.sv", "{output}"]},
        "a5": {"enable": False},
        "a4": {"enable": False},
        "a7": {"parameters": {"steps": STEPS}},
        "qualify": {"enable": False},
    },
}
AGAIN = frozenset({3, 5, 7})


class Work:
    """The commands of one recording, in a project below the root of a file system."""

    def __init__(self, root: Path, history: History, cases: int) -> None:
        self.root, self._history, self._cases = root, history, cases

    def make_project(self) -> None:
        """Write the project; nothing of it is on the disk for certain until the commands have run."""
        (self.root / "tb").mkdir(parents=True)
        (self.root / "sizing").mkdir()
        stop = 1000 + 10 * (self._cases - 1)
        files = {
            "tb/tb.spice.j2": TEMPLATE,
            "tb/config.yaml": CONFIG,
            "sizing/lp.yaml": SIZING,
            "rc.yaml": f"testbench: tb\nparameters: {{r: {{start: 1000, stop: {stop}, step: 10}}}}\n",
            "cold.yaml": "testbench: tb\nparameters: {r: {start: 1000, stop: 1050, step: 10}}\n"
            "execution: {warm: off, compress: true}\n",
            "spec.md": "Module toggle: q changes with each clock.\n",
            "good.sv": GOOD,
            "sim_setup.yaml": "testbenches: {tb: tb}\nsweeps: {rc: rc.yaml, cold: cold.yaml}\n"
            f"execution: {{disk_floor: 0}}\npipelines: {json.dumps({'toggle': PIPELINE})}\n",
        }
        for name, text in files.items():
            (self.root / name).write_text(text)
        os.sync()
        for name in files:
            self._history.promise(self.root, self.root / name)

    def do_everything(self) -> None:
        """Every command that writes, one after another."""
        with self._history.watching(self.root):
            self._run_sweep()
            self._measure()
            self._retry()
            self._archive()
            self._write_remarks()
            self._size()
            self._pipeline()
            self._run_cold()

    def simorc(self, *arguments: str) -> None:
        """Run the command to its end."""
        search = os.pathsep.join(path for path in sys.path if path)
        done = subprocess.run(
            [sys.executable, "-m", "simorc", *arguments],
            cwd=self.root,
            env={**os.environ, "PYTHONPATH": search},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert "passed" in done.stdout or done.returncode in (0, 3), (arguments, done.stdout, done.stderr)

    def _run_sweep(self) -> None:
        self.simorc("build", "rc")
        self._promise_run()
        self.simorc("run", self._newest.name)

    def _run_cold(self) -> None:
        self.simorc("run", "cold")
        self._promise_run()

    def _retry(self) -> None:
        run = self._newest
        self._history.look(self.root)
        self._history.withdraw(run.name, AGAIN)
        self.simorc("retry", run.name, "--case", ",".join(map(str, sorted(AGAIN))))
        self.simorc("run", run.name)

    def _measure(self) -> None:
        with self._edited("tb/config.yaml", '"1/r"', '"1/(2*r)"'):
            self.simorc("measure", self._newest.name)
            self._history.look(self.root)

    def _archive(self) -> None:
        run, target = self._newest, self.root / "a.tar.gz"
        self.simorc("archive", run.name, "--out", target.name)
        self._history.promise(self.root, target)

    def _write_remarks(self) -> None:
        run = self._newest
        self.simorc("note", run.name, "a note")
        self._history.promise(self.root, run.remarks)
        self.simorc("baseline", "set", run.name)
        for path in sorted(self.root.glob("baselines/*")):
            self._history.promise(self.root, path)

    def _size(self) -> None:
        config = self.root / "tb" / "config.yaml"
        self._history.note(self.root, config)
        self.simorc("size", "lp", "--apply")
        self._history.promise(self.root, config)
        for path in sorted(self.root.glob("sizing_runs/*/*")):
            if path.is_file() and not path.name.startswith("."):
                self._history.promise(self.root, path)

    def _pipeline(self) -> None:
        self.simorc("pipeline", "run", "toggle")
        for path in sorted(self.root.glob("pipeline_runs/*/**/*")):
            if path.is_file() and not path.name.startswith("runner"):
                self._history.promise(self.root, path)

    @property
    def _newest(self) -> RunLayout:
        return find_runs(self.root)[0]

    def _promise_run(self) -> None:
        for name in ("manifest.json", "run.sqlite"):
            self._history.exists.append((self._history.moment(), f"simulations/{self._newest.name}/{name}"))

    @contextmanager
    def _edited(self, name: str, old: str, new: str) -> Iterator[None]:
        path = self.root / name
        path.write_text(path.read_text().replace(old, new))
        os.sync()
        self._history.note(self.root, path)
        yield
