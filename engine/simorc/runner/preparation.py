"""Prepares the job of a case: renders its deck, empties its directory, sets its limits."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from simorc.config.names import NO_CORNER, STATISTICAL_CORNER
from simorc.errors import NetlistError, TemplateError, UsageError
from simorc.measurements.device_values import parameters_needed
from simorc.netlist.convergence_options import with_fallback_options
from simorc.netlist.deck.card_measures import with_saves, with_saves_for_cards
from simorc.netlist.deck.template_paths import FROM_CASE, TemplatePaths
from simorc.netlist.random_variables.matching import matched
from simorc.netlist.seed_card import with_seed
from simorc.netlist.template import Template
from simorc.operating_point.table import SAVED_AS
from simorc.rundir.circuit.circuits import circuit_in_force
from simorc.rundir.circuit.record import Circuit, CopiedFiles, UnrecordedFile
from simorc.rundir.layout import RunLayout
from simorc.rundir.manifest import Manifest
from simorc.rundir.run_settings import RunSettings
from simorc.simulators.job import Job, make_case_directory
from simorc.simulators.ngspice.deck_split import mark, unmarked
from simorc.simulators.ngspice.hoisted_decks import PARTS, HoistedDecks
from simorc.sweeps.cases import Case

_MANY = 8


class Preparation:
    """Makes the jobs of one run from its frozen inputs."""

    def __init__(
        self,
        layout: RunLayout,
        manifest: Manifest,
        settings: RunSettings,
        circuit: Circuit | None = None,
    ) -> None:
        """`circuit` is the one to simulate, by default the one in force."""
        self._layout = layout
        self.plan = manifest.plan
        self.circuit = circuit or circuit_in_force(layout, manifest)
        self.template = Template.load(self.circuit.place(layout) / self.circuit.template)
        self._dut, self._root = deck_paths(layout, manifest)
        root = layout.case_dir(1) / self._root
        template = root / (manifest.template_directory_if_known or "")
        self._copied = CopiedFiles(layout, self.circuit, root, template)
        self._paths = template_paths(layout, manifest)
        self._requested, self._optional = manifest.wanted_cards
        self._signals = [each for each in manifest.save if each != SAVED_AS]
        self.operating_point = operating_point_wanted(manifest)
        self._corners, self._seeds = manifest.statistical_corners, manifest.statistical_seeds
        self._hoisted = HoistedDecks(
            layout.inputs / PARTS, lambda path: os.path.relpath(path, layout.case_dir(1))
        )
        self._warm = settings.warm != "off"
        self._siblings: dict[int, int] = {}
        self._usual_siblings = 1
        self._decks: int | None = None
        self._groups: Sequence[Sequence[int]] = ()
        self._limits = settings.limits

    @property
    def layout(self) -> RunLayout:
        """Where the jobs are made."""
        return self._layout

    def deck(self, case: Case, options: Sequence[str] = (), *, marked: bool = False) -> str:
        """The case's deck; `options` are the lines of a convergence fallback step. Raises `TemplateError`.

        `marked` puts marks around the swept numbers, for `split_deck`.
        """
        chosen = case.parameters.get(STATISTICAL_CORNER)
        if chosen is None or chosen == NO_CORNER:
            return self.deck_as_written(case, options, marked=marked)
        if chosen in self._seeds:
            of_sample = replace(case, seed=self._seeds[str(chosen)])
            return self.deck_as_written(of_sample, options, marked=marked)
        return self._at_corner(case, options, str(chosen), marked=marked)

    def _at_corner(self, case: Case, options: Sequence[str], chosen: str, *, marked: bool) -> str:
        """The case's deck at a saved point of its random variables."""
        texts = (
            self.deck_as_written(case, options, marked=False),
            self.deck_as_written(case, options, marked=True),
        )
        directory = self._layout.case_dir(case.id)
        try:
            variables = self._hoisted.form(*texts, directory).variables
            values = matched(self._corners.get(chosen, {}), variables)
            return self._hoisted.with_values(*texts, directory, values)[marked]
        except (NetlistError, UsageError) as error:
            message = f"statistical corner '{chosen}': {error.message}"
            raise TemplateError(message, file=self.template.path) from error

    def deck_as_written(self, case: Case, options: Sequence[str] = (), *, marked: bool = False) -> str:
        """As `deck`, but with the random calls of the models at a statistical corner, too."""
        text = self.template.render(
            {**self.plan.defaults, **case.parameters},
            case_id=case.id,
            dut_netlist=f"{FROM_CASE}{self._dut}",
            project_root=f"{FROM_CASE}{self._root}",
            seed=case.seed,
            corner=case.corner,
            wrap=mark if marked else None,
            wrapped=case.parameters,
        )
        text = with_saves_for_cards(with_saves(self._paths.applied(text), self._signals))
        return with_seed(self._of_circuit(with_fallback_options(text, options), case.id), case.seed)

    def _of_circuit(self, text: str, case_id: int) -> str:
        """A deck that reads the copies of the run. Raises `TemplateError` for a file that is not recorded."""
        try:
            return self._copied.mapped(text, self._layout.case_dir(case_id))
        except UnrecordedFile as error:
            message = f"deck {error}: build a new run, of fewer cases if the template works out the name"
            raise TemplateError(message, file=self.template.path) from error

    def sketch(self, case: Case, *, options: Sequence[str] = (), forced_cold: bool = False) -> Job:
        """The job of a case, without touching the disk."""
        warm = self._warm and not forced_cold
        return Job(
            case_id=case.id,
            directory=self._layout.case_dir(case.id),
            deck=self.deck(case, options),
            limits=self._limits,
            requested=self._requested,
            optional=self._optional,
            forced_cold=forced_cold,
            marked=self.deck(case, options, marked=True) if warm else None,
            siblings=self._siblings.get(case.id, self._usual_siblings),
            decks=self._decks,
            partners=(lambda: self._partners(case)) if warm else None,
            operating_point=self.operating_point,
        )

    def _partners(self, case: Case) -> Iterator[tuple[str, str | None]]:
        """A few other cases of a case's group, far from it in the sweep: their decks and marked decks."""
        group = next((group for group in self._groups if case.id in group), ())
        places = (len(group) - 1, 0, len(group) // 2)
        for other in dict.fromkeys(group[place] for place in places if group):
            if other == case.id:
                continue
            partner = self.plan.case(other)
            try:
                yield self.deck(partner), self.deck(partner, marked=True)
            except TemplateError:
                continue

    def job(self, case_id: int, *, options: Sequence[str] = (), forced_cold: bool = False) -> Job:
        """The job of a case, its directory made empty but for the logs of earlier attempts."""
        job = self.sketch(self.plan.case(case_id), options=options, forced_cold=forced_cold)
        clear_case(job.directory)
        return job

    def set_groups(self, groups: Sequence[Sequence[int]]) -> None:
        """How many cases share each case's deck: exact for small groups, `many` for the others."""
        self._siblings = {case_id: len(group) for group in groups if len(group) < _MANY for case_id in group}
        self._usual_siblings = _MANY
        self._groups = groups
        self._decks = len(groups)


def operating_point_wanted(manifest: Manifest) -> frozenset[str] | None:
    """The parameters of devices that a run stores beside the usual ones; None: it stores no operating points.

    A run stores them if ``save:`` asks for it or a measurement needs them.
    """
    needed = parameters_needed(manifest.case_measurements)
    return frozenset() if needed is None and SAVED_AS in manifest.save else needed


def deck_paths(layout: RunLayout, manifest: Manifest) -> tuple[str, str]:
    """The DUT netlist and the project's directory as decks name them.

    Relative to a case's directory while the run is inside its project, so that a project can be moved with
    its runs; absolute otherwise.
    """
    root = manifest.project_root
    if not _is_inside(layout):
        return str(root / manifest.dut_netlist), str(root)
    up = os.path.relpath(layout.root, layout.case_dir(1))
    return str(Path(up) / manifest.dut_netlist), up


def template_paths(layout: RunLayout, manifest: Manifest) -> TemplatePaths:
    """How the names of files in a template are written in decks; as they are in a run that does not know
    where its template was.
    """
    named = manifest.template_directory_if_known
    root = layout.root if _is_inside(layout) else manifest.project_root
    directory = None if named is None else root / str(named)
    return TemplatePaths(directory, layout.case_dir(1) if _is_inside(layout) else None, unmarked)


def _is_inside(layout: RunLayout) -> bool:
    """Whether a run is inside its project."""
    stands = layout.path.resolve().parent.parent == layout.root.resolve()
    return stands and (layout.root / "sim_setup.yaml").exists()


def clear_case(directory: Path) -> None:
    """An empty case directory; the log of an attempt before this one is kept under the next free number.

    A link in its place is replaced, never followed: what it leads to is not ours to empty.
    """
    if directory.is_symlink():
        directory.unlink()
    try:
        make_case_directory(directory)
        return
    except FileExistsError:
        pass
    for entry in list(directory.iterdir()):
        if entry.name == "simulator.log":
            entry.replace(_numbered(directory))
        elif entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        elif not (entry.name.startswith("simulator.") and entry.name.endswith(".log")):
            entry.unlink()


def _numbered(directory: Path) -> Path:
    number = 1
    while (path := directory / f"simulator.{number}.log").exists():
        number += 1
    return path
