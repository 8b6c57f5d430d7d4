"""The definitions that a run was measured by again: in its store and, if that is lost, in its attempt log.

`measure` writes the store first: a power loss in between leaves the log without the newest definitions.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from simorc.rundir.attempts.attempt_log import Trace, recorded_definitions
from simorc.rundir.layout import RunLayout
from simorc.rundir.store.definitions import stored_definitions


def newest_definitions(layout: RunLayout) -> Mapping[str, Any] | None:
    """What the run was measured by last, according to its store and its attempt log together; None if it was
    never measured again.
    """
    return unrecorded_definitions(layout) or recorded_definitions(layout.trace)


def unrecorded_definitions(layout: RunLayout) -> Mapping[str, Any] | None:
    """The definitions in the store if they are newer than those in the attempt log, else None."""
    stored, recorded = stored_definitions(layout.database), recorded_definitions(layout.trace)
    if "measured" not in stored or recorded is None:
        return stored if "measured" in stored else None
    same = all(stored.get(name) == body for name, body in recorded.items())
    return None if same or _measured(stored) < _measured(recorded) else stored


def record_definitions(layout: RunLayout, now: Mapping[str, Any]) -> None:
    """Write into the attempt log what the run was measured by."""
    trace = Trace(layout)
    try:
        trace.append_definitions(now)
    finally:
        trace.close()


def _measured(definitions: Mapping[str, Any]) -> datetime:
    try:
        return datetime.fromisoformat(str(definitions["measured"])).astimezone(UTC)
    except (KeyError, ValueError):
        return datetime.fromtimestamp(0, UTC)
