"""The directory of a sizing: ``sizing_runs/<name>_<YYYYmmddHHMMSS>/``.

manifest.json        what is sized: name, time, digests of all inputs
sizing.yaml          a copy of the sizing file
evaluations.jsonl    one line per simulation, append-only, by key; a resumed sizing reads it
steps.jsonl          the trajectory, written anew by each process: a resumed one is the same
result.json          what was found, once the sizing has ended
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from simorc import __version__
from simorc.analysis.points import Evaluation, Point
from simorc.config.names import did_you_mean
from simorc.durability import append_durably, sync_file_system
from simorc.errors import InputsChanged, RunError, RunNotFound, StoreError
from simorc.files import read_json, write_json, write_whole
from simorc.rundir.instants import CREATED_UTC, age_key, next_instant, written
from simorc.rundir.layout import RunLayout

SIZING_RUNS = "sizing_runs"


class SizingRecord(RunLayout):
    """The files of one sizing. One process at a time writes them: it has the lock (`RunnerLock`)."""

    __slots__ = ("_known",)

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._known: dict[str, dict[str, Any]] | None = None

    @property
    def definition(self) -> Path:
        return self.path / "sizing.yaml"

    @property
    def evaluations(self) -> Path:
        return self.path / "evaluations.jsonl"

    @property
    def steps(self) -> Path:
        return self.path / "steps.jsonl"

    @property
    def result(self) -> Path:
        return self.path / "result.json"

    # Inputs -------------------------------------------------------------------------------------------------

    @classmethod
    def create(cls, root: Path, name: str, definition: str, inputs: Mapping[str, str]) -> SizingRecord:
        """A new directory with the definition and the digests of its `inputs`."""
        parent = root / SIZING_RUNS
        parent.mkdir(exist_ok=True)
        stamp = time.strftime("%Y%m%d%H%M%S")
        for number in range(1, 1000):
            path = parent / (f"{name}_{stamp}" if number == 1 else f"{name}_{stamp}_{number}")
            try:
                path.mkdir()
                break
            except FileExistsError:
                continue
        record = cls(path)
        write_whole(record.definition, definition)
        created = written(next_instant(each.path for each in find_sizings(root)))
        write_json(
            record.manifest,
            {"sizing": name, CREATED_UTC: created, "simorc": __version__, "inputs": dict(inputs)},
        )
        sync_file_system(path)
        return record

    def refuse_changed(self, inputs: Mapping[str, str]) -> None:
        """Raise InputsChanged where the inputs are not those of the record: it would mix two circuits."""
        then = self.inputs_then()
        changed = sorted(name for name in then.keys() | inputs.keys() if then.get(name) != inputs.get(name))
        if changed:
            more = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
            raise InputsChanged(
                f"{self.name}: {changed[0]}{more} changed since the sizing began",
                remedy="start a new sizing, or restore the files",
            )

    def inputs_then(self) -> dict[str, str]:
        """The digests of the inputs when the sizing began. Raises StoreError."""
        try:
            return {str(name): str(digest) for name, digest in read_json(self.manifest)["inputs"].items()}
        except (OSError, ValueError, KeyError, AttributeError) as error:
            raise StoreError(f"{self.manifest}: not the manifest of a sizing: {error}") from None

    # Evaluations --------------------------------------------------------------------------------------------

    def evaluation(self, point: Point) -> Evaluation | None:
        """The stored evaluation of a point. Raises StoreError, and RunError if the record does not count."""
        line = self._lines().get(key_of(point))
        if line is None:
            return None
        return Evaluation(point, line["measurements"], line["failure"], line["kind"], line["seconds"])

    def append(self, evaluations: Sequence[Evaluation]) -> None:
        """Store evaluations; they are on the disk when this returns."""
        lines = [_line(each) for each in evaluations]
        self._write(lines)
        self._lines().update({line["key"]: line for line in lines})

    def refuse(self, reason: str) -> None:
        """Store that the evaluations do not count: the sizing must start again."""
        self._write([{"refused": reason}])

    def _write(self, lines: Sequence[Mapping[str, Any]]) -> None:
        append_durably(
            self.evaluations, "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        )

    def _lines(self) -> dict[str, dict[str, Any]]:
        if self._known is None:
            self._known = self._read()
        return self._known

    def _read(self) -> dict[str, dict[str, Any]]:
        """All whole lines by key. An incomplete last line is removed: its process was killed."""
        if not self.evaluations.exists():
            return {}
        content = self.evaluations.read_bytes()
        whole = content.rfind(b"\n") + 1
        if whole != len(content):
            os.truncate(self.evaluations, whole)
        try:
            lines = [json.loads(line) for line in content[:whole].splitlines()]
            refused = [line["refused"] for line in lines if "refused" in line]
            known = {line["key"]: line for line in lines if "refused" not in line}
        except (ValueError, KeyError, TypeError) as error:
            raise StoreError(f"{self.evaluations}: not the evaluations of a sizing: {error}") from None
        if refused:
            raise RunError(f"{self.name}: its simulations do not count: {refused[0]}", remedy="start again")
        return known

    # The trajectory -----------------------------------------------------------------------------------------

    def begin_steps(self) -> None:
        """Start the trajectory anew."""
        write_whole(self.steps, "")

    def append_step(self, step: Mapping[str, Any]) -> None:
        """One more step of the trajectory."""
        append_durably(self.steps, json.dumps(step, ensure_ascii=False) + "\n")


def key_of(point: Point) -> str:
    """What identifies a simulation: testbench, corner, and the text of every parameter."""
    parameters = sorted((name, str(value)) for name, value in point.parameters.items())
    text = json.dumps([point.testbench, point.corner, parameters])
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _line(evaluation: Evaluation) -> dict[str, Any]:
    point = evaluation.point
    return {
        "key": key_of(point),
        "testbench": point.testbench,
        "corner": point.corner,
        "parameters": {name: str(value) for name, value in point.parameters.items()},
        "measurements": dict(evaluation.measurements),
        "failure": evaluation.failure,
        "kind": evaluation.kind,
        "seconds": round(evaluation.seconds, 4),
    }


def find_sizings(root: Path) -> list[SizingRecord]:
    """The sizings of the project at `root`, newest first."""
    parent = root / SIZING_RUNS
    paths = [path for path in parent.iterdir() if path.is_dir()] if parent.is_dir() else []
    found = [record for record in map(SizingRecord, paths) if record.exists()]
    return sorted(found, key=lambda each: age_key(each.path), reverse=True)


def find_sizing(root: Path, name: str) -> SizingRecord | None:
    """A sizing by its id, its directory or ``last``; None for any other name.

    Raises RunNotFound for a name that looks like an id.
    """
    direct = SizingRecord(Path(name).resolve())
    if direct.exists() and direct.definition.exists():
        return direct
    found = find_sizings(root)
    if name == "last" and found:
        return found[0]
    by_id = next((each for each in found if each.name == name), None)
    if by_id is None and name.rpartition("_")[2].isdigit():
        near = did_you_mean(name, [each.name for each in found])
        raise RunNotFound(f"no sizing '{name}'{near}")
    return by_id
