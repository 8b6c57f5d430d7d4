"""Texts among the values of parameters that a template puts where ngspice reads a number, or a value without
blanks: ``5%``, ``1 kOhm``, ``2 * 1k``.

Each is put into the deck that its case would have, so that a text that is only used as a text is none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

from simorc.config.models.sweep import SweepDefinition
from simorc.config.project import Project, Testbench
from simorc.config.sweep_value_checks import swept_texts
from simorc.config.validate.cross_checks import written_path
from simorc.config.yaml.source import KeyPath, Source, read_yaml
from simorc.errors import Problem, TemplateError
from simorc.netlist.checks.dropped_digits import dropped_digits
from simorc.netlist.checks.lost_assignments import lost_assignments
from simorc.netlist.template import Template
from simorc.netlist.value_places import resembles_a_number
from simorc.units import Value

_MOST_TEXTS = 4096


def text_problems(project: Project, definition: SweepDefinition, source: Source) -> Iterator[Problem]:
    """The texts of a sweep that its template puts in the place of a number; the first 4096 are looked at."""
    testbench = project.testbenches[definition.testbench]
    texts = (each for each in swept_texts(definition) if _is_doubtful(each[2]))
    for name, path, value in islice(texts, _MOST_TEXTS):
        bundle = definition.corners[str(path[1])] if path[0] == "corners" else {}
        corner = str(path[1]) if bundle else next(iter(definition.corners), "")
        values = {**testbench.parameters, **bundle, name: value}
        if fault := _fault(project, testbench, values, name, corner):
            yield source.problem(written_path(source, path), fault)


def default_problems(project: Project, testbench: Testbench) -> Iterator[Problem]:
    """The same of the defaults of a testbench."""
    doubtful = [name for name, value in testbench.parameters.items() if _is_doubtful(value)]
    source = read_yaml(testbench.config_path) if doubtful else None
    for name in doubtful:
        fault = _fault(project, testbench, testbench.parameters, name, "")
        if fault and source is not None:
            path: KeyPath = ("parameters", name)
            yield source.problem(path, fault)


def _is_doubtful(value: object) -> bool:
    return isinstance(value, str) and (resembles_a_number(value) or " " in value)


def _fault(
    project: Project, testbench: Testbench, values: Mapping[str, Value], name: str, corner: str
) -> str:
    """Why the template cannot use the value of a parameter; empty if it can, or fails for another reason."""
    if project.settings(testbench.name).simulator.name != "ngspice":
        return ""
    try:
        deck = Template.load(testbench.template).render(
            values,
            case_id=1,
            dut_netlist=str(project.dut_netlist or ""),
            project_root=str(Path(project.root)),
            seed=1,
            corner=corner,
        )
    except (TemplateError, OSError) as error:
        place, _, fault = (error.reason if isinstance(error, TemplateError) else "").partition(": ")
        # A filter of the template may have changed the case of the mark around the value.
        return fault if place.lower() == f"parameters.{name}".lower() else ""
    text = str(values[name]).lower()
    spoiled = (each.message for each in dropped_digits(deck) if text in each.word.lower())
    return next(spoiled, _lost(deck, text) if " " in text else "")


def _lost(deck: str, text: str) -> str:
    """Why ngspice reads the beginning of a text only, in the place where its deck has it."""
    words = text.split()
    found = (each.message for each in lost_assignments(deck) if not each.endless)
    return next((message for message in found if words[-1] in message.lower()), "")
