"""Built-in fixes of lint findings: one function per verilator code, each changes one place of one line.

Only what leaves the meaning as the tools already read it, or what a rule of the language settles. A new
fix is one function, put into `FIXES`.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from simorc.pipeline.verilog.findings import Finding

Fix = Callable[[list[str], Finding], bool]
"""Changes the lines (each with its line end) in place; whether it did."""


def apply_fixes(source: str, findings: list[Finding]) -> tuple[str, int]:
    """The source with every finding mended that can be, and how many were; the last lines first, so that
    the places of the others stay true.
    """
    lines, mended = source.splitlines(keepends=True), 0
    for finding in sorted(findings, key=lambda each: (each.line, each.column), reverse=True):
        fix = FIXES.get(finding.code)
        if fix is not None and (0 < finding.line <= len(lines)) and fix(lines, finding):
            mended += 1
    return "".join(lines), mended


def _resize_literal(lines: list[str], finding: Finding) -> bool:
    """``q + 2'd1`` where q has 4 bits: the literal gets the width of the expression."""
    match = re.search(r"expects (\d+) bits.*CONST '(\d+)'(s?)h([0-9a-f]+)'", finding.message)
    if match is None or int(match[1]) < int(match[4], 16).bit_length():
        return False
    line, value = lines[finding.line - 1], int(match[4], 16)
    for literal in re.finditer(rf"\b{match[2]}\s*'([sS]?)([bdohBDOH])([0-9a-fA-F_]+)", line):
        if literal.start() >= finding.column - 1 and _value_of(literal) == value:
            sized = f"{match[1]}'{literal[1]}{literal[2]}{literal[3]}"
            lines[finding.line - 1] = line[: literal.start()] + sized + line[literal.end() :]
            return True
    return False


def _value_of(literal: re.Match[str]) -> int | None:
    base = {"b": 2, "d": 10, "o": 8, "h": 16}[literal[2].lower()]
    try:
        return int(literal[3].replace("_", ""), base)
    except ValueError:
        return None


def _remove_unused(lines: list[str], finding: Finding) -> bool:
    """A signal that is never read or driven, or a constant that is never read, declared alone on its line."""
    match = re.search(r"(?:Signal|Parameter) is not (?:driven, nor )?used: '(\w+)'", finding.message)
    if match is None:
        return False
    signal = rf"(?:reg|wire|logic|bit)\b(?:\s+signed)?\s*(?:\[[^\]]*\]\s*)?\b{match[1]}\s*;"
    constant = rf"localparam\b[^=;,]*\b{match[1]}\s*=[^;,]*;"
    if re.match(rf"\s*(?:{signal}|{constant})\s*(?://.*)?$", lines[finding.line - 1]) is None:
        return False
    del lines[finding.line - 1]
    return True


def _replace_at(old: str, new: str) -> Fix:
    """A fix that replaces one operator at the finding's place."""

    def fix(lines: list[str], finding: Finding) -> bool:
        line, place = lines[finding.line - 1], finding.column - 1
        if not line.startswith(old, place) or line[place + len(old) : place + len(old) + 1] == "=":
            return False
        lines[finding.line - 1] = line[:place] + new + line[place + len(old) :]
        return True

    return fix


def _add_default(lines: list[str], finding: Finding) -> bool:
    """A case without a default: an empty one before its endcase, which changes nothing it does."""
    depth = 0
    for number in range(finding.line - 1, len(lines)):
        for word in re.findall(r"\b(endcase|case[xz]?)\b", lines[number].partition("//")[0]):
            depth += -1 if word == "endcase" else 1
            if depth == 0:
                where = re.match(r"\s*(?=endcase)", lines[number])
                if where is None:
                    return False
                lines.insert(number, f"{where[0]}  default: ;\n")
                return True
    return False


def _end_last_line(lines: list[str], finding: Finding) -> bool:
    if lines[-1].endswith("\n"):
        return False
    lines[-1] += "\n"
    return True


FIXES: dict[str, Fix] = {
    "WIDTH": _resize_literal,
    "WIDTHEXPAND": _resize_literal,
    "WIDTHTRUNC": _resize_literal,
    "UNUSED": _remove_unused,
    "UNUSEDSIGNAL": _remove_unused,
    "UNUSEDPARAM": _remove_unused,
    "BLKSEQ": _replace_at("=", "<="),
    "COMBDLY": _replace_at("<=", "="),
    "CASEINCOMPLETE": _add_default,
    "EOFNEWLINE": _end_last_line,
}
"""The fix of each code."""
