"""Finds placeholders in schematics that xschem would cut, with their lines.

xschem interprets bare braces itself, and cuts an unquoted value at its first space, both without a message.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from simorc.config.names import did_you_mean
from simorc.config.root import SETUP_FILE
from simorc.config.validate.cross_checks import measured_by
from simorc.deck_text import read_leniently
from simorc.errors import NetlistError, TemplateError
from simorc.netlist.finding import Finding
from simorc.netlist.template import Template
from simorc.schematics.dependencies import schematic_closure
from simorc.schematics.pairs import Pair, pairs_of
from simorc.schematics.schematic import Schematic, Text
from simorc.schematics.staleness import library_of

if TYPE_CHECKING:
    from simorc.config.project import Project, Testbench

_BARE = re.compile(r"(?<!\\)(?:\{\{|\{%)")
_PLACEHOLDER = re.compile(r"\\?\{\\?\{(?:(?!\\?\}\\?\}).)*(?:\\?\}\\?\}|$)", re.DOTALL)
_NAME = re.compile(r"""\b(?:parameters|config)(?:\.(\w+)|\[\s*\\*['"](\w+)\\*['"]\s*\])""")
# In the file an escaped quote of a value is written \\" (escaped for the file, then for the value).
_VALUE = re.compile(r'=("(?:\\\\"|\\.|[^"\\])*"|(?:\\.|[^\s"\\])*)', re.DOTALL)
_ALWAYS_KNOWN = ("filename_raw", "root")


def lint_project(project: Project) -> tuple[Finding, ...]:
    """Every finding of a project's schematics, and of the templates that have none."""
    pairs = {pair.name: pair for pair in pairs_of(project)}
    found = [finding for pair in pairs.values() for finding in lint_pair(pair)]
    for testbench in project.testbenches.values():
        if testbench.name not in pairs:
            found += lint_template(testbench.template, testbench.config.parameters)
        found += _lint_measures(testbench)
        found += _lint_dut(project, testbench)
    return tuple(sorted(set(found)))


def lint_pair(pair: Pair) -> tuple[Finding, ...]:
    """The findings of one schematic and of what it contains; empty for a missing schematic."""
    try:
        files = schematic_closure(pair.schematic, library_of(pair)).files
    except NetlistError:
        return ()
    found: list[Finding] = []
    used: set[str] = set()
    for path in files:
        if path.is_relative_to(pair.root):
            found += _lint_file(Schematic.load(path), pair)
            used |= {name for name, _, _ in _names(Schematic.load(path))}
    if pair.parameters is None:
        return tuple(sorted(found))
    used |= _template_names(pair.netlist)
    unused = [name for name in pair.parameters if name not in used]
    found += [Finding(pair.schematic, 1, 1, _unused(name), True) for name in unused]
    return tuple(sorted(found))


def lint_template(template: Path, parameters: Mapping[str, object]) -> tuple[Finding, ...]:
    """Unknown and unused names of a template that has no schematic."""
    try:
        used = Template.load(template).names()
    except TemplateError as error:
        return (Finding(error.file, error.line or 1, 1, error.reason),)
    unknown = [
        Finding(template, line, 1, _unknown(name, parameters))
        for name, line in used.items()
        if name not in parameters and name not in _ALWAYS_KNOWN
    ]
    unused = [Finding(template, 1, 1, _unused(name), True) for name in parameters if name not in used]
    return tuple(sorted(unknown + unused))


def _lint_dut(project: Project, testbench: Testbench) -> Iterator[Finding]:
    """A template that includes the circuit under test of a project that names none."""
    if project.dut_netlist is not None or not testbench.template.is_file():
        return
    line = Template.load(testbench.template).needs("dut")
    if line is not None:
        message = f"dut.netlist: {SETUP_FILE} names no circuit under test: add dut: {{netlist: FILE}}"
        yield Finding(testbench.template, line, 1, message)


def _lint_measures(testbench: Testbench) -> Iterator[Finding]:
    """Measurements whose names are not in the template; an include may still define them."""
    try:
        template = read_leniently(testbench.template)
        config = testbench.config_path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return
    cards = measured_by(testbench.template)
    for name in (each.meas for each in testbench.config.measurements.values() if each.meas):
        if re.search(rf"(?<![\w.]){re.escape(name)}(?![\w.])", template, re.IGNORECASE) or "{" in "".join(
            cards
        ):
            continue
        word = re.compile(rf"(?<![\w.]){re.escape(name)}(?![\w.])")
        line = next((number for number, text in enumerate(config, 1) if word.search(text)), 1)
        message = f"no .meas of {testbench.template.name} is called '{name}'{did_you_mean(name, cards)}"
        yield Finding(testbench.config_path, line, 1, message, True)


def _lint_file(schematic: Schematic, pair: Pair) -> Iterator[Finding]:
    for text in schematic.texts():
        for match in _BARE.finditer(text.raw):
            message = "braces of a placeholder are not escaped: write \\{\\{ ... \\}\\}"
            yield Finding(schematic.path, *text.place(match.start()), message)
    for instance in schematic.instances:
        yield from _cut_values(schematic.path, instance.properties)
    for name, line, column in _names(schematic):
        if pair.parameters is None:
            message = f"parameters.{name}: the DUT's netlist is included as it is; use a .param"
            yield Finding(schematic.path, line, column, message)
        elif name not in pair.parameters and name not in _ALWAYS_KNOWN:
            yield Finding(schematic.path, line, column, _unknown(name, pair.parameters))


def _cut_values(path: Path, properties: Text) -> Iterator[Finding]:
    """Values that begin a placeholder, unquoted, and do not hold its end."""
    for match in _VALUE.finditer(properties.raw):
        value = match[1]
        if not value.startswith('"') and value.count("\\{\\{") > value.count("\\}\\}"):
            place = properties.place(match.start(1))
            yield Finding(path, *place, "an unquoted placeholder with spaces is cut: put the value in quotes")


def _names(schematic: Schematic) -> Iterator[tuple[str, int, int]]:
    """Parameters named by placeholders, each with line and column."""
    for text in schematic.texts():
        for placeholder in _PLACEHOLDER.finditer(text.raw):
            for name in _NAME.finditer(placeholder[0]):
                yield name[1] or name[2], *text.place(placeholder.start() + name.start())


def _template_names(template: Path) -> set[str]:
    try:
        return set(Template.load(template).names())
    except TemplateError:
        return set()


def _unknown(name: str, known: Mapping[str, object]) -> str:
    return f"parameters.{name}: not a parameter of the testbench{did_you_mean(name, known)}"


def _unused(name: str) -> str:
    return f"parameter {name} is used by no placeholder"
