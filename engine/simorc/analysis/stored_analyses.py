"""What the commands of analyses found, kept for reports and the interface.

``simulations/analyses/NAME.KIND.json`` is the newest result of an analysis: one file for each name and kind,
with the digests of all that its simulations have read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, get_args

from simorc import __version__
from simorc.analysis.evaluation import Evaluator
from simorc.analysis.points import Point
from simorc.analysis.simulated_inputs import inputs_of
from simorc.analysis.subject import Subject
from simorc.config.project import Project
from simorc.errors import StoreError
from simorc.files import read_json, write_json
from simorc.rundir.instants import CREATED_UTC, written
from simorc.rundir.layout import SIMULATIONS

DIRECTORY = "analyses"
Kind = Literal["mismatch", "sensitivity", "wcd", "yield"]
Rows = Sequence[Mapping[str, Any]]


class AnalysisRecord:
    """The file of one analysis that is going on. The digests are those of its beginning."""

    def __init__(self, project: Project, subject: Subject, evaluator: Evaluator, kind: Kind) -> None:
        points = [Point(subject.testbench, each.parameters, each.corner) for each in subject.conditions]
        self.path = project.root / SIMULATIONS / DIRECTORY / f"{subject.name}.{kind}.json"
        self._head = {
            "analysis": subject.name,
            "kind": kind,
            "testbench": subject.testbench,
            "environment": project.environment,
            "simorc": __version__,
            "inputs": inputs_of(evaluator, points),
        }

    def store(self, **found: Rows) -> None:
        """Replace the file by what was `found`: lists of rows by their names."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        write_json(self.path, {**self._head, CREATED_UTC: written(datetime.now(UTC)), "found": found})


@dataclass(frozen=True)
class StoredAnalysis:
    """A stored analysis. `found` has its rows as the commands print them with ``--json``."""

    name: str
    kind: Kind
    testbench: str
    created: str
    environment: str | None
    inputs: Mapping[str, str]
    found: Mapping[str, Rows]

    def differing(self, inputs: Mapping[str, str]) -> list[str]:
        """The files whose contents were others than in `inputs`, of those that both have."""
        return sorted(
            name for name, digest in self.inputs.items() if name in inputs and inputs[name] != digest
        )


def stored_analyses(root: Path) -> tuple[list[StoredAnalysis], list[str]]:
    """The analyses of the project at `root` in the order of their names, and a sentence for each file that
    cannot be read.
    """
    found, lost = [], []
    for path in sorted((root / SIMULATIONS / DIRECTORY).glob("*.json")):
        try:
            found.append(read_stored(path))
        except StoreError as error:
            lost.append(error.message)
    return found, lost


def read_stored(path: Path) -> StoredAnalysis:
    """The analysis in a file. Raises StoreError."""
    try:
        body = read_json(path)
        kind = body["kind"]
        if kind not in get_args(Kind):
            raise ValueError(f"unknown kind {kind!r}")
        return StoredAnalysis(
            name=str(body["analysis"]),
            kind=kind,
            testbench=str(body["testbench"]),
            created=str(body[CREATED_UTC]),
            environment=body["environment"],
            inputs={str(name): str(digest) for name, digest in body["inputs"].items()},
            found={str(name): [dict(row) for row in rows] for name, rows in body["found"].items()},
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise StoreError(f"{path}: not a stored analysis: {error}", remedy="repeat the analysis") from None
