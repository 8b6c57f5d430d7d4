"""Starts a program with limits: ``python -S -E limits.py '{"memory": N, "file": N}' PROGRAM ARGUMENT...``

A separate program, because limits set after the start do not apply to what the program has started already,
and code run between fork and exec is not safe in a process with threads. It waits for `GO` on its standard
input, which is sent once the guardian has its process id: if the parent is killed before, no orphan is left.
It imports nothing of simorc.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys

_KINDS = {
    "memory": resource.RLIMIT_AS,
    "file": resource.RLIMIT_FSIZE,
    "cpu": resource.RLIMIT_CPU,
    "core": resource.RLIMIT_CORE,
}
CANNOT_START = 127
GO = b"g"


def main() -> int:
    """Set the limits, then become the program."""
    for kind, limit in json.loads(sys.argv[1]).items():
        hardest = resource.getrlimit(_KINDS[kind])[1]
        bounded = limit if hardest == resource.RLIM_INFINITY else min(limit, hardest)
        resource.setrlimit(_KINDS[kind], (bounded, bounded))
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)  # Python ignores it, and programs inherit that
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    if os.read(0, 1) != GO:
        return CANNOT_START
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    try:
        os.execvp(sys.argv[2], sys.argv[2:])
    except OSError as error:
        sys.stderr.write(f"cannot start {sys.argv[2]}: {error.strerror}\n")
        return CANNOT_START


if __name__ == "__main__":
    sys.exit(main())
