"""What the page of remedies names is what the program says."""

from __future__ import annotations

import re
from collections.abc import Iterator

from playing import ROOT

from simorc.cli.errors import ExitCode
from simorc.simulators.outcome import FailureKind

PAGE = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
SOURCE = "\n".join(
    path.read_text(encoding="utf-8") for path in sorted((ROOT / "engine" / "simorc").rglob("*.py"))
)


def first_cells(section: str) -> Iterator[str]:
    """The first column of the tables below a heading."""
    text = PAGE.split(f"## {section}\n")[1].split("\n## ")[0]
    yield from re.findall(r"^\| (?!---)([^|]+?) \|", text, re.M)


def test_every_exit_code_is_there() -> None:
    reported = {int(cell) for cell in first_cells("Exit codes") if cell.isdecimal()}
    assert reported == {int(code) for code in ExitCode}


def test_every_kind_of_failure_is_there() -> None:
    reported = set(re.findall(r"`(\w+)`", " ".join(first_cells("A case fails"))))
    assert reported == set(FailureKind) - {FailureKind.CANCELLED}


def test_messages_are_the_programs_own() -> None:
    literal = re.sub(r"\{[^{}]*\}", "", SOURCE)
    cells = [*first_cells("Before a run starts"), *first_cells("The run")]
    messages = [message for cell in cells for message in re.findall(r"`([^`]+ [^`]+)`", cell)]
    assert len(messages) > 10
    for message in messages:
        parts = re.split(
            r"sim_setup\.yaml|\.\.\.|\bx\b|\b512\b|\$?\{PDK_ROOT\}|ngspice|\bdut\b|['.]", message
        )
        for part in (each.strip(" :'") for each in parts):
            assert part in literal, message
