"""Probes of the machine that executes a run: the run's directory, writing to it, starting a process."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from simorc.machine_faults import words_of
from simorc.rundir.layout import RunLayout
from simorc.runner.machine.presence import Presence

_PROBE_BYTES = 1 << 18


class MachineProbes:
    """Checks the machine for one run."""

    def __init__(self, layout: RunLayout, program: str = "", presence: Presence | None = None) -> None:
        """`program` is the simulator, as a path or a name; `presence` watches the run's directory."""
        self._layout = layout
        self._program = shutil.which(program) or ""
        self._presence = presence

    def trouble(self) -> str:
        """The machine's fault in one line; empty if there is none."""
        return self._moved() or self._no_writing() or self._no_program()

    def _moved(self) -> str:
        try:
            return "" if self._presence is None else self._presence.complaint()
        except OSError as error:
            return f"cannot read the run directory: {_words(error)}"

    def _no_writing(self) -> str:
        """Make a directory and a file as a case does, read the file, remove both."""
        results = self._layout.results
        place = results / f".probe-{os.getpid()}"
        try:
            results.mkdir(exist_ok=True)
            place.mkdir(exist_ok=True)
            try:
                _write_and_read(place / "probe")
            finally:
                shutil.rmtree(place)
        except OSError as error:
            return f"cannot write below {results.name}/: {_words(error)}"
        return ""

    def _no_program(self) -> str:
        """Start a process as a case does; and the simulator must be there."""
        if self._program and not os.access(self._program, os.X_OK):
            return f"the simulator {self._program} cannot be executed any more"
        try:
            subprocess.run(
                [shutil.which("true") or "/bin/true"],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                start_new_session=True,
                check=False,
            )
        except OSError as error:
            return f"cannot start a process: {_words(error)}"
        return ""


def _write_and_read(path: Path) -> None:
    path.write_bytes(bytes(_PROBE_BYTES))
    path.read_bytes()


def _words(error: OSError) -> str:
    return words_of(error.errno) if error.errno is not None else str(error)
