"""Finds the files that decks include, as ngspice does, before a simulation.

Only ``.include`` is followed: sections of a ``.lib`` file that are not selected may name missing files. Paths
with ``$`` are left to ngspice.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from simorc.deck_text import read_leniently, unreadable_for_ngspice
from simorc.errors import ConfigError, Problem, TemplateError
from simorc.netlist.deck.deck import Deck
from simorc.netlist.deck.parts import Include
from simorc.netlist.deck.shadowed_names import shadowed_names
from simorc.netlist.deck.worked_out_names import (
    MOST_PLACES,
    cases_of_other_files,
    combinations_of_names,
    naming_words,
)
from simorc.netlist.finding import Finding
from simorc.netlist.template import Template
from simorc.sweeps.plan import Plan

if TYPE_CHECKING:
    from simorc.config.project import Project, Sweep, Testbench
    from simorc.sweeps.cases import Case

_PLACEHOLDER = re.compile(r"\{\{.*?\}\}")
_NAMES_FILES = re.compile(r"^[ \t]*\.(?:inc|lib)", re.IGNORECASE | re.MULTILINE)
_LIBRARY = re.compile(r"[ \t]*\.lib\b", re.IGNORECASE)
_MOST_FILES = 2_000


@dataclass(frozen=True)
class Unread:
    """An include that cannot be read: a missing file, a file in an encoding that ngspice does not read, or a
    circular include.

    ``at`` is the line of the deck that leads to it, ``chain`` the files from that line on, the last one
    unread.
    """

    at: int
    chain: tuple[Path, ...]
    circular: bool = False
    fault: str = ""

    def __str__(self) -> str:
        if self.fault:
            return self.fault
        if self.circular:
            start = self.chain.index(self.chain[-1])
            return f"circular include: {' → '.join(map(str, self.chain[start:]))}"
        by = f", included by {self.chain[-2]}" if len(self.chain) > 1 else ""
        return f"no such file: {self.chain[-1]}{by}; correct the path or create the file"


def unread_includes(deck: str, directory: Path, template_directory: Path) -> Iterator[Unread]:
    """What a deck simulated in ``directory`` includes and ngspice cannot read.

    Relative names count from the template's directory; those that simorc has written, from ``directory``.
    """
    seen: set[Path] = set()
    for include in _files_named(deck):
        path = _found(include.path, (template_directory, directory), template_directory)
        if not path.is_file():
            yield Unread(include.line, (path,))
        else:
            yield from _below(include, (path,), directory, seen)


def _below(include: Include, chain: tuple[Path, ...], directory: Path, seen: set[Path]) -> Iterator[Unread]:
    """The same of the file at the end of `chain`, to which `include` leads, each file once."""
    if chain[-1] in seen or len(seen) >= _MOST_FILES:
        return
    seen.add(chain[-1])
    if fault := _fault(chain[-1]):
        yield Unread(include.line, chain, fault=fault)
        return
    for further in () if include.section is not None else _files_named(_text(chain[-1])):
        path = _found(further.path, (directory, chain[-1].parent), chain[-1].parent)
        if path in chain and further.section is None:
            yield Unread(include.line, (*chain, path), circular=True)
        elif not path.is_file():
            yield Unread(include.line, (*chain, path))
        else:
            led = Include(further.path, further.section, include.line)
            yield from _below(led, (*chain, path), directory, seen)


def _fault(path: Path) -> str:
    try:
        return unreadable_for_ngspice(path)
    except OSError as error:
        return f"{path}: cannot be read: {error.strerror}"


def _text(path: Path) -> str:
    try:
        return f"*\n{read_leniently(path)}"
    except OSError:
        return "*\n"


def _files_named(deck: str) -> Iterator[Include]:
    """The includes with a plain path; none of a file with sections of a library in it."""
    if not _NAMES_FILES.search(deck):
        return
    parsed = Deck.parse(deck)
    lines = deck.split("\n")
    libraries = {each.line for each in parsed.includes if _LIBRARY.match(lines[each.line - 1])}
    if any(each.section is None and each.line in libraries for each in parsed.includes):
        return  # `.lib NAME` alone begins a section
    for include in parsed.includes:
        if include.path and not set("${}") & set(include.path):
            yield include


def _found(written: str, places: tuple[Path, ...], beside: Path) -> Path:
    """The file in the first of `places` that has it, else the path `beside` the file that names it.

    ngspice looks for what an included file names where the deck is simulated first, then beside that file.
    """
    name = Path(written).expanduser()
    paths = (Path(os.path.normpath(place / name)) for place in places)
    return next((path for path in paths if path.is_file()), Path(os.path.normpath(beside / name)))


def lint_includes(project: Project) -> tuple[Finding, ...]:
    """Includes that cannot be read, of every sweep's decks and of testbenches that are not swept."""
    found = {finding for sweep in project.sweeps.values() for finding in _of_sweep(project, sweep)}
    swept = {sweep.definition.testbench for sweep in project.sweeps.values()}
    for testbench in project.testbenches.values():
        if testbench.name not in swept and _is_read_by_ngspice(project, testbench):
            plan = Plan.expand({}, defaults=testbench.parameters)
            found |= set(_findings(project, testbench, plan.case(1), warning=True))
    return tuple(sorted(found))


