"""Assignments of a project's decks that the ngspice of this machine loses, or reads without end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from simorc.deck_text import read_leniently
from simorc.errors import ToolMissing
from simorc.netlist.checks.lint_title import first_decks
from simorc.netlist.checks.lost_assignments import ENDLESS_IN, LostAssignment, in_use, lost_assignments
from simorc.netlist.deck.file_references import closure
from simorc.netlist.deck.includes import rendered_deck
from simorc.netlist.deck.own_files import decks_of, own_files
from simorc.netlist.finding import Finding
from simorc.simulators.ngspice.cold import Ngspice
from simorc.simulators.versions import numbers
from simorc.sweeps.plan import Plan

if TYPE_CHECKING:
    from simorc.config.models.sweep import SweepDefinition
    from simorc.config.project import Project, Testbench


_MOST_BYTES = 16 << 20


def lint_assignments(project: Project) -> tuple[Finding, ...]:
    """Those of every testbench and sweep. What only some versions read without end is an error if the
    project's ngspice is one of them, and a warning if its version is not known.
    """
    return tuple(sorted({each for deck in decks_of(project) for each in _of_testbench(project, *deck)}))


def lint_kit_assignments(project: Project) -> tuple[Finding, ...]:
    """Warnings for those in files outside the project that its first decks read: in a kit, which its user
    does not write.
    """
    found: set[Finding] = set()
    for testbench, rendered in first_decks(project):
        read = closure(rendered.text, testbench.template.parent)
        kit = [path for path in sorted(read) if not path.is_relative_to(project.root)]
        faults = [(path, each) for path in kit for each in _of_kit(path, path.stat().st_mtime_ns)]
        if faults:
            texts = (rendered.text, *(read_leniently(path) for path in sorted(read)))
            used = in_use([each for _, each in faults], [*texts])
            found |= {
                Finding(path, each.line, each.column, each.message, True)
                for path, each in faults
                if each in used
            }
    return tuple(sorted(found))


@lru_cache(maxsize=512)
def _of_kit(path: Path, _changed: int) -> tuple[LostAssignment, ...]:
    """Those of one file; a very large one is not looked at."""
    if path.stat().st_size > _MOST_BYTES:
        return ()
    return tuple(lost_assignments(read_leniently(path), title=False))


def _of_testbench(
    project: Project, testbench: Testbench, definition: SweepDefinition | Mapping[str, object]
) -> Iterator[Finding]:
    simulator = project.settings(testbench.name).simulator
    if simulator.name != "ngspice":
        return
    files = own_files(project, testbench, definition)
    found = [(file.path, each) for file in files for each in lost_assignments(file.text, title=file.title)]
    known = {each.message for _, each in found}
    found += [each for each in _in_first_deck(project, testbench, definition) if each[1].message not in known]
    relevant = in_use([each for _, each in found], (file.text for file in files)) if found else []
    for path, each in found:
        version = _version(simulator.executable) if each.endless else ()
        if each in relevant and (not each.endless or not version or version[:1] in ENDLESS_IN):
            yield Finding(path, each.line, each.column, each.message, each.endless and not version)


def _in_first_deck(
    project: Project, testbench: Testbench, definition: SweepDefinition | Mapping[str, object]
) -> Iterator[tuple[Path, LostAssignment]]:
    """Those that a template works out in the first case, at their lines of the template."""
    plan = Plan.expand(definition, defaults=testbench.parameters)
    rendered = rendered_deck(project, testbench, plan.case(1)) if len(plan) else None
    for each in lost_assignments(rendered.text) if rendered is not None else ():
        line = rendered.template_line(each.line) if rendered is not None else 1
        yield testbench.template, replace(each, line=line, column=1)


def _version(executable: str) -> tuple[int, ...]:
    """The version of an ngspice; empty if it is not known."""
    try:
        return numbers(Ngspice(executable).version())
    except ToolMissing:
        return ()
