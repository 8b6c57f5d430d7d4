"""Checks a sweep before a run: errors and warnings, each with file, line and column."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from simorc.config.models.sweep import SweepDefinition
from simorc.config.names import did_you_mean, listed
from simorc.config.project import Project, Testbench
from simorc.config.sweep_value_checks import corner_names, swept_texts, value_problems
from simorc.config.validate.cross_checks import written_path
from simorc.config.yaml.source import KeyPath, Source, read_yaml, shown
from simorc.errors import Problem
from simorc.launch.text_checks import default_problems, text_problems
from simorc.netlist.finding import Finding
from simorc.sweeps.plan import Plan
from simorc.units import Number


def sweep_problems(
    project: Project, definition: SweepDefinition, path: Path | Source | None
) -> list[Problem]:
    """What keeps a sweep from being run though each of its values is sound."""
    testbench, source = project.testbenches[definition.testbench], _source(path)
    found = value_problems(definition, testbench.parameters, source)
    places = {(each.line, each.column) for each in found}
    texts = text_problems(project, definition, source)
    found += [each for each in texts if (each.line, each.column) not in places]
    return [*found, *default_problems(project, testbench)]


def sweep_warnings(definition: SweepDefinition, plan: Plan, path: Path | None) -> list[Finding]:
    """Warnings about settings of a sweep that are probably unintended; `plan` has all its cases."""
    return warnings_in(definition, plan, _source(path))


def warnings_in(definition: SweepDefinition, plan: Plan, source: Source) -> list[Finding]:
    """The same for a sweep file that is read already."""
    return [*ambiguous_values(definition, source), *condition_warnings(definition, plan, source)]


def testbench_warnings(project: Project) -> list[Finding]:
    """Defaults that people and ngspice read differently, and limits for corners that no sweep has."""
    found: list[Finding] = []
    for testbench in project.testbenches.values():
        source = read_yaml(testbench.config_path)
        for name, value in testbench.parameters.items():
            if isinstance(value, Number) and value.doubt:
                found.append(_finding(source, ("parameters", name), _doubtful(name, value)))
        found += _limits_of_no_corner(project, testbench, source)
    return found


def _limits_of_no_corner(project: Project, testbench: Testbench, source: Source) -> Iterator[Finding]:
    sweeps = [each.definition for each in project.sweeps.values()]
    swept = [definition for definition in sweeps if definition.testbench == testbench.name]
    known = {corner for definition in swept for corner in corner_names(definition)}
    known |= {str(testbench.parameters["corner"])} if "corner" in testbench.parameters else set()
    for spec, limits in testbench.config.specs.items() if swept else ():
        for corner in limits.corners:
            if corner not in known:
                hint = did_you_mean(corner, known)
                message = f"no sweep of testbench '{testbench.name}' has a corner '{corner}'{hint}"
                problem = source.problem(("specs", spec, "corners", corner), message, at_key=True)
                yield Finding(problem.file, problem.line, problem.column, message, True)


def ambiguous_values(definition: SweepDefinition, source: Source) -> Iterator[Finding]:
    """Numbers such as 100M, which ngspice reads as a tenth."""
    for name, path, value in swept_texts(definition):
        if isinstance(value, Number) and value.doubt:
            yield _finding(source, written_path(source, path), _doubtful(name, value))


def condition_warnings(definition: SweepDefinition, plan: Plan, source: Source) -> Iterator[Finding]:
    """Conditions that decide nothing, and those that compare with what never is."""
    for text, name, word, values in plan.never_taken():
        hint = did_you_mean(word, values)
        message = f"{text}: {name} is never '{word}'{hint}; it is {listed(values)}"
        yield _finding(source, _condition(definition, text), message)
    never_taken = {text for text, _, _, _ in plan.never_taken()}
    for text, effect in plan.idle_conditions().items():
        if text not in never_taken:
            yield _finding(source, _condition(definition, text), f"{text}: {effect}")


def _condition(definition: SweepDefinition, text: str) -> KeyPath:
    for key, conditions in (("exclude", definition.exclude), ("include", definition.include)):
        if text in conditions:
            return key, conditions.index(text)
    return ()


def _doubtful(name: str, value: Number) -> str:
    return f"{name}: ngspice reads {value} as {float(value):g}; {value.doubt}"


def _finding(source: Source, path: KeyPath, message: str) -> Finding:
    return Finding(shown(source.path), *source.place(path), message, True)


def _source(path: Path | Source | None) -> Source:
    if isinstance(path, Source):
        return path
    return Source(Path("sweep"), {}) if path is None else read_yaml(path)
