"""Checks generated Verilog: it must not use files outside its directory or print its own verdict.

Icarus Verilog runs no programs for a design, but its file tasks write wherever the user may. So every
source is read before it is compiled, and once more after the preprocessor, which could assemble a name
from parts.
"""

from __future__ import annotations

import re

from simorc.pipeline.verilog.modules import without_comments

MOST = 4 * 1024**2
_FILE_TASKS = re.compile(
    r"\$(fopen\w*|readmem\w*|sreadmem\w*|writemem\w*|dumpfile|dumpports|sdf_annotate|save|incsave|restart"
    r"|ivlh_file_open|input|table_model|readmempath|log|system|pli\w*)\s*(\(?)([^;]*)"
)
_INCLUDE = re.compile(r"`\s*include\s*(.*)")
_PLAIN_NAME = re.compile(r'\s*"([\w][\w.\-]*)"\s*[,)]')
_ONLY_NAME = re.compile(r'\s*"([\w][\w.\-]*)"\s*$')
_NEVER = frozenset({"system", "save", "incsave", "restart", "input", "readmempath"})
_ARITHMETIC = frozenset({"log"})  # $log(x) is a logarithm; without brackets it opens a log file


def complaint(source: str) -> str:
    """Why a source is not compiled; empty when there is nothing against it."""
    if len(source) > MOST:
        return f"the Verilog is larger than {MOST // 1024**2} MiB"
    if "\0" in source:
        return "the Verilog contains a NUL byte"
    text = without_comments(source)
    for number, line in enumerate(text.splitlines(), 1):
        include = _INCLUDE.search(line)
        if include and not _ONLY_NAME.match(include[1]):
            return (
                f"line {number}: `include must name a file in the same directory, not "
                f"{include[1].strip()[:60]}"
            )
    for match in _FILE_TASKS.finditer(text):
        if not _allowed(match):
            number = text.count("\n", 0, match.start()) + 1
            return f"line {number}: ${match[1]} may only name a file in the same directory, in quotes"
    return ""


def _allowed(match: re.Match[str]) -> bool:
    if match[1] in _NEVER or match[1].startswith("pli"):
        return False
    if match[1] in _ARITHMETIC:
        return bool(match[2])
    return bool(match[2]) and _PLAIN_NAME.match(match[3]) is not None


def forged_verdict(rtl: str, marker: str) -> str:
    """Why RTL is suspected of faking its verdict: it contains its testbench's messages, or ends the
    simulation.
    """
    text = without_comments(rtl)
    if marker in text:
        return f"the RTL itself prints {marker!r}, which only its testbench may print"
    ending = re.search(r"\$(finish|stop)\b", text)
    return f"the RTL itself ends the simulation with ${ending[1]}" if ending else ""
