"""Findings of verilator and verible, each with file, line, column, code and message."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import PurePath
from typing import Any

_VERILATOR = re.compile(
    r"^%(?P<severity>Error|Warning)(?:-(?P<code>[A-Z0-9_]+))?: "
    r"(?:(?P<file>[^:\n]+):(?P<line>\d+):(?:(?P<column>\d+):)? )?(?P<message>.*)$"
)
_VERIBLE = re.compile(
    r"^(?:[^:\n]+: )?(?P<file>[^:\s]+):(?P<line>\d+):(?P<column>\d+)(?:-\d+)?(?::\d+(?:-\d+)?)?: "
    r"(?P<message>.*)$"
)
_RULE = re.compile(r"\s*(?:\[Style: [^\]]*\]\s*)?\[(?P<rule>[\w-]+)\]\s*$")


@dataclass(frozen=True)
class Finding:
    """One finding; `line` and `column` count from 1, 0 if the tool does not report them. `severity`: error,
    warning.
    """

    file: str
    line: int
    column: int
    severity: str
    code: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.code}: {self.message}"

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def read_verilator(log: str) -> list[Finding]:
    """The findings of ``verilator --lint-only``; its closing count is none."""
    found = []
    for line in log.splitlines():
        match = _VERILATOR.match(line)
        if match and not match["message"].startswith(("Exiting due to", "Command Failed")):
            found.append(
                _finding(match, match["severity"].lower(), match["code"] or "ERROR", match["message"])
            )
    return found


def read_verible(log: str) -> list[Finding]:
    """The findings of ``verible-verilog-lint``; what cannot be parsed has the code ``syntax``."""
    found = []
    for line in log.splitlines():
        match = _VERIBLE.match(line)
        if match is None:
            continue
        message = match["message"]
        rule = _RULE.search(message)
        if rule:
            found.append(_finding(match, "warning", rule["rule"], message[: rule.start()]))
        else:
            found.append(
                _finding(match, "error", "syntax" if "syntax error" in message else "error", message)
            )
    return found


def _finding(match: re.Match[str], severity: str, code: str, message: str) -> Finding:
    name = PurePath(match["file"]).name if match["file"] else ""
    return Finding(name, int(match["line"] or 0), int(match["column"] or 0), severity, code, message.strip())


def counted(findings: Iterable[Finding]) -> dict[str, int]:
    """Metrics of findings: errors and warnings."""
    listed = list(findings)
    errors = sum(1 for each in listed if each.severity == "error")
    return {"errors": errors, "warnings": len(listed) - errors}


def headline(findings: list[Finding]) -> str:
    """The first finding, and how many more there are."""
    more = f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
    return f"{findings[0]}{more}" if findings else ""
