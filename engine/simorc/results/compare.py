"""Compares two sets of results: matches cases by their parameters, finds changed values and verdicts."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from simorc.results.frame import Floats, Frame
from simorc.results.specs import SpecResult
from simorc.rundir.manifest import Manifest

DEFAULT_RELATIVE = 1e-6


@dataclass(frozen=True)
class Tolerance:
    """A value moved when it differs by more than ``absolute`` and by more than ``relative`` times the old
    value.
    """

    relative: float = DEFAULT_RELATIVE
    absolute: float = 0.0

    def exceeded(self, old: Floats, new: Floats) -> Any:
        """Where values moved; a value that came or went always did."""
        moved = np.abs(new - old) > np.maximum(self.absolute, self.relative * np.abs(old))
        return moved | (np.isnan(old) != np.isnan(new))


@dataclass(frozen=True)
class Moved:
    """One measurement of one case. ``old`` or ``new`` is None where there is no value."""

    measurement: str
    parameters: Mapping[str, Any]
    old_case: int
    new_case: int
    old: float | None
    new: float | None

    @property
    def difference(self) -> float | None:
        return None if self.old is None or self.new is None else self.new - self.old

    @property
    def percent(self) -> float | None:
        return 100 * self.difference / abs(self.old) if self.difference is not None and self.old else None


@dataclass(frozen=True)
class Comparison:
    """What differs between an old and a new set of results."""

    matched: int
    moved: list[Moved]
    status_changes: list[tuple[Mapping[str, Any], str, str]]
    only_old: list[Mapping[str, Any]]
    only_new: list[Mapping[str, Any]]
    spec_changes: list[tuple[str, str, str]] = field(default_factory=list)
    inputs: list[tuple[str, str, str]] = field(default_factory=list)
    largest: Mapping[str, Moved] = field(default_factory=dict)
    gone: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    """Measurements that only the old, only the new results have."""

    @property
    def same(self) -> bool:
        """Whether every case and measurement of the old results is there in the new ones and nothing moved.

        Differing inputs, new measurements and new specs that pass do not count.
        """
        specs = [row for row in self.spec_changes if row[1] != "none" or row[2] not in ("pass", "near")]
        cases = self.moved or self.status_changes or self.only_old or self.only_new
        return not (cases or self.gone or specs)


def case_keys(frame: Frame, names: Sequence[str]) -> list[tuple[Any, ...]]:
    """What a case is recognised by: its parameters of these names, and which one it is of several alike."""
    columns = [frame.parameters[name].tolist() for name in names]
    seen: dict[tuple[Any, ...], int] = {}
    keys = []
    for values in zip(*columns, strict=True) if columns else ((),) * len(frame):
        repetition = seen.get(values, 0)
        seen[values] = repetition + 1
        keys.append((*values, repetition))
    return keys


def compare_frames(
    old: Frame,
    new: Frame,
    *,
    tolerance: Tolerance | None = None,
    tolerances: Mapping[str, Tolerance] | None = None,
) -> Comparison:
    """Compare case by case; ``tolerances`` are those of single measurements."""
    names = [name for name in old.parameters if name in new.parameters]
    new_places = {key: place for place, key in enumerate(case_keys(new, names))}
    pairs: list[tuple[int, int]] = []
    only_old: list[Mapping[str, Any]] = []
    for place, key in enumerate(case_keys(old, names)):
        other = new_places.pop(key, None)
        if other is None:
            only_old.append(old.parameters_of(place))
        else:
            pairs.append((place, other))
    olds, news = (np.array([pair[i] for pair in pairs], dtype=np.int64) for i in (0, 1))
    default = tolerance or Tolerance()
    moved = list(_moved(old, new, olds, news, default, tolerances or {}))
    return Comparison(
        matched=len(pairs),
        moved=moved,
        status_changes=_status_changes(old, new, olds, news),
        only_old=only_old,
        only_new=[new.parameters_of(place) for place in new_places.values()],
        largest=_largest(moved),
        gone=tuple(name for name in old.measurements if name not in new.measurements),
        added=tuple(name for name in new.measurements if name not in old.measurements),
    )


def _moved(
    old: Frame, new: Frame, olds: Any, news: Any, default: Tolerance, own: Mapping[str, Tolerance]
) -> Iterator[Moved]:
    for measurement in (name for name in old.measurements if name in new.measurements):
        a, b = old.values(measurement)[olds], new.values(measurement)[news]
        for place in np.flatnonzero(own.get(measurement, default).exceeded(a, b)):
            at = int(news[place])
            yield Moved(
                *(measurement, new.parameters_of(at), int(old.ids[olds[place]]), int(new.ids[at])),
                *(_or_none(a[place]), _or_none(b[place])),
            )


def _or_none(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _status_changes(old: Frame, new: Frame, olds: Any, news: Any) -> list[tuple[Mapping[str, Any], str, str]]:
    changed = np.flatnonzero(old.status[olds] != new.status[news])
    return [
        (new.parameters_of(int(news[i])), str(old.status[olds[i]]), str(new.status[news[i]])) for i in changed
    ]


def _largest(moved: Sequence[Moved]) -> dict[str, Moved]:
    """The largest move of each measurement, relative where that is defined."""
    found: dict[str, Moved] = {}
    for each in moved:
        if each.measurement not in found or _size(each) > _size(found[each.measurement]):
            found[each.measurement] = each
    return found


def _size(moved: Moved) -> float:
    if moved.percent is not None:
        return abs(moved.percent)
    return math.inf if moved.difference is None else abs(moved.difference)


def changed_specs(old: Sequence[SpecResult], new: Sequence[SpecResult]) -> list[tuple[str, str, str]]:
    """(measurement, old status, new status) of every spec that changed sides, came or went."""
    before = {result.spec.measurement: result.status for result in old}
    after = {result.spec.measurement: result.status for result in new}
    names = dict.fromkeys((*before, *after))
    rows = [(name, before.get(name, "none"), after.get(name, "none")) for name in names]
    return [row for row in rows if row[1] != row[2]]


def changed_inputs(old: Manifest, new: Manifest) -> list[tuple[str, str, str]]:
    """(dotted key, old, new) of whatever differs between two manifests in what led to the results."""
    before, after = _flat(old.causes()), _flat(new.causes())
    keys = dict.fromkeys((*before, *after))
    rows = [(key, before.get(key, "none"), after.get(key, "none")) for key in keys]
    return [row for row in rows if row[1] != row[2]]


def _flat(value: Any, prefix: str = "") -> dict[str, str]:
    if isinstance(value, Mapping):
        found: dict[str, str] = {}
        for key, each in value.items():
            found.update(_flat(each, f"{prefix}.{key}" if prefix else str(key)))
        return found
    return {} if value is None else {prefix: str(value)}
