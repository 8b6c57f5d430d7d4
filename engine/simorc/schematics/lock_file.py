"""The lock file of a netlist: hashes of the netlist and its sources. Committed with it.

``tb_dc.spice.j2.lock`` is a text in the form of ``sha256sum``, paths relative to the project::

    # made by simorc netlist; commit this file with tb_dc.spice.j2
    # library: schematics
    0f3a...  testbenches/dc/tb_dc.spice.j2
    91bc...  testbenches/dc/tb_dc.sch
    7d20...  ${PDK_ROOT}/sky130A/libs.tech/xschem/sky130_fd_pr/nfet_01v8.sym

The first file is the netlist itself; the others are what xschem read. Files outside the project are written
by the environment variable they lie below, where there is one. With it a fresh clone knows it is up to date.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from simorc.errors import NetlistError
from simorc.files import write_whole

_LINE = re.compile(r"([0-9a-f]{64})  (.+)")
_LIBRARY = "# library: "
_VARIABLE = re.compile(r"\$\{(\w+)\}")
_ROOT_VARIABLES = ("PDK_ROOT", "PDKPATH", "HOME")


@dataclass(frozen=True)
class Record:
    """The netlist's own SHA-256, those of what it was made from by name, and the library path, by name."""

    netlist: str
    inputs: dict[str, str]
    library: tuple[str, ...] = ()


def lock_path(netlist: Path) -> Path:
    """The lock file of a netlist."""
    return netlist.with_name(f"{netlist.name}.lock")


def read_record(netlist: Path) -> Record | None:
    """The record beside a netlist; None without one. Raises NetlistError for a damaged one."""
    path = lock_path(netlist)
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise NetlistError(f"{path}: cannot be read: {error}") from None
    library = tuple(line.removeprefix(_LIBRARY) for line in lines if line.startswith(_LIBRARY))
    hashes = [_hashed(path, line) for line in lines if line.strip() and not line.startswith("#")]
    if not hashes:
        raise _damaged(path)
    return Record(hashes[0][1], dict(hashes[1:]), library)


def _hashed(path: Path, line: str) -> tuple[str, str]:
    match = _LINE.fullmatch(line)
    if match is None:
        raise _damaged(path)
    return match[2], match[1]


def _damaged(path: Path) -> NetlistError:
    return NetlistError(
        (f"{path}: not a record written by simorc (possibly a merge conflict)"),
        remedy="regenerate it: simorc netlist --update",
    )


def write_record(netlist: Path, record: Record, root: Path) -> None:
    """Write the record beside its netlist."""
    lines = [f"# made by simorc netlist; commit this file with {netlist.name}"]
    lines += [f"{_LIBRARY}{directory}" for directory in record.library]
    lines.append(f"{record.netlist}  {name_of(netlist, root)}")
    lines += [f"{digest}  {name}" for name, digest in sorted(record.inputs.items())]
    write_whole(lock_path(netlist), "\n".join(lines) + "\n")


def name_of(path: Path, root: Path) -> str:
    """A path as written in a record: relative to the project, else below a variable, else absolute."""
    if path.is_relative_to(root):
        return path.relative_to(root).as_posix()
    for variable in _ROOT_VARIABLES:
        base = os.environ.get(variable, "")
        if len(base) > 1 and path.is_relative_to(base):
            return f"${{{variable}}}/{path.relative_to(base).as_posix()}"
    return path.as_posix()


def path_of(name: str, root: Path) -> Path | None:
    """The file a record's name means here; None when its variable is not set here."""
    if any(variable not in os.environ for variable in _VARIABLE.findall(name)):
        return None
    return root / _VARIABLE.sub(lambda match: os.environ[match[1]], name)


def is_inside(name: str) -> bool:
    """Whether a record's name is a file of the project."""
    return not name.startswith(("${", "/"))
