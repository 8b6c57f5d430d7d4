"""Asks pyslang, in a limited process of its own, about ports, instances and mutants of Verilog sources."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simorc.errors import ToolMissing
from simorc.files import write_json
from simorc.pipeline.outcome import Fault, failure
from simorc.pipeline.tools import Limits, read_log
from simorc.pipeline.workplace import Workplace

REMEDY = "pip install 'simorc-tui[verilog]'"
CIRCUIT_PROGRAM = Path(__file__).with_name("circuit_process.py")
"""What refuses RTL; never imported here: it loads pyslang, which may be missing and takes long."""
_PROGRAM = Path(__file__).with_name("slang_process.py")
_NO_PYSLANG = 3
_BOUNDS = Limits(seconds=60.0, memory=2 * 1024**3)


@dataclass(frozen=True)
class Mutant:
    """One change of a source. `edit` is (start, end, text) in bytes; `reset`: it changes an edge or what the
    reset does.
    """

    line: int
    kind: str
    change: str
    edit: tuple[int, int, str]
    reset: bool

    def applied(self, source: bytes) -> bytes:
        """The source with the change."""
        start, end, text = self.edit
        return source[:start] + text.encode() + source[end:]

    def __str__(self) -> str:
        return f"line {self.line}: {self.change}"


@dataclass(frozen=True)
class Instance:
    """An instance of a module: its path, and its outputs that are not connected."""

    path: str
    open: tuple[str, ...]


def require_pyslang() -> None:
    """Raises ToolMissing without pyslang."""
    if importlib.util.find_spec("pyslang") is None:
        raise ToolMissing("pyslang is not installed", remedy=f"{REMEDY}, or qualify: {{enable: false}}")


def ask_slang(
    place: Workplace,
    files: Sequence[Path],
    top: str,
    wanted: Sequence[str],
    *,
    program: Path = _PROGRAM,
    **more: Any,
) -> Mapping[str, Any]:
    """The answer of `slang_process`, or another `program` of the same form, about `files`.

    Raises ToolMissing, or StageFailed where pyslang crashes.
    """
    require_pyslang()
    name = "slang_" + "_".join(wanted)
    request, answer, log = (
        place.directory / f"{name}.{end}" for end in ("request.json", "answer.json", "log")
    )
    asked = {
        "files": [str(path) for path in files],
        "top": top,
        "want": list(wanted),
        "parameters": {},
        **more,
    }
    write_json(request, asked, durable=False)
    command = [sys.executable, "-I", str(program), str(request), str(answer)]
    ended = place.run(command, log.name, _BOUNDS, inside=True)
    if ended.code == _NO_PYSLANG:
        raise ToolMissing(f"pyslang does not load: {' '.join(read_log(log, 2000).split())}", remedy=REMEDY)
    if ended.code or not answer.is_file():
        how = "did not end in time" if ended.timed_out else ended.how()
        output = " ".join(read_log(log, 4096).split())[-300:]
        raise failure(Fault.CRASHED, f"pyslang: {how}: {output}")
    found: Mapping[str, Any] = json.loads(answer.read_text(encoding="utf-8"))
    for path in (request, answer, log):
        path.unlink()
    return found
