"""`measure` changes definitions and values together: killed at any write it leaves wholly old or new ones."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simorc.config.definitions import measurements_of_json, specs_of_json, to_json
from simorc.maintenance.remeasure import remeasure
from simorc.results.frame import load_frame
from simorc.results.open_run import OpenRun
from simorc.rundir.attempts.attempt_log import recorded_definitions
from simorc.rundir.layout import RunLayout
from simorc.rundir.manifest import load_manifest
from simorc.rundir.store import measured_rows
from simorc.runner.measuring import hooks_root

from .test_remeasure import MakeRun, layout  # noqa: F401 -- a fixture

NEW = measurements_of_json(
    {
        "top": {"expr": "2*max(v(out))"},
        "low": {"expr": "min(v(out))"},
        "gain": {"meas": "gain"},
        "hook": {"python": "hook.py:value"},
    }
)
SPECS = specs_of_json({"top": {"min": 9.0}})
KILLED = 77
MOST_WRITES = 500


CHANGES_OF_FILES = frozenset(
    {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate", "os.link", "os.symlink", "os.chmod"}
)
"""Events of Python that announce a change of the file system; a file that is opened to be written is one."""


class Killer:
    """Ends this process before its `last`-th write, whoever makes it: a statement of the store, a file that
    is opened to be written, made, renamed or removed, the first byte of a record and the middle of it.
    """

    def __init__(self, last: int) -> None:
        self._left = last

    def statement(self, _: str) -> None:
        self._write()

    def event(self, name: str, args: tuple[Any, ...]) -> None:
        written = name == "open" and isinstance(args[2], int) and args[2] & (os.O_WRONLY | os.O_RDWR)
        if written or name in CHANGES_OF_FILES:
            self._write()

    def torn(self, write: Callable[[int, bytes], int]) -> Callable[[int, bytes], int]:
        def guarded(file: int, text: bytes) -> int:
            self._write()
            self._write(lambda: write(file, text[: len(text) // 2]))
            return write(file, text)

        return guarded

    def _write(self, last_words: Callable[[], object] = lambda: None) -> None:
        self._left -= 1
        if not self._left:
            last_words()
            os._exit(KILLED)


def measured_in_a_child(layout: RunLayout, project: Path, last: int) -> int:  # noqa: F811
    """Measure in a process that is killed before its `last`-th write; its exit code."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    try:
        killer, opened = Killer(last), measured_rows.open_for_writing

        def traced(path: Path) -> sqlite3.Connection:
            db = opened(path)
            db.set_trace_callback(killer.statement)
            return db

        measured_rows.open_for_writing = traced
        os.write = killer.torn(os.write)  # type: ignore[assignment]
        sys.addaudithook(killer.event)
        remeasure(layout, NEW, SPECS, project_root=project)
        os._exit(0)
    finally:
        os._exit(1)


def state_of(layout: RunLayout) -> tuple[object, ...]:  # noqa: F811
    """What a reader sees: definitions, specs, values, and where hooks are read from."""
    manifest, frame = load_manifest(layout), load_frame(layout)
    values = {name: [float(value) for value in column[:3]] for name, column in frame.measurements.items()}
    return (
        json.dumps(to_json(manifest.measurements), sort_keys=True),
        json.dumps(to_json(manifest.specs), sort_keys=True),
        json.dumps({name: list(map(repr, column)) for name, column in sorted(values.items())}),
        (layout.path / (manifest.hooks.directory or "none") / "hook.py").is_file(),
    )


