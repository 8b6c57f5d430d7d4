"""Finds values that changed after simorc wrote them: by a fault of the disk, or by another program.

The manifest, the store and the attempt log have checksums; each attempt is in the store and in the log; and
the store has a fingerprint of the waveforms of each attempt.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from simorc.errors import WaveformError
from simorc.maintenance.recorded_measuring import newest_definitions
from simorc.rundir import checksums
from simorc.rundir.attempts.history import key_of, stored_attempts, traced_attempts
from simorc.rundir.layout import RunLayout
from simorc.rundir.store.finished import Finished
from simorc.rundir.store.reader import RunReader
from simorc.waveforms.fingerprint import fingerprint
from simorc.waveforms.rawfile import RawFile

CHANGED = "its content is not what simorc wrote (a fault of the disk, or another program changed it)"
UNBELIEVED = "restore the run from an archive or a copy, or simulate it again"


@dataclass(frozen=True)
class Intact:
    """Whether each file is what its writer left; None where that is unknown."""

    store: bool | None = None
    log: bool | None = None
    manifest: bool | None = None


def intact(layout: RunLayout) -> Intact:
    """The state of the files by their checksums."""
    found: list[bool | None] = []
    for path in (layout.database, layout.trace, layout.manifest):
        try:
            found.append(checksums.is_intact(path))
        except OSError:
            found.append(None)  # a missing or unreadable file is reported as such
    return Intact(*found)


def differences(layout: RunLayout, total: int) -> list[str]:
    """What the store has otherwise than the attempt log, a text for each attempt.

    Measuring a run again changes the values and verdicts of the store alone: these are not compared then.
    """
    measured_again = newest_definitions(layout) is not None
    traced = {key_of(attempt): attempt for attempt in traced_attempts(layout.trace, total)}
    found = []
    for attempt in stored_attempts(layout.database, total):
        known = traced.get(key_of(attempt))
        if known is not None and (text := ", ".join(_differing(attempt, known, measured_again))):
            found.append(f"case {attempt.case_id}, attempt {attempt.attempt}: {text}")
    return found


def _differing(stored: Finished, traced: Finished, measured_again: bool) -> Iterator[str]:
    one, other = stored.outcome, traced.outcome
    pairs: dict[str, tuple[object, object]] = {
        "action": (stored.action, traced.action),
        "start": (stored.started, traced.started),
        "place": (stored.place, traced.place),
        "seconds": (one.seconds, other.seconds),
        "warm": (one.warm, other.warm),
        "fingerprint": (one.fingerprint, other.fingerprint),
    }
    if not measured_again:
        pairs |= {"status": (one.status, other.status), "kind": (one.kind, other.kind)}
        if one.measurements:
            names = sorted({*one.measurements, *other.measurements})
            pairs |= {name: (one.measurements.get(name), other.measurements.get(name)) for name in names}
    for name, (here, there) in pairs.items():
        if here != there:
            yield f"{name} is {here} and {there}"


def other_waveforms(layout: RunLayout, total: int) -> list[int]:
    """The completed cases whose raw file is not the one of their last attempt, ascending; a missing raw file
    is not one of them, nor is a case that is to run again.
    """
    last: dict[int, Finished] = {}
    for attempt in stored_attempts(layout.database, total):
        last[attempt.case_id] = attempt
    with RunReader(layout) as view:
        count = set(view.ids_with("completed"))
    completed = [each for each in last.values() if each.case_id in count]
    return sorted(each.case_id for each in completed if _is_other(layout, each))


def _is_other(layout: RunLayout, attempt: Finished) -> bool:
    raw = layout.raw(attempt.case_id)
    if attempt.outcome.fingerprint is None or not raw.exists():
        return False
    try:
        return fingerprint(RawFile.open(raw)) != attempt.outcome.fingerprint
    except WaveformError:
        return True
