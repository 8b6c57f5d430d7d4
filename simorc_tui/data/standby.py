"""Asks a process that has the program loaded to build runs and to start runners (see `simorc.cli.standby`).

A build and a runner that are forked there start at once; as processes of their own they load the program
first.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from simorc.processes import search_path
from simorc.rundir.layout import RunLayout

ANSWER_WITHIN = 10.0
"""Seconds in which a loaded process answers; one that does not is ended."""


class StandbyLost(Exception):
    """The process has ended, or does not answer: nothing was started."""


class Forked:
    """A command or a runner that the process forked, with what `start_runner` needs of a process."""

    def __init__(self) -> None:
        self.pid = 0
        self.error = ""
        self.started, self.ended = threading.Event(), threading.Event()
        self._code: int | None = None

    def take(self, answer: Mapping[str, Any]) -> None:
        """An answer about it."""
        if "pid" in answer:
            self.pid = int(answer["pid"])
        elif "code" in answer:
            self._code = int(answer["code"])
            self.ended.set()
        else:
            self.error = str(answer.get("error", "no answer"))
        self.started.set()

    def lose(self) -> None:
        """No answer comes any more."""
        self.error = self.error or "the standby process has ended"
        self.started.set()
        self.ended.set()

    def poll(self) -> int | None:
        """The exit code, None while it runs. What ends without its parent leaves none: 1."""
        if not self.ended.is_set():
            return None
        if self._code is None and _lives(self.pid):
            return None
        return 1 if self._code is None else self._code

    def wait(self) -> int | None:
        """Wait until it has ended, or nobody can say when it does."""
        self.ended.wait()
        return self.poll()

    def kill(self) -> None:
        """End it at once."""
        if self.pid:
            with suppress(ProcessLookupError):
                os.kill(self.pid, 9)


class Standby:
    """The process of one project. Its methods may be called in any thread."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._process: subprocess.Popen[bytes] | None = None
        self._ready = False
        self._lock = threading.Lock()
        self._asked: dict[int, Forked] = {}
        self._number = 0

    @property
    def ready(self) -> bool:
        """Whether a request would be served now."""
        return self._ready

    @property
    def ended(self) -> bool:
        """Whether the process was started, and has ended by itself."""
        return self._process is not None and self._process.poll() is not None

    def start(self) -> None:
        """Start the process, which loads in the background. Nothing happens where it cannot be started."""
        self._ready, self._asked = False, {}
        with suppress(OSError):
            self._process = subprocess.Popen(
                [sys.executable, "-m", "simorc.cli.standby", str(self._root)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                cwd="/",
                env={**os.environ, "PYTHONPATH": search_path()},
            )
            threading.Thread(target=self._read, args=(self._process,), daemon=True).start()

    def close(self) -> None:
        """End the process; what it started continues."""
        self._ready = False
        if self._process is not None and self._process.stdin is not None:
            with suppress(OSError):
                self._process.stdin.close()

    def begin(self, layout: RunLayout, options: Mapping[str, object]) -> Forked:
        """Start the runner of a run. Raises StandbyLost."""
        return self._ask({"runner": str(layout.path), "options": dict(options)})

    def command(self, arguments: Sequence[str]) -> subprocess.CompletedProcess[str]:
        """Run a simorc command on the project. Raises StandbyLost where it was not started."""
        with tempfile.TemporaryDirectory(prefix="simorc-") as directory:
            output, errors = Path(directory, "output"), Path(directory, "errors")
            asked = {"command": [*arguments], "output": str(output), "errors": str(errors)}
            code = self._ask(asked).wait()
            words = [path.read_text(encoding="utf-8", errors="replace") for path in (output, errors)]
            return subprocess.CompletedProcess([*arguments], 1 if code is None else code, *words)

    def _ask(self, request: Mapping[str, object]) -> Forked:
        process, forked = self._process, Forked()
        if not self._ready or process is None or process.stdin is None:
            raise StandbyLost("not ready")
        with self._lock:
            self._number += 1
            self._asked[self._number] = forked
            try:
                process.stdin.write(json.dumps({"number": self._number, **request}).encode() + b"\n")
                process.stdin.flush()
            except (OSError, ValueError) as error:
                raise StandbyLost(str(error)) from error
        if not forked.started.wait(ANSWER_WITHIN):
            process.kill()
            raise StandbyLost(f"no answer within {ANSWER_WITHIN:g} s")
        if forked.error:
            raise StandbyLost(forked.error)
        return forked

    def _read(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        asked = self._asked
        with process:
            for line in process.stdout:
                answer = json.loads(line)
                if answer.get("ready"):
                    self._ready = True
                    continue
                forked = asked.get(answer["number"])
                if forked is not None:
                    forked.take(answer)
                    if forked.ended.is_set():
                        del asked[answer["number"]]
            if self._process is process:
                self._ready = False
            for forked in list(asked.values()):
                forked.lose()


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True
