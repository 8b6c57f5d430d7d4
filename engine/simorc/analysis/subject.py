"""What an analysis is about: a testbench, its conditions, its measurements and their specs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from simorc.analysis.circuit import Circuit, Progress
from simorc.analysis.conditions import Condition, conditions_of, text_conditions_of
from simorc.analysis.evaluation import Evaluator
from simorc.config.definitions import MeasurementDefinition, Spec
from simorc.config.models.analysis import AnalysisDefinition, Samples
from simorc.config.models.sweep import SweepDefinition
from simorc.config.names import did_you_mean, listed
from simorc.config.project import Project
from simorc.errors import UsageError

USUAL_SAMPLES = 200
_SHARED = ("testbench", "parameters", "zip", "corners", "exclude", "include", "measurements", "specs")


@dataclass(frozen=True)
class Subject:
    """An analysis with everything it names resolved. `measurements` are added to those of the testbench,
    `specs` are all that hold.
    """

    name: str
    definition: AnalysisDefinition
    conditions: Sequence[Condition]
    measurements: Mapping[str, MeasurementDefinition]
    specs: Mapping[str, Spec]

    @property
    def testbench(self) -> str:
        return self.definition.testbench

    def chosen(self, names: Sequence[str], *, limited: bool) -> list[str]:
        """The measurements to analyse: those named, else all with a spec. Raises UsageError for one that is
        `limited` to specs and has none, and for none at all.
        """
        known = list(self.specs)
        if limited and (unknown := [name for name in names if name not in known]):
            raise UsageError(
                f"no spec '{unknown[0]}'{did_you_mean(unknown[0], known)}; known: {listed(known)}"
            )
        if not names and not known:
            raise UsageError(
                f"{self.name}: no spec, so there is nothing to analyse", remedy="name a measurement"
            )
        return list(dict.fromkeys(names)) or known

    def drawing(self, samples: int | None, seed: int) -> Samples | None:
        """The samples of a command line, else those of the analysis; None without any."""
        if samples is None:
            return self.definition.monte_carlo
        return Samples.model_construct(samples=samples, seed=seed)

    def drawn(self, samples: int | None, seed: int) -> Samples:
        """As `drawing`, else a usual number of samples."""
        return self.drawing(samples, seed) or Samples.model_construct(samples=USUAL_SAMPLES, seed=seed)

    def verifying(self, samples: int | None, seed: int | None) -> Samples | None:
        """The samples that verify a distance: those of a command line, else those of the analysis."""
        written = self.definition.worst_case_distance.verify
        asked = written if samples is None else Samples.model_construct(samples=samples, seed=1)
        if asked is None or seed is None:
            return asked
        return asked.model_copy(update={"seed": seed})

    def circuit(
        self,
        evaluator: Evaluator,
        condition: Condition,
        measurements: Sequence[str],
        progress: Progress = lambda simulations: None,
    ) -> Circuit:
        """The testbench at one condition. Raises UsageError where nothing in its deck is random."""
        circuit = Circuit(evaluator, self.testbench, condition, measurements, progress)
        if not circuit.variables:
            raise UsageError(
                f"testbench '{self.testbench}' has no random variables at {condition.name}",
                remedy="choose the section of the kit that has mismatch or process variation (such as tt_mm)",
            )
        return circuit


def subject_of(project: Project, name: str, corners: Sequence[str] = ()) -> Subject:
    """The analysis or sweep called `name`. Raises UsageError for an unknown one."""
    if name in project.analyses:
        definition = project.analyses[name].definition
    elif name in project.sweeps or not project.analyses:
        definition = _of_sweep(project.sweep(name).definition)
    else:
        known = [*project.analyses, *project.sweeps]
        raise UsageError(f"no analysis or sweep '{name}'{did_you_mean(name, known)}; known: {listed(known)}")
    conditions = conditions_of(project, definition.as_sweep(), corners)
    return _subject(project, name, definition, conditions)


def subject_around(project: Project, name: str, corners: Sequence[str] = ()) -> Subject:
    """The analysis, sweep or testbench called `name` at its nominal point and its corners: see
    `text_conditions_of`. Raises UsageError for an unknown one.
    """
    if name in project.analyses:
        definition = project.analyses[name].definition
    elif name in project.sweeps:
        definition = _of_sweep(project.sweeps[name].definition)
    elif name in project.testbenches:
        definition = AnalysisDefinition.model_construct(testbench=name)
    else:
        known = [*project.analyses, *project.sweeps, *project.testbenches]
        raise UsageError(f"no sweep or testbench '{name}'{did_you_mean(name, known)}; known: {listed(known)}")
    conditions = text_conditions_of(project, definition.as_sweep(), corners)
    return _subject(project, name, definition, conditions)


def _subject(
    project: Project, name: str, definition: AnalysisDefinition, conditions: Sequence[Condition]
) -> Subject:
    testbench = project.testbenches[definition.testbench].config
    specs = {key: each.definition(key) for key, each in {**testbench.specs, **definition.specs}.items()}
    measurements = {key: each.definition() for key, each in definition.measurements.items()}
    return Subject(name, definition, conditions, measurements, specs)


def _of_sweep(sweep: SweepDefinition) -> AnalysisDefinition:
    shared = {name: getattr(sweep, name) for name in _SHARED if name in sweep.model_fields_set}
    if sweep.monte_carlo is not None and not sweep.monte_carlo.distributions:
        drawn = sweep.monte_carlo
        shared["monte_carlo"] = Samples.model_construct(samples=drawn.samples, seed=drawn.seed)
    return AnalysisDefinition.model_construct(_fields_set=set(shared), **shared)
