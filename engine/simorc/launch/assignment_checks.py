"""Assignments of a project's decks that the ngspice of this machine loses, or reads without end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from simorc.errors import ToolMissing
from simorc.netlist.deck.lost_assignments import ENDLESS_IN, in_use, lost_assignments
from simorc.netlist.deck.own_files import own_files
from simorc.netlist.finding import Finding
from simorc.simulators.ngspice.cold import Ngspice
from simorc.simulators.versions import numbers

if TYPE_CHECKING:
    from simorc.config.models.sweep import SweepDefinition
    from simorc.config.project import Project, Testbench


def lint_assignments(project: Project) -> tuple[Finding, ...]:
    """Those of every testbench and sweep. What only some versions read without end is an error if the
    project's ngspice is one of them, and a warning if its version is not known.
    """
    found: set[Finding] = set()
    for testbench in project.testbenches.values():
        found |= set(_of_testbench(project, testbench, {}))
    for sweep in project.sweeps.values():
        testbench = project.testbenches[sweep.definition.testbench]
        found |= set(_of_testbench(project, testbench, sweep.definition))
    return tuple(sorted(found))


def _of_testbench(
    project: Project, testbench: Testbench, definition: SweepDefinition | Mapping[str, object]
) -> Iterator[Finding]:
    simulator = project.settings(testbench.name).simulator
    if simulator.name != "ngspice":
        return
    files = own_files(project, testbench, definition)
    for file in files:
        lost = [*lost_assignments(file.text, title=file.title)]
        for each in in_use(lost, (one.text for one in files)) if lost else ():
            version = _version(simulator.executable) if each.endless else ()
            if each.endless and version and version[:1] not in ENDLESS_IN:
                continue
            yield Finding(file.path, each.line, each.column, each.message, each.endless and not version)


def _version(executable: str) -> tuple[int, ...]:
    """The version of an ngspice; empty if it is not known."""
    try:
        return numbers(Ngspice(executable).version())
    except ToolMissing:
        return ()
