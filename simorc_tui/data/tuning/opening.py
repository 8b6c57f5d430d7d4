"""Opens a tuner: on cases of a run, on a sweep or on a testbench. Slow: for a thread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from simorc.analysis.parameter_steps import AllowedSteps, allowed_steps
from simorc.analysis.subject import Subject, subject_around
from simorc.analysis.tuning.knobs import Knob, knobs_of
from simorc.analysis.tuning.tuner import TunedCase
from simorc.config.definitions import plot_sources
from simorc.config.project import Project
from simorc.errors import UsageError
from simorc.plots.labels import differing_labels
from simorc.rundir.layout import RunLayout
from simorc.rundir.manifest import load_manifest
from simorc.sweeps.cases import Case
from simorc.units import Value
from simorc_tui.data.tuning.model import TunerModel
from simorc_tui.data.tuning.readings import Judge
from simorc_tui.data.tuning.writing import DefaultsFile
from simorc_tui.widgets.plot.wave_case import plot_specs_in

AT_FIRST = 3
"""Cases of a sweep that follow the sliders until others are chosen."""
MOST_CASES = 16


@dataclass(frozen=True)
class Tuning:
    """A tuner before its screen is shown. `name` is a sweep or a testbench, `written` are its defaults,
    which `file` contains.
    """

    name: str
    testbench: str
    written: Mapping[str, Value]
    judge: Judge
    specs: Sequence[Mapping[str, Any]]
    steps: AllowedSteps
    model: TunerModel
    file: DefaultsFile

    def knobs(self, cases: Sequence[TunedCase], unused: Mapping[str, str]) -> list[Knob]:
        """The sliders for these cases."""
        return knobs_of(self.written, [case.parameters for case in cases], self.steps, unused)


def open_on_cases(project: Project, layout: RunLayout, case_ids: Sequence[int]) -> Tuning:
    """A tuner for cases of a run, the first one being what the sliders start from.

    Raises UsageError where the sweep is not in the project any more.
    """
    if layout.sweep not in project.sweeps:
        raise UsageError(
            f"sweep {layout.sweep} is not in the project or has errors, so its cases cannot be tuned"
        )
    cases = _cases_of(layout, case_ids[:MOST_CASES])
    labels = differing_labels({case.id: case.parameters for case in cases})
    tuned = [TunedCase(labels[case.id], case.parameters, case.corner, case.seed) for case in cases]
    return _opened(project, layout.sweep, tuned)


def _cases_of(layout: RunLayout, case_ids: Sequence[int]) -> list[Case]:
    """Cases of a run, as they are in its plan."""
    try:
        plan = load_manifest(layout).plan
    except (KeyError, TypeError) as error:
        raise UsageError(
            f"the cases of {layout.name} cannot be read: it was made by another version",
            remedy="move the cursor to its sweep in the project tree, and tune that",
        ) from error
    return [plan.case(each) for each in case_ids]


def open_on(project: Project, name: str) -> Tuning:
    """A tuner for a sweep or a testbench at its nominal point and its first corners. Raises UsageError."""
    return _opened(project, name, [])


def _opened(project: Project, name: str, cases: Sequence[TunedCase]) -> Tuning:
    subject = subject_around(project, name)
    testbench = project.testbenches[subject.testbench]
    conditions = [TunedCase(each.name, each.parameters, each.corner) for each in subject.conditions]
    taken = {case.name for case in cases}
    others = [case for case in conditions if case.name not in taken]
    chosen = list(cases) or others[:AT_FIRST]
    steps = allowed_steps(project, subject.testbench, {}, ())
    knobs = knobs_of(testbench.parameters, [case.parameters for case in chosen], steps, {})
    if not knobs:
        raise UsageError(
            f"testbench '{subject.testbench}' has no numeric parameter, so there is nothing to tune"
        )
    model = TunerModel(knobs, chosen, [case for case in others if case not in chosen])
    return Tuning(
        name,
        subject.testbench,
        testbench.parameters,
        _judge(project, subject),
        _plot_specs(project, name, subject.testbench),
        steps,
        model,
        DefaultsFile(testbench.config_path, testbench.parameters),
    )


def _judge(project: Project, subject: Subject) -> Judge:
    declared = project.testbenches[subject.testbench].config.measurements
    own = {name: each.definition() for name, each in declared.items()}
    return Judge(subject.specs, {**own, **subject.measurements})


def _plot_specs(project: Project, name: str, testbench: str) -> Sequence[Mapping[str, Any]]:
    sweep = project.sweeps.get(name)
    of_sweep = sweep.definition.plot_specs if sweep is not None else ()
    sources = plot_sources(project.testbenches[testbench].config.plot_specs, of_sweep)
    return plot_specs_in(sources, (project.root,))
