"""Checks references between files: swept parameters, testbenches, specs, other sweeps."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from simorc.config.models.measurement import Measurement
from simorc.config.models.setup import Setup
from simorc.config.models.statistical_corner import StatisticalCorner
from simorc.config.models.sweep import SweepDefinition
from simorc.config.models.testbench import TestbenchConfig
from simorc.config.names import NO_CORNER, STATISTICAL_CORNER, did_you_mean, listed
from simorc.config.yaml.document import Document
from simorc.config.yaml.source import KeyPath, Source
from simorc.deck_text import read_leniently
from simorc.errors import Problem

_MEAS = re.compile(r"^\s*\.?meas(?:ure)?\s+\w+\s+(\S+)", re.IGNORECASE | re.MULTILINE)
_CONDITIONS = ("finished", "passed")


def sweep_problems(
    sweep: Document[SweepDefinition],
    testbenches: Mapping[str, Document[TestbenchConfig]],
    sweeps: Collection[str],
) -> Iterator[Problem]:
    """Check a sweep against the project. A testbench that could not be read adds no problems to its
    sweeps.
    """
    definition = sweep.model
    if definition is None:
        return
    yield from varied_twice(definition, sweep.source)
    yield from _after(sweep, definition.after, sweeps)
    if definition.testbench not in testbenches:
        known = f"{did_you_mean(definition.testbench, testbenches)}; known: {listed(testbenches)}"
        yield sweep.source.problem(("testbench",), f"no testbench '{definition.testbench}'{known}")
        return
    testbench = testbenches[definition.testbench]
    if isinstance(testbench.source.data, dict):
        yield from _unknown_parameters(sweep, definition, testbench.names("parameters"))
        yield from _stop_when(sweep, definition, {*testbench.names("specs"), *definition.specs})


def _stop_when(
    sweep: Document[SweepDefinition], definition: SweepDefinition, specs: Collection[str]
) -> Iterator[Problem]:
    """The yield that ends a Monte Carlo run early is that of a spec there is."""
    rule = definition.monte_carlo.stop_when if definition.monte_carlo else None
    if rule is None:
        return
    if rule.spec is not None and rule.spec not in specs:
        message = f"no spec '{rule.spec}'{did_you_mean(rule.spec, specs)}; known: {listed(specs)}"
        yield sweep.source.problem(("monte_carlo", "stop_when", "spec"), message)
    elif not specs:
        yield sweep.source.problem(("monte_carlo", "stop_when"), "no spec, so there is no yield")


def varied(definition: SweepDefinition) -> Iterator[tuple[str, KeyPath, str]]:
    """Every parameter of a sweep, its path, and the axis that sets it (all corners are one)."""
    for name in definition.parameters:
        yield name, ("parameters", name), "parameters"
    for index, group in enumerate(definition.zip):
        for name in group:
            yield name, ("zip", index, name), f"zip group {index + 1}"
    for name in definition.sensitivity:
        yield name, ("sensitivity", name), "sensitivity"
    for corner, bundle in definition.corners.items():
        for name in bundle:
            yield name, ("corners", corner, name), "corners"
    for name in definition.monte_carlo.distributions if definition.monte_carlo else ():
        yield name, ("monte_carlo", "distributions", name), "monte_carlo"


def written_path(source: Source, path: KeyPath) -> KeyPath:
    """The path in the file: one zip group may be written without a list, sensitivity under `parameters`, and
    a corner in a corner set.
    """
    data = source.data
    if path[0] == "zip" and isinstance(data["zip"], dict):
        return ("zip", *path[2:])
    if path[0] == "sensitivity" and set(data["sensitivity"]) == {"parameters"}:
        return ("sensitivity", "parameters", *path[1:])
    if path[0] == "corners" and path[1] not in (data.get("corners") or {}):
        return ("corner_set",)
    return path


def varied_twice(definition: SweepDefinition, source: Source) -> Iterator[Problem]:
    """Parameters that two axes set, of which a run would take the last."""
    axes: dict[str, str] = {}
    for name, path, axis in varied(definition):
        first = axes.setdefault(name, axis)
        if first != axis:
            yield source.problem(
                written_path(source, path), f"also varied under {first}: set it in one place only"
            )


def _unknown_parameters(
    sweep: Document[SweepDefinition], definition: SweepDefinition, known: Collection[str]
) -> Iterator[Problem]:
    for name, path, _ in varied(definition):
        if name not in known and name != STATISTICAL_CORNER:
            message = f"not a parameter of testbench '{definition.testbench}'{did_you_mean(name, known)}"
            yield sweep.source.problem(written_path(sweep.source, path), message)


def statistical_problems(
    sweep: Document[SweepDefinition], corners: Mapping[str, Document[StatisticalCorner]]
) -> Iterator[Problem]:
    """Statistical corners that a sweep names and that are not saved in the project, or are samples of
    another testbench.
    """
    definition = sweep.model
    if definition is None:
        return
    bundles: list[tuple[KeyPath, Mapping[str, Any]]] = [(("parameters",), definition.parameters)]
    bundles += [(("zip", index), group) for index, group in enumerate(definition.zip)]
    bundles += [(("corners", name), bundle) for name, bundle in definition.corners.items()]
    for path, bundle in bundles:
        values = bundle.get(STATISTICAL_CORNER, ())
        for value in values if isinstance(values, list | tuple) else [values]:
            saved = {name: document.model for name, document in corners.items()}
            if message := unusable_corner(definition.testbench, str(value), saved):
                place = written_path(sweep.source, (*path, STATISTICAL_CORNER))
                yield sweep.source.problem(place, message)


def unusable_corner(testbench: str, name: str, corners: Mapping[str, StatisticalCorner | None]) -> str:
    """Why a simulation of a testbench cannot use a statistical corner; empty if it can."""
    known = {NO_CORNER, *corners}
    if name not in known:
        return f"no statistical corner '{name}'{did_you_mean(name, known)}; known: {listed(known)}"
    saved = corners.get(name)
    if saved is not None and saved.seed is not None and saved.testbench != testbench:
        return (
            f"statistical corner '{name}' is a sample of testbench '{saved.testbench}': "
            f"its seed draws other numbers for the devices of '{testbench}'"
        )
    return ""


def _after(
    document: Document[Any], after: str | None, sweeps: Collection[str], place: KeyPath = ("after",)
) -> Iterator[Problem]:
    if after is None:
        return
    name, _, condition = after.partition(" ")
    if name not in sweeps:
        yield document.source.problem(place, f"no sweep '{name}'{did_you_mean(name, sweeps)}")
    if condition.strip() not in ("", *_CONDITIONS):
        yield document.source.problem(place, f"expected 'SWEEP finished' or 'SWEEP passed', not '{after}'")


def testbench_problems(
    testbench: Document[TestbenchConfig], template: Path | None, sweeps: Collection[str]
) -> Iterator[Problem]:
    """A testbench's specs, cross-case measurements and reaction to a saved schematic."""
    config = testbench.model
    if config is None:
        return
    known = known_measurements(testbench.names("measurements"), template)
    yield from measured_problems(
        testbench, config.measurements, config.specs, known, testbench.names("parameters")
    )
    yield from _on_change(testbench, config.on_change, sweeps)


