"""The simorc command as a fork of this process: all of it but the start of an interpreter and its imports.

`forked_simorc` runs it for a test; `serve_commands` makes a program ``simorc`` for shells
that a test starts. Runners that such commands start are forks, too.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from select import select
from tempfile import TemporaryDirectory

from simorc.cli import main as simorc
from simorc.launch import start as start_module
from simorc.launch.forked_process import ForkedChild, fork
from tests.forked_runner import fork_runner
from tests.waiting import until

_CLIENT = """#!{python} -ISE
import json, os, socket, sys
server = socket.socket(socket.AF_UNIX)
server.connect({path!r})
asked = json.dumps([sys.argv[1:], os.getcwd(), dict(os.environ)]).encode()
socket.send_fds(server, [len(asked).to_bytes(8, "big")], [0, 1, 2])
server.sendall(asked)
code = server.recv(1)
sys.exit(code[0] if code else 70)
"""


def forked_simorc(
    arguments: Sequence[str], directory: Path, environment: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run the command in `directory` to its end: its exit code and what it printed."""
    with TemporaryDirectory() as scratch:
        said, complained = Path(scratch, "out"), Path(scratch, "err")
        child = fork(lambda: _command(arguments, directory, environment), said, complained)
        child.stdin.close()
        code = child.wait()
        assert code is not None
        return subprocess.CompletedProcess(
            ["simorc", *arguments], code, said.read_text(), complained.read_text()
        )


def serve_commands(directory: Path) -> ForkedChild:
    """Put a program ``simorc`` into the new `directory`; it works as long as the server that is returned."""
    directory.mkdir()
    address, client = directory / "socket", directory / "simorc"
    client.write_text(_CLIENT.format(python=sys.executable, path=str(address)))
    client.chmod(0o755)
    server = fork(lambda: _serve(address), directory / "log")
    until(address.exists)
    return server


def _command(arguments: Sequence[str], directory: str | Path, environment: Mapping[str, str]) -> int:
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(directory)
    start_module.spawn_runner = fork_runner  # type: ignore[assignment]
    return simorc.run(list(arguments))


def _serve(address: Path) -> int:
    """Answer each client in a child, until the tests are over."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    listener = socket.socket(socket.AF_UNIX)
    unready = address.with_suffix(".new")
    listener.bind(str(unready))
    listener.listen()
    unready.rename(address)
    while listener in select([listener, sys.stdin], [], [])[0]:
        connection, _ = listener.accept()
        if os.fork() == 0:
            listener.close()
            _answer(connection)
        connection.close()
    return 0


def _answer(connection: socket.socket) -> None:
    """Never returns."""
    code = 70
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        size, streams, _, _ = socket.recv_fds(connection, 8, 3)
        asked = connection.makefile("rb").read(int.from_bytes(size, "big"))
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
            os.close(stream)
        sys.stdin, sys.stdout, sys.stderr = (open(n, m, closefd=False) for n, m in enumerate("rww"))  # noqa: SIM115
        code = _command(*json.loads(asked))
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        connection.sendall(bytes([code]))
        os._exit(code)
