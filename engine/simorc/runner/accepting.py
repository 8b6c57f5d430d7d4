"""`--accept-changes`: adds changed files to a run as another circuit."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from simorc.errors import TemplateError
from simorc.netlist.deck.worked_out_names import cases_of_other_files, naming_words
from simorc.rundir.circuit.circuits import circuits_of
from simorc.rundir.circuit.freezing import describe, freeze, freeze_template, sources_of
from simorc.rundir.circuit.input_changes import changes_of, project_root, refuse_changed
from simorc.rundir.circuit.record import ACCEPT, Circuit
from simorc.rundir.layout import RunLayout
from simorc.rundir.manifest import Manifest
from simorc.rundir.provenance import describe_tools, files_read
from simorc.rundir.run_settings import RunSettings
from simorc.runner.preparation import Preparation
from simorc.schematics.digests import Digests


def accept_changes(layout: RunLayout, manifest: Manifest) -> Circuit | None:
    """Make the project's files as they are now the circuit in force; None where nothing has changed.

    The run's lock must be held. Raises InputsChanged for what cannot be accepted, TemplateError for a
    template that cannot be rendered any more.
    """
    simulator = describe_tools(manifest.simulator.executable).simulator
    changes = changes_of(layout, manifest, simulator)
    refuse_changed(layout, changes, ACCEPT)
    if not changes:
        return None
    number = circuits_of(layout, manifest)[-1].number + 1
    circuit = Circuit(
        number=number,
        directory=f"inputs/circuit-{number}",
        template=Path(manifest.template).name,
        simulator=simulator,
        changes=tuple(map(str, changes)),
    )
    root = project_root(layout, manifest)
    template = root / (manifest.template_directory_if_known or "") / circuit.template
    shutil.rmtree(circuit.place(layout), ignore_errors=True)
    made = frozen(layout, manifest, circuit, root, template)
    describe(layout, made)
    return made


def frozen(layout: RunLayout, manifest: Manifest, circuit: Circuit, root: Path, template: Path) -> Circuit:
    """A circuit with its files copied into the run.

    Rendering the first case's deck reports every error of the template here.
    """
    sources = sources_of(root, template, manifest)
    copies = freeze_template(circuit.place(layout), sources)
    begun = Circuit(**{**vars(circuit), "copies": copies})
    preparation = Preparation(layout, manifest, RunSettings(), begun)
    digests = Digests.load(root)
    read = files_read(layout.case_dir(1), kinds_of_decks(preparation))
    made = freeze(layout, begun, sources, read, digests)
    digests.save(root)
    return made


def kinds_of_decks(preparation: Preparation) -> Iterator[str]:
    """The first case's deck, and one for each case that may read other files.

    Every combination of values from which the template works out names of files is looked at, up to 4096;
    64 values of any other axis are.
    """
    plan = preparation.plan
    yield preparation.deck_as_written(plan.case(1))
    for case in cases_of_other_files(plan, naming_words(preparation.template)):
        try:
            yield preparation.deck_as_written(case)
        except TemplateError:  # a combination that need not be one of the sweep's cases
            continue
