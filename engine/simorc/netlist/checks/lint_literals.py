"""Finds numbers that ngspice reads only in part (``r1 a b 1k5``): in templates and in included files of the
project.

Files outside the project (a process kit) are not looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from simorc.deck_text import read_leniently
from simorc.netlist.checks.dropped_digits import dropped_digits
from simorc.netlist.deck.own_files import decks_of, own_files
from simorc.netlist.finding import Finding

if TYPE_CHECKING:
    from simorc.config.models.sweep import SweepDefinition
    from simorc.config.project import Project, Testbench

_BEHAVIOR = re.compile(r"\bngbehavior\s*=\s*(\w+)", re.IGNORECASE)


def lint_literals(project: Project) -> tuple[Finding, ...]:
    """Every such number of every testbench and sweep."""
    return tuple(sorted({each for deck in decks_of(project) for each in _of_testbench(project, *deck)}))


def _of_testbench(
    project: Project, testbench: Testbench, definition: SweepDefinition | Mapping[str, object]
) -> Iterator[Finding]:
    simulator = project.settings(testbench.name).simulator
    if simulator.name != "ngspice":
        return
    codes = reads_resistor_codes(simulator.spiceinit, simulator.args)
    for file in own_files(project, testbench, definition):
        yield from _in_text(file.path, file.text, codes, title=file.title)


def _in_text(path: Path, text: str, codes: bool, *, title: bool) -> Iterator[Finding]:
    for each in dropped_digits(text, resistor_codes=codes, title=title):
        yield Finding(path, each.line, each.column, each.message)


def reads_resistor_codes(spiceinit: str | Path | None, args: Iterable[str]) -> bool:
    """Whether an option makes ngspice read ``4k7`` as LTspice does."""
    path = Path(spiceinit) if spiceinit else Path.home() / ".spiceinit"
    try:
        text = read_leniently(path)
    except OSError:
        text = ""
    behaviors = _BEHAVIOR.findall("\n".join([text, *args]))
    return any("lt" in each.lower() for each in behaviors)
