"""A warm session: one ``ngspice -p`` process that loaded a circuit and its models once.

Commands are written to its standard input, followed by an ``echo`` of an unguessable marker; what it prints
until the marker is the case's own log. The process has its own session (process group) and working directory.
"""

from __future__ import annotations

import os
import secrets
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import anyio

from simorc.deck_text import encoded
from simorc.simulators.ngspice.session_process import ProgramProcess, StartProcess

_READ_AT_ONCE = 1 << 16
_LOOK_EVERY = 0.25


class SessionEnded(Exception):
    """The process ended or was killed; `reason` is timeout, log_limit, raw_limit, memory, stuck or died."""

    def __init__(self, reason: str, output: bytes = b"", exit_code: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.output = output
        self.exit_code = exit_code

    @property
    def killed(self) -> bool:
        """Whether it was killed from outside simorc: by a person, or by the kernel when memory ran out."""
        return self.reason == "died" and self.exit_code in {-signal.SIGKILL, -signal.SIGTERM}


class Session:
    """One process that reads commands, started in `directory` by `start`."""

    def __init__(
        self,
        command: Sequence[str],
        directory: Path,
        environment: Mapping[str, str],
        nice: int = 0,
        start: StartProcess = ProgramProcess,
    ) -> None:
        self.directory = directory
        self.cases = 0
        self.values: dict[str, str] = {}
        self._marker = f"simorc-{secrets.token_hex(8)}"
        self.process = start(command, directory, environment, nice)
        self._input, self._output = self.process.input, self.process.output

    @property
    def pid(self) -> int:
        return self.process.pid

    def resident_bytes(self) -> int:
        """The session's memory, 0 once it is gone."""
        return self.process.resident_bytes()

    async def ask(
        self,
        commands: Sequence[str],
        *,
        timeout: float | None = None,
        log_limit: int | None = None,
        on_output: Callable[[bytes], None] | None = None,
        look: Callable[[], str | None] | None = None,
        salvage: float = 0.0,
    ) -> bytes:
        """Run `commands` and return what they printed. If that fails, raises `SessionEnded` and leaves no
        process running.

        `look` is called a few times a second and may return a reason to end the session. At a timeout the
        analysis is interrupted first; it has `salvage` seconds to write its results so far.
        """
        try:
            return await self._converse(commands, timeout, log_limit, on_output, look)
        except SessionEnded as ended:
            if salvage and ended.reason in {"timeout", "stuck"}:
                await self._write_what_there_is(salvage)
            self.kill()
            raise
        except BaseException:
            self.kill()
            raise

    async def _converse(
        self,
        commands: Sequence[str],
        timeout: float | None,
        log_limit: int | None,
        on_output: Callable[[bytes], None] | None,
        look: Callable[[], str | None] | None,
    ) -> bytes:
        deadline = None if timeout is None else time.monotonic() + timeout
        await self.send(encoded("\n".join([*commands, f"echo {self._marker}", ""])))
        end, output = f"{self._marker}\n".encode(), bytearray()
        next_look = time.monotonic() + _LOOK_EVERY
        while True:
            with anyio.move_on_after(_LOOK_EVERY):
                await anyio.wait_readable(self._output)
            piece = self._read(output)
            output += piece
            if output.endswith(end):
                return bytes(output[: -len(end)])
            if on_output is not None and piece:
                on_output(piece)
            if log_limit is not None and len(output) > log_limit:
                raise SessionEnded("log_limit", bytes(output))
            if time.monotonic() >= next_look:
                next_look += _LOOK_EVERY
                self._check(deadline, look, output)

    async def _write_what_there_is(self, seconds: float) -> None:
        """Break the analysis off: the commands that follow it are still to be obeyed."""
        self.process.signal(signal.SIGINT)
        end, output = f"{self._marker}\n".encode(), bytearray()
        with anyio.move_on_after(seconds):
            while not output.endswith(end):
                await anyio.wait_readable(self._output)
                try:
                    output += self._read(output)
                except SessionEnded:
                    return
                del output[: -len(end)]

    async def send(self, text: bytes) -> None:
        """Write to the process. Raises `SessionEnded` if it has ended."""
        while text:
            try:
                text = text[os.write(self._input, text) :]
            except BlockingIOError:
                await anyio.wait_writable(self._input)
            except BrokenPipeError:
                raise SessionEnded("died", exit_code=self.process.wait()) from None

    def _read(self, so_far: bytearray) -> bytes:
        try:
            piece = os.read(self._output, _READ_AT_ONCE)
        except BlockingIOError:
            return b""
        if not piece:
            raise SessionEnded("died", bytes(so_far), self.process.wait())
        return piece

    def _check(
        self, deadline: float | None, look: Callable[[], str | None] | None, output: bytearray
    ) -> None:
        if deadline is not None and time.monotonic() > deadline:
            raise SessionEnded("timeout", bytes(output))
        reason = look() if look is not None else None
        if reason is not None:
            raise SessionEnded(reason, bytes(output))

    def kill(self) -> None:
        """End the whole group at once; harmless when it is gone already."""
        self.process.signal(signal.SIGKILL)
        self.process.wait()
        self.process.close()