def refuse_unreadable_includes(project: Project, testbench: Testbench, plan: Plan) -> None:
    """Raise ConfigError where files include each other without end, on which ngspice crashes, or where one
    is in an encoding that ngspice cannot read.
    """
    if not _is_read_by_ngspice(project, testbench):
        return
    problems = [
        Problem(testbench.template, line, 1, "", str(unread))
        for line, unread in _unread(project, testbench, plan.case(1))
        if unread.circular or unread.fault
    ]
    if problems:
        raise ConfigError(problems)


def _of_sweep(project: Project, sweep: Sweep) -> Iterator[Finding]:
    testbench, definition = project.testbenches[sweep.definition.testbench], sweep.definition
    if not _is_read_by_ngspice(project, testbench):
        return
    plan = Plan.expand(definition, defaults=testbench.parameters)
    if not len(plan):
        return
    yield from _findings(project, testbench, plan.case(1))
    left_out = bool(definition.exclude or definition.include)
    words = _naming_words(testbench)
    names, number = combinations_of_names(plan, words)
    if number > MOST_PLACES:
        yield Finding(sweep.path, 1, 1, _unchecked(names, number), True)
    for case in cases_of_other_files(plan, words):
        yield from _findings(project, testbench, case, warning=left_out)


def _naming_words(testbench: Testbench) -> frozenset[str]:
    try:
        return naming_words(Template.load(testbench.template))
    except (TemplateError, OSError):
        return frozenset()  # the check of templates reports it


def _unchecked(names: Sequence[str], size: int) -> str:
    return (
        f"{', '.join(names)}: the files of the first {MOST_PLACES} of its {size} values are checked and "
        "recorded in a run; cases that read others fail. Split the sweep"
    )


def _findings(
    project: Project, testbench: Testbench, case: Case, *, warning: bool = False
) -> Iterator[Finding]:
    for line, unread in _unread(project, testbench, case):
        yield Finding(testbench.template, line, 1, str(unread), warning)
    rendered = rendered_deck(project, testbench, case)
    if rendered is not None:
        for name in shadowed_names(rendered.text, rendered.directory, testbench.template.parent):
            line = rendered.template_line(name.deck_line)
            yield Finding(testbench.template, line, 1, str(name), warning)


def _unread(project: Project, testbench: Testbench, case: Case) -> Iterator[tuple[int, Unread]]:
    """What a case cannot read, with the template's line that leads there."""
    rendered = rendered_deck(project, testbench, case)
    if rendered is None:
        return
    for unread in unread_includes(rendered.text, rendered.directory, testbench.template.parent):
        if unread.chain[-1] == project.dut_netlist and project.dut_schematic is not None:
            continue  # made from its schematic
        yield rendered.template_line(unread.at), unread


@dataclass(frozen=True)
class RenderedDeck:
    """The deck of one case before any run, where it will be simulated, and the template it comes from."""

    text: str
    directory: Path
    template: str

    def template_line(self, line: int) -> int:
        """The line of the template that a line of the deck comes from."""
        return _template_line(self.template, self.text.split("\n")[line - 1])


def rendered_deck(project: Project, testbench: Testbench, case: Case) -> RenderedDeck | None:
    """The deck of `case`; None if it cannot be rendered, which the check of templates reports."""
    root = project.root
    # A case is simulated in its own directory, three levels below the project.
    directory = (root / "simulations").resolve() / "run" / "results" / "1"
    try:
        text = Template.load(testbench.template).render(
            {**testbench.parameters, **case.parameters},
            case_id=case.id or 1,
            dut_netlist=str(project.dut_netlist or ""),
            project_root=str(root),
            seed=case.seed,
            corner=case.corner,
        )
        return RenderedDeck(text, directory, read_leniently(testbench.template))
    except (TemplateError, OSError):
        return None


def _template_line(source: str, rendered: str) -> int:
    """The line of the template a deck's line comes from."""
    lines = source.splitlines()
    written = [line.strip() for line in lines]
    if rendered.strip() in written:
        return written.index(rendered.strip()) + 1
    for number, line in enumerate(lines, 1):
        pattern = ".*".join(re.escape(part) for part in _PLACEHOLDER.split(line.strip()))
        if line.strip() and re.fullmatch(pattern, rendered.strip()):
            return number
    return 1


def _is_read_by_ngspice(project: Project, testbench: Testbench) -> bool:
    """Whether includes are searched as described above: in ngspice without directories that the user adds."""
    simulator = project.settings(testbench.name).simulator
    if simulator.name != "ngspice":
        return False
    written = [Path(simulator.spiceinit)] if simulator.spiceinit else []
    return not any("sourcepath" in _text(path) for path in (*written, Path.home() / ".spiceinit"))
