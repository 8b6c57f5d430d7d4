"""Simulates the cases that follow the sliders of a tuner, in sessions that stay loaded."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from simorc.analysis.evaluation import Evaluator
from simorc.analysis.parameter_steps import AllowedSteps, allowed_steps, steps_of
from simorc.analysis.points import Evaluation, Point
from simorc.analysis.subject import Subject, subject_around
from simorc.config.project import Project
from simorc.errors import RunError
from simorc.files import Stamp, stamp_of
from simorc.measurements.spec_limits import corner_names
from simorc.netlist.deck.file_references import closure
from simorc.units import Number, Value, parse_value


@dataclass(frozen=True)
class TunedCase:
    """A case that follows the sliders: `parameters` differ from the defaults of the testbench."""

    name: str
    parameters: Mapping[str, Value] = field(default_factory=dict)
    corner: str | None = None
    seed: int | None = None

    @property
    def corner_names(self) -> tuple[str, ...]:
        """The names whose limits hold here, the more specific one last."""
        return corner_names(self.parameters, self.corner)

    def point(self, testbench: str, values: Mapping[str, Value]) -> Point:
        """Where it is simulated if these values replace its own."""
        return Point(testbench, {**self.parameters, **values}, self.corner, None, self.seed)

    def to_json(self) -> dict[str, Any]:
        """Plain data; a number is its text."""
        values = values_to_json(self.parameters)
        return {"name": self.name, "parameters": values, "corner": self.corner, "seed": self.seed}

    @classmethod
    def of_json(cls, written: Mapping[str, Any]) -> TunedCase:
        """From plain data. Raises KeyError."""
        values = values_of_json(written["parameters"])
        return cls(written["name"], values, written["corner"], written["seed"])


def values_to_json(values: Mapping[str, Value]) -> dict[str, bool | str]:
    """Values of parameters as plain data, every digit kept."""
    return {name: value if isinstance(value, bool) else _text(value) for name, value in values.items()}


def values_of_json(written: Mapping[str, bool | str]) -> dict[str, Value]:
    """Values of parameters from plain data."""
    return {name: value if isinstance(value, bool) else parse_value(value) for name, value in written.items()}


def _text(value: Value) -> str:
    return str(Number(value)) if isinstance(value, int | float) else value


_NEWEST = 8
"""Numbers whose waveforms stay: somebody may be reading them."""
Heard = Callable[[int, Evaluation, Path | None], None]
"""Called with the place of a case, its evaluation, and its raw file (None: it has none)."""


class Tuner:
    """The cases of one testbench. `name` is a sweep, an analysis or the testbench.

    Files of waveforms are kept below `directory`, in a folder for each number that `simulate` was given,
    until `forget`. Raises UsageError for an unknown name.
    """

    def __init__(self, project: Project, name: str, directory: Path) -> None:
        self.subject: Subject = subject_around(project, name)
        self.testbench = self.subject.testbench
        self.defaults = project.testbenches[self.testbench].parameters
        self.steps: AllowedSteps = allowed_steps(project, self.testbench, {}, ())
        self.jobs = project.settings(self.testbench).jobs
        self._directory = directory
        self._number = 0
        self._batch: Sequence[int] = ()
        self._raws: dict[int, Path] = {}
        self._evaluator = Evaluator(
            project, measurements=self.subject.measurements, apart=self._apart, waves=self._keep
        )
        self._configuration = project.stamps
        self._stamps: Mapping[Path, Stamp | None] = {}

    async def close(self) -> None:
        """End every session."""
        await self._evaluator.close_sessions()
        self._evaluator.remove_files()

    def unused(self, case: TunedCase) -> dict[str, str]:
        """The numeric parameters that change nothing in the deck of a case, with the reason in words.

        Raises TemplateError.
        """
        bench = self._evaluator.bench(self.testbench)
        here = case.point(self.testbench, {})
        deck = bench.deck(here, self._directory)[0]
        steps, _ = steps_of({**self.defaults, **case.parameters}, self.steps)
        moved = {each.parameter: each.high for each in steps}
        return {
            name: "the template does not use it"
            for name, value in moved.items()
            if bench.deck(case.point(self.testbench, {name: value}), self._directory)[0] == deck
        }

    async def simulate(
        self,
        number: int,
        values: Mapping[str, Value],
        cases: Sequence[TunedCase],
        heard: Heard,
        wanted: Callable[[], bool] = lambda: True,
    ) -> bool:
        """Simulate the cases with these values; `heard` gets each as soon as it is measured.

        `wanted` is asked between cases: False ends it, and the result is False. A simulation that fails is an
        evaluation with its failure. Raises UsageError, TemplateError, RunError.
        """
        self._number = number
        for start in range(0, len(cases), self.jobs):
            if not wanted():
                return False
            self._batch = range(start, min(start + self.jobs, len(cases)))
            await self._simulate_batch(values, cases, heard)
        return True

    async def _simulate_batch(
        self, values: Mapping[str, Value], cases: Sequence[TunedCase], heard: Heard
    ) -> None:
        batch, self._raws = self._batch, {}

        def measured(place: int, evaluation: Evaluation) -> None:
            heard(batch[place], evaluation, self._raws.get(place))

        points = [cases[place].point(self.testbench, values) for place in batch]
        try:
            await self._evaluator.evaluate(points, measured)
        except RunError:
            await self._evaluator.close_sessions()
            raise

    def forget(self, kept: Collection[int]) -> None:
        """Remove the waveforms of all numbers but the newest ones and these."""
        for folder in self._directory.glob("[0-9]*"):
            if int(folder.name) not in kept and int(folder.name) <= self._number - _NEWEST:
                shutil.rmtree(folder, ignore_errors=True)

    def has_moved_on(self, case: TunedCase) -> bool:
        """Whether a file of the project, the template or a file it includes has changed since this was asked
        first.

        Raises TemplateError.
        """
        if not self._stamps:
            self._stamps = {**self._configuration, **{path: stamp_of(path) for path in self._files(case)}}
        return any(stamp_of(path) != stamp for path, stamp in self._stamps.items())

    def _files(self, case: TunedCase) -> set[Path]:
        bench = self._evaluator.bench(self.testbench)
        deck = bench.deck(case.point(self.testbench, {}), self._directory)[0]
        return {bench.template, *closure(deck, bench.template.parent)}

    def _apart(self, point: Point) -> Point:
        """The point with every numeric parameter stepped, so that one comparison proves all of them."""
        steps, _ = steps_of({**self.defaults, **point.parameters}, self.steps)
        return replace(point, parameters={**point.parameters, **{s.parameter: s.high for s in steps}})

    def _keep(self, place: int, raw: Path) -> None:
        folder = self._directory / str(self._number)
        folder.mkdir(exist_ok=True)
        self._raws[place] = raw.rename(folder / f"{self._batch[place]}.raw")


def tuning_directory() -> Path:
    """A new directory for the files of a tuner."""
    return Path(tempfile.mkdtemp(prefix="simorc-tuner-"))
