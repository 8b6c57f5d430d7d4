"""States whether the cases of a run come from more than one circuit."""

from __future__ import annotations

from collections.abc import Mapping

from simorc.errors import SimorcError
from simorc.rundir.layout import RunLayout
from simorc.rundir.store.reader import RunReader

_NAMED = 5


def mixture(view: RunReader) -> str:
    """The message for a run whose cases were not all simulated from one circuit; empty for any other run."""
    accepted = view.accepted()
    return _words(view.layout, accepted) if accepted else ""


def _words(layout: RunLayout, accepted: Mapping[int, int]) -> str:
    changes = _changes(layout)
    parts = []
    for number in sorted(set(accepted.values())):
        cases = sorted(case_id for case_id, circuit in accepted.items() if circuit == number)
        named = ", ".join(map(str, cases[:_NAMED])) + (", ..." if len(cases) > _NAMED else "")
        why = f" after: {changes[number]}" if changes.get(number) else ""
        plural = "s" if len(cases) > 1 else ""
        parts.append(f"case{plural} {named} ({len(cases)}) simulated{why}")
    return f"this run mixes {len(set(accepted.values())) + 1} circuits: {'; '.join(parts)}"


def _changes(layout: RunLayout) -> dict[int, str]:
    # Imported here: hardly any run mixes circuits, and `simorc status` asks every run.
    from simorc.rundir.circuit.circuits import circuits_of
    from simorc.rundir.manifest import load_manifest

    try:
        return {
            circuit.number: ", ".join(circuit.changes)
            for circuit in circuits_of(layout, load_manifest(layout))
        }
    except SimorcError:
        return {}  # the cases are named all the same
