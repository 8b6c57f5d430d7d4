"""The project's own files that a testbench's decks consist of: its template and what the decks include.

Files outside the project (a process kit) are not among them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import jinja2

from simorc.deck_text import read_leniently
from simorc.errors import TemplateError
from simorc.netlist.deck.file_references import included_beneath
from simorc.netlist.deck.includes import rendered_deck
from simorc.netlist.deck.worked_out_names import cases_of_other_files, naming_words
from simorc.netlist.template import Template
from simorc.sweeps.plan import Plan

if TYPE_CHECKING:
    from simorc.config.models.sweep import SweepDefinition
    from simorc.config.project import Project, Testbench
    from simorc.sweeps.cases import Case

_MOST_BYTES = 16 << 20


@dataclass(frozen=True)
class OwnFile:
    """One such file; `title`: its first line is the title of the deck."""

    path: Path
    text: str
    title: bool = False


def decks_of(
    project: Project,
) -> Iterator[tuple[Testbench, SweepDefinition | Mapping[str, object]]]:
    """What each deck of a project is made of: every testbench with its defaults, and every sweep's."""
    for testbench in project.testbenches.values():
        yield testbench, {}
    for sweep in project.sweeps.values():
        yield project.testbenches[sweep.definition.testbench], sweep.definition


def own_files(
    project: Project, testbench: Testbench, definition: SweepDefinition | Mapping[str, object]
) -> list[OwnFile]:
    """The files of all decks of a sweep, each once; an empty definition: of the testbench's defaults."""
    paths = {path: path == testbench.template for path in template_files(testbench)}
    included: dict[Path, bool] = {}
    for case in _cases_of_other_files(testbench, Plan.expand(definition, defaults=testbench.parameters)):
        rendered = rendered_deck(project, testbench, case)
        if rendered is not None:
            places = (rendered.directory, testbench.template.parent)
            named = included_beneath(rendered.text, places, project.root)
            included.update((path, False) for path in named if path.stat().st_size <= _MOST_BYTES)
    return [OwnFile(path, read_leniently(path), title) for path, title in {**included, **paths}.items()]


def template_files(testbench: Testbench) -> list[Path]:
    """A template and the files that it includes as a template; empty if it cannot be read."""
    try:
        return Template.load(testbench.template).files()
    except (TemplateError, jinja2.TemplateError, OSError):
        return []  # reported by who checks templates


def _cases_of_other_files(testbench: Testbench, plan: Plan) -> Iterator[Case]:
    """The first case, and those that may include other files."""
    if not len(plan):
        return
    yield plan.case(1)
    try:
        words = naming_words(Template.load(testbench.template))
    except (TemplateError, OSError):
        return
    if words:
        yield from cases_of_other_files(plan, words)
