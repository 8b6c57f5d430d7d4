"""Highlights of netlists and logs: comments, dot cards, errors, warnings."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

Classify = Callable[[str], str]
"""From a line to the name of its look: '', comment, card, error, warning."""

NETLISTS = {".spice", ".sp", ".cir", ".ckt", ".net", ".lib", ".inc", ".mod", ".j2"}
VERILOG = {".v", ".sv", ".vh", ".svh"}
_ERROR = re.compile(
    r"\berror\b|\bfatal\b|aborted|singular matrix|too small|failed!|no such|could not find|unknown subckt",
    re.IGNORECASE,
)
_WARNING = re.compile(r"\bwarning\b", re.IGNORECASE)


def classifier(path: Path) -> Classify:
    """The looks that suit a file by its name."""
    suffix = path.suffix.lower()
    if suffix in VERILOG:
        return of_verilog
    return of_netlist if suffix in NETLISTS else of_log


def of_verilog(line: str) -> str:
    start = line.lstrip()
    if start.startswith("//"):
        return "comment"
    return "card" if start.startswith(("`", "module", "endmodule")) else ""


def of_netlist(line: str) -> str:
    start = line.lstrip()[:1]
    if start in ("*", "$", ";", "#"):
        return "comment"
    return "card" if start == "." else ""


def of_log(line: str) -> str:
    if _ERROR.search(line):
        return "error"
    return "warning" if _WARNING.search(line) else ""
