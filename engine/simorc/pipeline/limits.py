"""Starts a program with limits: a shell that sets them, waits for `GO`, and becomes the program.

A separate program, because limits set after the start do not apply to what the program has started already,
and code run between fork and exec is not safe in a process with threads. It waits for `GO` on its standard
input, which is sent once the guardian has its process id: if the parent is killed before, no orphan is left.
It is a shell because that starts in a millisecond, an interpreter of Python in fifty.
"""

from __future__ import annotations

import resource
from collections.abc import Mapping, Sequence

_KINDS = {
    "memory": (resource.RLIMIT_AS, "v", 1024),
    "file": (resource.RLIMIT_FSIZE, "f", 512),
    "core": (resource.RLIMIT_CORE, "c", 512),
}
"""Kind -> the resource, the option of the shell's ``ulimit``, and the bytes of its unit."""
CANNOT_START = 127
GO = b"go\n"
_BECOME = f"""read -r go || exit {CANNOT_START}
command -v "$1" >/dev/null || {{ echo "cannot start $1: there is no such program" >&2; exit {CANNOT_START}; }}
exec "$@" </dev/null
"""


def limited(command: Sequence[str], bounds: Mapping[str, int]) -> list[str]:
    """The command that starts `command` with bounds in bytes: `memory`, each `file`, `core`."""
    script = "".join(_ulimit(kind, bound) for kind, bound in bounds.items())
    return ["/bin/sh", "-c", script + _BECOME, "sh", *command]


def _ulimit(kind: str, bound: int) -> str:
    number, option, unit = _KINDS[kind]
    hardest = resource.getrlimit(number)[1]
    bounded = bound if hardest == resource.RLIM_INFINITY else min(bound, hardest)
    return f"ulimit -{option} {bounded // unit} || exit {CANNOT_START}\n"
