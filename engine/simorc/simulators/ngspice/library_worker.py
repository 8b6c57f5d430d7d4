"""A process that runs ngspice as a library, with the interface of ``ngspice -p``.

Started as a program of its own, by its path and without site packages: ``library_worker.py LIBRARY
[interruptible]``. It reads command lines from standard input and prints what ngspice prints on standard
output. Nothing of simorc is imported here, so that a worker starts in milliseconds and stays small.

An interruptible worker runs analyses in a thread of the library (``bg_``): SIGINT breaks one off, and the
commands that follow it are still obeyed. The library calls back where ngspice would exit; the process then
ends with that code.
"""

import ctypes
import os
import signal
import sys
import threading
import time

COMMAND_LIMIT = 1000
"""Bytes of a command line; the library cuts longer ones off."""
INTERRUPTIBLE = frozenset(
    {b"run", b"tran", b"ac", b"dc", b"op", b"noise", b"tf", b"pz", b"sens", b"disto", b"sp", b"pss", b"end"}
)
"""The analyses, and the end of a loop or a condition, at which everything inside it is run."""
WHERE = b"simorc-library"
"""Our own command: prints the path of the library."""
_FLUSH_SIZE, _FLUSH_AFTER = 1 << 13, 0.1
_OWN_WORDS = (
    b"Background thread stopped with timeout",
    b"Error: ngspice.dll cannot recover",
    b"Note: 'quit' asks for",
)
"""Lines that the library prints about itself and the executable does not."""

_SEND_CHAR = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_void_p)
_EXIT = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.c_int, ctypes.c_bool, ctypes.c_bool, ctypes.c_int, ctypes.c_void_p
)
_RUNNING = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_bool, ctypes.c_int, ctypes.c_void_p)


class Worker:
    """One ngspice library in this process. Raises OSError if `library` cannot be loaded."""

    def __init__(self, library: str, interruptible: bool = False) -> None:
        self._name = library
        self._library = ctypes.CDLL(library)
        self._library.ngSpice_Command.argtypes = [ctypes.c_char_p]
        self._output = bytearray()
        self._flushed = 0.0
        self._idle = threading.Event()
        self._callbacks = (
            _SEND_CHAR(self._printed),
            _SEND_CHAR(self._status),
            _EXIT(self._exit),
            _RUNNING(self._background),
        )
        printed, status, leave, background = self._callbacks
        self._library.ngSpice_Init(printed, status, leave, None, None, background, None)
        self._interruptible = interruptible
        if interruptible:
            signal.signal(signal.SIGINT, self._interrupt)

    def obey(self, line: bytes) -> None:
        """Run one command line to its end."""
        word = line.split(None, 1)[:1]
        if not word:
            return
        if word[0] == WHERE:
            self._printed(b"stdout " + WHERE + b" " + self._where(), 0, 0)
            return
        if len(line) > COMMAND_LIMIT:
            self._refuse(f"a command of {len(line)} bytes is longer than the ngspice library takes")
        if self._interruptible and word[0].lower() in INTERRUPTIBLE:
            self._idle.clear()
            self._library.ngSpice_Command(b"bg_" + line.lstrip())
            self._idle.wait()
        else:
            self._library.ngSpice_Command(line)

    def flush(self) -> None:
        """Hand on what was printed."""
        text, self._output = self._output, bytearray()
        self._flushed = time.monotonic()
        while text:
            del text[: os.write(1, text)]

    def leave(self, code: int) -> None:
        """End this process."""
        self.flush()
        os._exit(code)

    # Called by the library, from the thread that runs the analysis ----------------------------------------

    def _printed(self, text: bytes, _ident: int, _data: int) -> int:
        """A line with the name of its stream before it, or a line of progress that ends in a return."""
        if text.startswith((b"stdout ", b"stderr ")):
            text = text[7:]
            if text.startswith(_OWN_WORDS):
                return 0
            self._output += text + b"\n"
        else:
            self._output += text
        if len(self._output) > _FLUSH_SIZE or time.monotonic() - self._flushed > _FLUSH_AFTER:
            self.flush()
        return 0

    def _status(self, _text: bytes, _ident: int, _data: int) -> int:
        return 0

    def _background(self, ended: bool, _ident: int, _data: int) -> int:
        if ended:
            self._idle.set()
        return 0

    def _exit(self, code: int, _at_once: bool, _quit: bool, _ident: int, _data: int) -> int:
        self.leave(code)
        return 0

    # -----------------------------------------------------------------------------------------------------

    def _interrupt(self, _number: int, _frame: object) -> None:
        if self._library.ngSpice_running():
            self._library.ngSpice_Command(b"bg_halt")

    def _where(self) -> bytes:
        """The path the library was loaded from, as the kernel sees it."""
        with open("/proc/self/maps", "rb") as maps:  # noqa: PTH123 - pathlib is slow to import
            paths = (line.split(None, 5)[-1].strip() for line in maps if b"libngspice" in line)
            return next(paths, os.fsencode(self._name))

    def _refuse(self, why: str) -> None:
        self._output += b"Error: " + why.encode() + b"\n"
        self.leave(1)


def main() -> None:
    """Obey standard input until its end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        worker = Worker(sys.argv[1], "interruptible" in sys.argv[2:])
    except (OSError, AttributeError) as error:
        sys.exit(f"Error: {error}")
    pending = b""
    while True:
        worker.flush()
        piece = os.read(0, 1 << 16)
        if not piece:
            break
        *lines, pending = (pending + piece).split(b"\n")
        for line in lines:
            worker.obey(line)
    worker.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
