"""A run that was measured again, and an attempt log that does not know it."""

from __future__ import annotations

from simorc.config.definitions import measurements_of_json
from simorc.maintenance.fsck import check_run
from simorc.maintenance.recorded_measuring import newest_definitions, unrecorded_definitions
from simorc.maintenance.remeasure import remeasure
from simorc.rundir import checksums
from simorc.rundir.attempts.attempt_log import is_definitions, recorded_definitions
from simorc.rundir.layout import RunLayout

from .test_fsck import run  # noqa: F401 -- a fixture


def measured(run: RunLayout, **definitions: dict[str, str]) -> None:  # noqa: F811
    remeasure(run, measurements_of_json(definitions), {}, project_root=run.root)


def forget(run: RunLayout) -> None:  # noqa: F811
    """Take the newest definitions out of the attempt log, as a power loss does."""
    lines = run.trace.read_bytes().splitlines(keepends=True)
    last = max(number for number, line in enumerate(lines) if is_definitions(line))
    run.trace.write_bytes(b"".join([*lines[:last], *lines[last + 1 :]]))
    checksums.forget(run.trace)


def test_what_both_know_is_not_reported(run: RunLayout) -> None:  # noqa: F811
    assert newest_definitions(run) is None
    measured(run, late={"expr": "1+k"})
    assert unrecorded_definitions(run) is None
    assert newest_definitions(run) == recorded_definitions(run.trace)


def test_definitions_that_the_log_has_lost_are_written_into_it_again(run: RunLayout) -> None:  # noqa: F811
    measured(run, late={"expr": "1+k"})
    measured(run, late={"expr": "2+k"})
    forget(run)
    assert recorded_definitions(run.trace)["measurements"]["late"]["expr"] == "1+k"
    assert newest_definitions(run)["measurements"]["late"]["expr"] == "2+k"
    (found,) = [each for each in check_run(run) if each.where == "trace.jsonl"]
    assert "does not record that the run was measured again" in found.message and not found.grave
    check_run(run, repair=True)
    assert recorded_definitions(run.trace)["measurements"]["late"]["expr"] == "2+k"
    assert [each for each in check_run(run) if each.where == "trace.jsonl"] == []


def test_an_older_store_does_not_overwrite_the_log(run: RunLayout) -> None:  # noqa: F811
    measured(run, late={"expr": "1+k"})
    earlier = run.database.read_bytes()
    log = run.trace.read_text()
    measured(run, late={"expr": "2+k"})
    run.database.write_bytes(earlier)
    newer = run.trace.read_text().replace(log, "")
    run.trace.write_text(log + newer.replace('"measured": "2', '"measured": "3'))
    assert unrecorded_definitions(run) is None
    assert newest_definitions(run)["measurements"]["late"]["expr"] == "2+k"
