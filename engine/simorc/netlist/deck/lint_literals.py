"""Finds numbers that ngspice reads only in part (``r1 a b 1k5``): in templates, in included files of the
project, and among the values of parameters.

Files outside the project (a process kit) are not looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from simorc.deck_text import read_leniently
from simorc.netlist.deck.dropped_digits import DroppedDigits, dropped_digits, loses_digits
from simorc.netlist.deck.lint_values import place_of_value, swept_values
from simorc.netlist.deck.own_files import own_files, template_files
from simorc.netlist.finding import Finding
from simorc.units import Value

if TYPE_CHECKING:
    from simorc.config.models.sweep import SweepDefinition
    from simorc.config.project import Project, Testbench

_PLACEHOLDER = re.compile(r"\{\{-?\s*(?:parameters|config)\.(\w+)\s*-?\}\}")
_BEHAVIOR = re.compile(r"\bngbehavior\s*=\s*(\w+)", re.IGNORECASE)


def lint_literals(project: Project) -> tuple[Finding, ...]:
    """Every such number of every testbench and sweep."""
    results = set()
    for testbench in project.testbenches.values():
        results |= set(_of_testbench(project, testbench, {}))
    for sweep in project.sweeps.values():
        testbench = project.testbenches[sweep.definition.testbench]
        results |= set(_of_testbench(project, testbench, sweep.definition))
        results |= set(_of_values(project, testbench, sweep.path, swept_values(sweep.definition)))
    return tuple(sorted(results))


def _of_testbench(
    project: Project, testbench: Testbench, definition: SweepDefinition | Mapping[str, object]
) -> Iterator[Finding]:
    simulator = project.settings(testbench.name).simulator
    if simulator.name != "ngspice":
        return
    codes = reads_resistor_codes(simulator.spiceinit, simulator.args)
    yield from _of_values(project, testbench, testbench.config_path, testbench.parameters.items())
    for file in own_files(project, testbench, definition):
        yield from _in_text(file.path, file.text, codes, title=file.title)


def _in_text(path: Path, text: str, codes: bool, *, title: bool) -> Iterator[Finding]:
    for each in dropped_digits(text, resistor_codes=codes, title=title):
        yield Finding(path, each.line, each.column, each.message)


def _of_values(
    project: Project, testbench: Testbench, path: Path, values: Iterable[tuple[str, Value]]
) -> Iterator[Finding]:
    """Texts such as ``1k5`` that the template puts in the place of a number."""
    losing = [(name, value) for name, value in values if isinstance(value, str) and loses_digits(value)]
    if not losing or project.settings(testbench.name).simulator.name != "ngspice":
        return
    texts = [read_leniently(file) for file in template_files(testbench)]
    for name, value in losing:
        if any(_is_put_for_number(text, name, value) for text in texts):
            message = f"{name}: {DroppedDigits(value, 1, 1).message}"
            yield Finding(path, *place_of_value(path, value), message)


def _is_put_for_number(template: str, name: str, value: str) -> bool:
    def replaced(match: re.Match[str]) -> str:
        return value if match[1] == name else match[0]

    without = {(each.line, each.word) for each in dropped_digits(template)}
    put = dropped_digits(_PLACEHOLDER.sub(replaced, template))
    return any(each.word == value and (each.line, each.word) not in without for each in put)


def reads_resistor_codes(spiceinit: str | Path | None, args: Iterable[str]) -> bool:
    """Whether an option makes ngspice read ``4k7`` as LTspice does."""
    path = Path(spiceinit) if spiceinit else Path.home() / ".spiceinit"
    try:
        text = read_leniently(path)
    except OSError:
        text = ""
    behaviors = _BEHAVIOR.findall("\n".join([text, *args]))
    return any("lt" in each.lower() for each in behaviors)