def test_killed_at_any_write(layout: RunLayout, tmp_path: Path) -> None:  # noqa: F811
    project = tmp_path / "project"
    project.mkdir()
    (project / "hook.py").write_text("def value(waves, parameters):\n    return 5.0\n")
    built = layout.manifest.read_bytes()
    before, seen, deaths, repeated = state_of(layout), set[tuple[object, ...]](), 0, False
    for last in range(1, MOST_WRITES):
        spare = layout.path.with_name("spare")
        shutil.copytree(layout.path, spare)
        code = measured_in_a_child(RunLayout(spare), project, last)
        assert code in (0, KILLED)
        state = state_of(RunLayout(spare))
        seen.add(state)
        assert (spare / "manifest.json").read_bytes() == built, "it is written once"
        if code == KILLED and state != before and not repeated:
            repeated = True
            remeasure(RunLayout(spare), NEW, SPECS, project_root=project)
            recorded = recorded_definitions(RunLayout(spare).trace)
            assert recorded is not None and recorded["measurements"] == to_json(NEW)
        shutil.rmtree(spare)
        deaths += code == KILLED
        if code == 0:
            break
    assert deaths > 30 and repeated
    assert len(seen) == 2 and before in seen, "wholly old or wholly new"
    (after,) = seen - {before}
    assert json.loads(str(after[0])) == to_json(NEW) and after[3]
    assert json.loads(str(after[2]))["top"] == ["8.0", "16.0", "24.0"]
    assert json.loads(str(after[2]))["hook"] == ["5.0"] * 3


def test_measuring_again_by_the_same_definitions_computes_nothing(
    layout: RunLayout,  # noqa: F811
    tmp_path: Path,
) -> None:
    (tmp_path / "hook.py").write_text("def value(waves, parameters):\n    return 5.0\n")
    remeasure(layout, NEW, SPECS, project_root=tmp_path)
    run = OpenRun(layout)
    assert run.definitions == NEW and [spec.measurement for spec in run.specs] == ["top"]
    done = remeasure(layout, NEW, SPECS, project_root=tmp_path)
    assert done.measurements == ()


def test_an_edited_hook_measures_every_case_again(layout: RunLayout, tmp_path: Path) -> None:  # noqa: F811
    hook = tmp_path / "hook.py"
    hook.write_text("def value(waves, parameters):\n    return 5.0\n")
    remeasure(layout, NEW, SPECS, project_root=tmp_path)
    hook.write_text("def value(waves, parameters):\n    return 6.0\n")
    done = remeasure(layout, NEW, SPECS, project_root=tmp_path)
    assert done.measurements == ("hook",)
    assert load_frame(layout).values("hook")[:3].tolist() == [6.0] * 3
    manifest = load_manifest(layout)
    assert "6.0" in (hooks_root(layout, manifest) / "hook.py").read_text()


def test_a_run_measured_by_an_older_version_is_read_and_brought_forward(
    layout: RunLayout,  # noqa: F811
    tmp_path: Path,
) -> None:
    """Its definitions stand in the manifest, and its store has no table for them."""
    db = sqlite3.connect(layout.database)
    for table in ("definitions", "accepted", "case_warnings", "warning_texts"):
        db.execute(f"DROP TABLE IF EXISTS {table}")
    db.execute("PRAGMA user_version=3")
    db.commit()
    db.close()
    assert set(load_manifest(layout).measurements) == {"top", "gain"}
    remeasure(layout, measurements_of_json({"top": {"expr": "max(v(out))"}}), SPECS, project_root=tmp_path)
    assert set(load_manifest(layout).measurements) == {"top"}
    assert set(json.loads(layout.manifest.read_text())["measurements"]) == {"top", "gain"}


@pytest.mark.parametrize("body", ["nonsense", "[1, 2]", "3"])
def test_definitions_that_make_no_sense_are_not_believed(make_run: MakeRun, body: str) -> None:
    from simorc.errors import StoreError

    made = make_run([("completed", {}, {"a": 1.0})], measurements={"a": {"expr": "1"}})
    db = sqlite3.connect(made.database)
    db.execute("INSERT INTO definitions VALUES ('measurements', ?)", (body,))
    db.commit()
    db.close()
    try:
        assert load_manifest(made).measurements == measurements_of_json({"a": {"expr": "1"}})
    except StoreError as error:
        assert "measurements" in error.message
