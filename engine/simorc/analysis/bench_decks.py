"""The decks of a testbench at given points, and how they are measured."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import platformdirs

from simorc.analysis.points import Point
from simorc.config.definitions import MeasurementDefinition, wanted_cards
from simorc.config.models.statistical_corner import StatisticalCorner
from simorc.config.names import NO_CORNER, STATISTICAL_CORNER, did_you_mean
from simorc.config.project import Project, Testbench, known
from simorc.errors import UsageError
from simorc.measurements.device_values import parameters_needed
from simorc.netlist.convergence_options import with_fallback_options
from simorc.netlist.deck.card_measures import with_saves_for_cards
from simorc.netlist.deck.template_paths import FROM_CASE, TemplatePaths
from simorc.netlist.random_variables.matching import matched
from simorc.netlist.random_variables.variables import HoistedDeck
from simorc.netlist.seed_card import with_seed
from simorc.netlist.template import Template
from simorc.runner.measuring import DeclaredMeasurements
from simorc.simulators.job import Job, Limits
from simorc.simulators.ngspice.deck_split import CLOSE, OPEN, mark, unmarked
from simorc.simulators.ngspice.hoisted_decks import PARTS, HoistedDecks
from simorc.units import Number, Value

Apart = Callable[[Point], Point | None]
_SIBLINGS = 8
_RECENT = 64
_APART = 0.37
"""How far the values with which a session is loaded are from those of its first case, in sigma."""
_LONGER = 0.003
"""The same for dimensions of devices, relative to them."""


class BenchDecks:
    """Renders the decks of one testbench. Raises TemplateError if its template cannot be read.

    `measurements` are added to those that the testbench declares. `apart` gives another point with which to
    load the session of a point that is simulated as it is written (None: none is known); with
    `dimensions` a point may change those of devices.
    """

    def __init__(
        self,
        project: Project,
        testbench: Testbench,
        limits: Limits,
        measurements: Mapping[str, MeasurementDefinition],
        apart: Apart = lambda point: None,
        *,
        dimensions: bool = False,
    ) -> None:
        declared = {name: each.definition() for name, each in testbench.config.measurements.items()}
        definitions = {
            name: each for name, each in {**declared, **measurements}.items() if each.across is None
        }
        self.name = testbench.name
        self.measuring = DeclaredMeasurements(definitions, project.root)
        self.measurements: Sequence[str] = tuple(definitions)
        self._corners = project.statistical_corners
        self._defaults = testbench.parameters
        self._limits = limits
        self._apart = apart
        self._requested, self._optional = wanted_cards(definitions)
        self._operating_point = parameters_needed(definitions)
        self._template = Template.load(testbench.template)
        self._paths = TemplatePaths(testbench.template.parent, None, unmarked)
        self._dut, self._root = str(project.dut_netlist or ""), str(project.root)
        self._recent: OrderedDict[int, tuple[Point, tuple[str, str]]] = OrderedDict()
        """What points, by identity, were rendered to: a point is asked for several times."""
        self._hoisted = HoistedDecks(platformdirs.user_cache_path("simorc") / PARTS, dimensions=dimensions)

    @property
    def template(self) -> Path:
        """The file of its template."""
        return self._template.path

    def parameters(self, point: Point) -> dict[str, Any]:
        """All parameters of a point, with what else an expression about it may name."""
        scope: dict[str, Any] = {**self._defaults, **point.parameters}
        if point.corner is not None:
            scope.setdefault("corner", point.corner)
        return scope

    def form(self, point: Point, directory: Path) -> HoistedDeck:
        """The deck of a point with its random variables. Raises TemplateError, NetlistError."""
        return self._hoisted.form(*self._written(point, ()), directory)

    def deck(self, point: Point, directory: Path, options: Sequence[str] = ()) -> tuple[str, str]:
        """The deck of a point simulated in `directory`, and the same with its numbers marked.

        `options` are the lines of a convergence fallback step. Raises TemplateError, NetlistError,
        UsageError.
        """
        plain, marked = self._written(point, options)
        if point.variables is None:
            saved = self._saved(point)
            if saved is None or saved.seed is not None:
                return plain, marked
            written = {name: float(value) for name, value in saved.variables.items()}
            values = matched(written, self._hoisted.form(plain, marked, directory).variables)
            return self._hoisted.with_values(plain, marked, directory, values)
        return self._hoisted.with_values(plain, marked, directory, point.variables)

    def job(
        self,
        point: Point,
        number: int,
        directory: Path,
        *,
        options: Sequence[str] = (),
        forced_cold: bool = False,
    ) -> Job:
        """The job of a point; `directory` is where it is simulated. Raises as `deck`."""
        plain, marked = self.deck(point, directory, options)
        return Job(
            case_id=number,
            directory=directory,
            deck=plain,
            limits=self._limits,
            requested=self._requested,
            optional=self._optional,
            forced_cold=forced_cold,
            marked=marked,
            siblings=_SIBLINGS,
            partners=lambda: self._partners(point, directory),
            operating_point=self._operating_point,
        )

    def _partners(self, point: Point, directory: Path) -> Iterator[tuple[str, str]]:
        """A deck to load a session with: every random variable differs from the point's, so that the first
        comparison proves all of them.
        """
        if point.variables is None:
            if (other := self._apart(point)) is not None:
                yield self.deck(other, directory)
            return
        form = self.form(point, directory)
        if form.variables or form.dimensions:
            yield self.deck(_moved(point, form), directory)

    def _written(self, point: Point, options: Sequence[str]) -> tuple[str, str]:
        """The deck as the template gives it, and the same with its numbers marked."""
        recent = self._recent.get(id(point))
        texts = recent[1] if recent is not None else self._both(point)
        self._recent[id(point)] = (point, texts)
        while len(self._recent) > _RECENT:
            self._recent.popitem(last=False)
        saved = self._saved(point) if point.variables is None else None
        seed = point.seed if saved is None or saved.seed is None else saved.seed
        plain, marked = (with_seed(with_fallback_options(text, options), seed) for text in texts)
        return plain, marked

    def _saved(self, point: Point) -> StatisticalCorner | None:
        """The statistical corner that a point names. Raises UsageError for one that is not saved, or whose
        seed is that of another testbench.
        """
        name = str(point.parameters.get(STATISTICAL_CORNER, NO_CORNER))
        if name == NO_CORNER:
            return None
        saved = known(self._corners, name, "statistical corner").definition
        if saved.seed is not None and saved.testbench != self.name:
            raise UsageError(f"statistical corner '{name}' is a sample of testbench '{saved.testbench}'")
        return saved

    def _both(self, point: Point) -> tuple[str, str]:
        return self._rendered(point, marked=False), self._rendered(point, marked=True)

    def _rendered(self, point: Point, *, marked: bool) -> str:
        if unknown := sorted(point.parameters.keys() - self._defaults.keys()):
            near = did_you_mean(unknown[0], self._defaults)
            raise UsageError(f"'{unknown[0]}' is no parameter of testbench '{self.name}'{near}")
        saved = self._saved(point)
        if point.variables is not None and saved is not None:
            raise UsageError(
                "an analysis varies the random variables itself", remedy=f"omit {STATISTICAL_CORNER}"
            )
        seed = point.seed if saved is None or saved.seed is None else saved.seed
        parameters = {name: _number(value) for name, value in {**self._defaults, **point.parameters}.items()}
        text = self._template.render(
            parameters,
            case_id=1,
            dut_netlist=f"{FROM_CASE}{self._dut}",
            project_root=f"{FROM_CASE}{self._root}",
            seed=seed,
            corner=point.corner,
            wrap=mark if marked else None,
            wrapped=parameters if marked else (),
        )
        return with_saves_for_cards(self._paths.applied(text))


def form_key(deck: str, marked: str) -> str:
    """What decks have in common that differ in marked numbers only."""
    if unmarked(marked) != deck:
        return deck
    first, *pieces = marked.split(OPEN)
    return first + "".join(f"{OPEN}{each.partition('=')[0]}{each.partition(CLOSE)[2]}" for each in pieces)


def _moved(point: Point, form: HoistedDeck) -> Point:
    values = {} if point.variables is None else point.variables
    moved = {
        each.name: values.get(each.name, 0.0) + _APART * (1 + number % 3)
        for number, each in enumerate(form.variables)
    }
    for number, dimension in enumerate(form.dimensions):
        moved[dimension.name] = values.get(dimension.name, 0.0) + _LONGER * (1 + number % 3)
    return replace(point, variables=moved)


def _number(value: Value) -> Value:
    """A computed number, written with every digit that matters."""
    if isinstance(value, float) and not isinstance(value, Number):
        return Number(repr(value))
    return value
