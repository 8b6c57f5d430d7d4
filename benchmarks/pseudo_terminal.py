"""The terminal interface in a pseudo-terminal, and what it costs: bytes, frames, CPU, memory, delays."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

FRAME = (
    b"\x1b[?2026h"  # Textual begins every frame with it where the terminal says it knows synchronised output
)
SYNC_QUERY, SYNC_ANSWER = b"\x1b[?2026$p", b"\x1b[?2026;1$y"
TICKS = os.sysconf("SC_CLK_TCK")


class PseudoTerminal:
    """A terminal of `columns` x `lines` that reads, unless told to stall."""

    def __init__(
        self,
        project: Path,
        columns: int,
        lines: int,
        environment: Mapping[str, str] | None = None,
        module: Sequence[str] = ("simorc_tui", "."),
    ) -> None:
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        own = {
            key: value for key, value in os.environ.items() if not key.startswith(("SSH_", "TMUX", "TEXTUAL"))
        }
        path = os.pathsep.join(part for part in sys.path if part)
        state = str(project / ".state")
        (project / ".state" / "simorc").mkdir(parents=True, exist_ok=True)
        (project / ".state" / "simorc" / "tour-seen").touch()
        self.process = subprocess.Popen(
            [sys.executable, "-m", *module],
            stdin=slave, stdout=slave, stderr=slave, start_new_session=True, cwd=project,
            env={**own, "TERM": "xterm-256color", "PYTHONPATH": path, "XDG_STATE_HOME": state,
                 "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", **(environment or {})},
            preexec_fn=_take_terminal,
        )  # fmt: skip
        os.close(slave)
        self.bytes = self.frames = 0
        self.last_output = self.first_frame = 0.0
        self.seen = b""
        self.stalled = threading.Event()
        self._stop = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> PseudoTerminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the program, gently first."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self._stop.set()
        self._reader.join(2)
        self.hang_up()

    def hang_up(self) -> None:
        """The line drops."""
        self._stop.set()
        if self.master >= 0:
            self._reader.join(2)
            os.close(self.master)
            self.master = -1

    def press(self, keys: str) -> None:
        os.write(self.master, keys.encode())

    def wait_for(self, text: str, seconds: float = 30.0) -> bool:
        """Whether `text` was drawn in time since the last look; the text must lie in one run of cells."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if text.encode() in self.seen:
                self.seen = b""
                return True
            if self.process.poll() is not None:
                return False
            time.sleep(0.01)
        return False

    def answer_time(self, keys: str, limit: float = 2.0) -> float | None:
        """Seconds from pressing until something is drawn, on a screen that is at rest."""
        began = time.monotonic()
        self.press(keys)
        while time.monotonic() < began + limit:
            if self.last_output > began:
                return self.last_output - began
            time.sleep(0.0005)
        return None

    def at_rest(self, quiet: float = 0.3, limit: float = 10.0) -> bool:
        """Wait until nothing has been drawn for a while."""
        until = time.monotonic() + limit
        while time.monotonic() < until:
            if time.monotonic() - self.last_output > quiet:
                return True
            time.sleep(0.02)
        return False

    @property
    def cpu(self) -> float:
        """Seconds of CPU the program has used."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(") ")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    @property
    def memory(self) -> float:
        """Resident memory in MB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024

    def _read(self) -> None:
        while not self._stop.is_set():
            if self.stalled.is_set():
                time.sleep(0.02)
                continue
            ready, _, _ = select.select([self.master], [], [], 0.05)
            if not ready:
                continue
            try:
                data = os.read(self.master, 1 << 16)
            except OSError:
                return
            self.last_output = time.monotonic()
            self.bytes += len(data)
            self.frames += data.count(FRAME)
            if not self.first_frame and b"3 cases" in data:
                self.first_frame = self.cpu
            self.seen = (self.seen + data)[-1_000_000:]
            if SYNC_QUERY in data:
                os.write(self.master, SYNC_ANSWER)


def _take_terminal() -> None:
    """The slave becomes the new session's controlling terminal, so that hanging up is told as by sshd."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
