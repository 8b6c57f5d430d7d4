"""Finds decks whose analyses cannot give a point, and lines that look like comments and are commands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from simorc.netlist.checks.lint_title import first_decks
from simorc.netlist.deck.deck import Deck
from simorc.netlist.deck.impossible import as_script, impossible_analysis
from simorc.netlist.deck.own_files import decks_of, own_files
from simorc.netlist.deck.parts import OBEYED
from simorc.netlist.finding import Finding

if TYPE_CHECKING:
    from simorc.config.project import Project

_COMMAND = (
    "ngspice obeys this line as a command although it looks like a comment: "
    "write a blank between * and #, or a .control block"
)


def lint_impossible(project: Project) -> tuple[Finding, ...]:
    """Warnings for the first deck of every sweep and testbench: other cases may have other analyses.

    A deck that ngspice reads as a script is an error.
    """
    found = set()
    for testbench, rendered in first_decks(project):
        deck = Deck.parse(rendered.text)
        script = as_script(deck.text)
        if fault := script or impossible_analysis(deck):
            found.add(Finding(testbench.template, 1, 1, fault, warning=not script))
    return tuple(sorted({*found, *_obeyed(project)}))


def _obeyed(project: Project) -> Iterator[Finding]:
    for testbench, definition in decks_of(project):
        if project.settings(testbench.name).simulator.name != "ngspice":
            continue
        for file in own_files(project, testbench, definition):
            for match in OBEYED.finditer(file.text):
                line = file.text.count("\n", 0, match.start()) + 1
                if line > 1 or not file.title:
                    yield Finding(file.path, line, 1, _COMMAND, True)