def measured_problems(
    document: Document[Any],
    measurements: Mapping[str, Measurement],
    specs: Collection[str],
    known: Collection[str],
    parameters: Collection[str],
) -> Iterator[Problem]:
    """Specs and cross-case measurements that name something unknown, or a known name in another case."""
    for name in specs:
        if name not in known:
            message = f"not a measurement{_near(name, known)}; known: {listed(known)}"
            yield document.source.problem(("specs", name), message)
    for name, measurement in measurements.items():
        if (across := measurement.across) is None:
            continue
        if across.of not in known:
            message = f"'{across.of}' is not a measurement{_near(across.of, known)}"
            yield document.source.problem(("measurements", name, "across", "of"), message)
        for parameter in across.over:
            if parameter not in {*parameters, "corner", "sample"}:
                message = f"'{parameter}' is not a parameter{did_you_mean(parameter, parameters)}"
                yield document.source.problem(("measurements", name, "across", "over"), message)


def _near(name: str, known: Collection[str]) -> str:
    """The known name meant: first of all the one that differs in upper and lower case only."""
    spelt = next((each for each in sorted(known) if each.lower() == name.lower()), None)
    return did_you_mean(name, known) if spelt is None else f" (did you mean '{spelt}'?)"


def known_measurements(declared: Collection[str], template: Path | None) -> set[str]:
    """What a run has values of: measurements as declared; other .meas cards by their names in lower case, as
    the simulator prints them.
    """
    spelt = {name.lower() for name in declared}
    printed = {name.lower() for name in measured_by(template)}
    return {*declared, *(printed - spelt)}


def measured_by(template: Path | None) -> set[str]:
    """Names of the .meas lines of a template as written; empty where it cannot be read."""
    try:
        return set(_MEAS.findall(read_leniently(template))) if template else set()
    except OSError:
        return set()


def _on_change(
    testbench: Document[TestbenchConfig], on_change: str | None, sweeps: Collection[str]
) -> Iterator[Problem]:
    if on_change is None or on_change == "netlist":
        return
    action, _, sweep = on_change.partition(" ")
    if action != "rerun" or not sweep:
        message = f"expected 'netlist' or 'rerun SWEEP', not '{on_change}'"
        yield testbench.source.problem(("on_change",), message)
    elif sweep not in sweeps:
        yield testbench.source.problem(("on_change",), f"no sweep '{sweep}'{did_you_mean(sweep, sweeps)}")


def plan_problems(setup: Document[Setup], sweeps: Collection[str]) -> Iterator[Problem]:
    """Steps of run plans that name an unknown sweep or environment, and plans named as a sweep is."""
    plans = setup.model.plans if setup.model else {}
    environments = setup.names("environments")
    for name, steps in plans.items():
        if name in sweeps:
            yield setup.source.problem(("plans", name), "also the name of a sweep", at_key=True)
        for index, step in enumerate(steps):
            place: KeyPath = ("plans", name, index)
            if step.sweep not in sweeps:
                message = f"no sweep '{step.sweep}'{did_you_mean(step.sweep, sweeps)}"
                yield setup.source.problem(place, message)
            if step.env is not None and step.env not in environments:
                message = f"no environment '{step.env}'{did_you_mean(step.env, environments)}"
                yield setup.source.problem((*place, "env"), message)
            yield from _after(setup, step.after, sweeps, (*place, "after"))


def environment_problems(
    setup: Document[Setup], testbenches: Mapping[str, Document[TestbenchConfig]]
) -> Iterator[Problem]:
    """Parameters of environments that no testbench has; silent while a testbench could not be read."""
    read = {name for name, testbench in testbenches.items() if isinstance(testbench.source.data, dict)}
    if setup.names("testbenches") - read:
        return
    known = {name for testbench in testbenches.values() for name in testbench.names("parameters")}
    for label, environment in (setup.model.environments if setup.model else {}).items():
        for name in environment.parameters:
            if name not in known:
                message = f"not a parameter of any testbench{did_you_mean(name, known)}"
                yield setup.source.problem(("environments", label, "parameters", name), message)
