"""Stops a Monte Carlo when its yield is known (``monte_carlo.stop_when`` of a sweep).

Each combination of all other axes (a corner, a supply) has its own samples and is sampled until its own yield
is known. Yield is the share of samples that meet the specs; a failed simulation or a missing value counts as
a violation. Its confidence interval is Wilson's. Samples that are identical to the bit give no information
about yield: such a combination is simulated to its end.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from simorc.config.definitions import Spec, StopRule
from simorc.measurements.spec_limits import meets
from simorc.measurements.yield_interval import Yield, yield_of
from simorc.rundir.layout import RunLayout
from simorc.rundir.manifest import Manifest
from simorc.rundir.store.reader import RunReader
from simorc.sweeps.plan import Plan


@dataclass(frozen=True)
class Known:
    """A combination whose yield is known: its cases, and the message to report."""

    case_ids: Sequence[int]
    message: str


def is_known(rule: StopRule, found: Yield) -> bool:
    """Whether these samples are enough for the rule."""
    if found.total < rule.least:
        return False
    narrow = rule.width is not None and found.high - found.low <= rule.width
    aside = rule.target is not None and (found.low > rule.target or found.high < rule.target)
    return narrow or aside


class Stopping:
    """Counts the samples of every combination, and reports when there are enough."""

    def __init__(self, plan: Plan, rule: StopRule, specs: Sequence[Spec]) -> None:
        self._plan = plan
        self._rule = rule
        self._specs = specs
        sizes = plan.axis_sizes
        # The samples are the last axis: equal codes there put all samples of a combination together.
        codes: list[Sequence[int]] = [range(size) for size in sizes[:-1]]
        self._groups = plan.grouped([*codes, [0] * sizes[-1]])
        self._group_of = array("I", bytes(4 * (len(plan) + 1)))
        for number, group in enumerate(self._groups):
            for case_id in group:
                self._group_of[case_id] = number
        self._passed = [0] * len(self._groups)
        self._judged = bytearray(len(plan) + 1)
        self._total = [0] * len(self._groups)
        self._known: set[int] = set()
        self._first: dict[int, int] = {}
        self._varied: set[int] = set()

    @property
    def measurements(self) -> list[str]:
        """What the specs are about."""
        return [spec.measurement for spec in self._specs]

    def concluded(
        self, case_id: int, values: Mapping[str, float] | None, fingerprint: int | None = None
    ) -> Known | None:
        """Count a case with its measurements (None: its simulation failed) and the fingerprint of its
        waveforms (None: not known); its combination, if its yield is known now and was not before.

        A case that is run again counts once, as it came out first.
        """
        group = self._group_of[case_id]
        if not self._judged[case_id]:
            self._judged[case_id] = 1
            self._total[group] += 1
            self._passed[group] += values is not None and self._good(case_id, values)
            if values is not None:
                self._note_sample(group, values, fingerprint)
        found = yield_of(self._passed[group], self._total[group], self._rule.confidence)
        if group in self._known or not is_known(self._rule, found) or self._is_one_sample(group):
            return None
        self._known.add(group)
        return Known(self._groups[group], self._message(group, found))

    def _note_sample(self, group: int, values: Mapping[str, float], fingerprint: int | None) -> None:
        """Remember whether the completed samples of a combination differ, as far as that is known."""
        what = hash((fingerprint, *sorted(values.items())))
        if fingerprint is None or self._first.setdefault(group, what) != what:
            self._varied.add(group)

    def _is_one_sample(self, group: int) -> bool:
        """Whether all completed samples of a combination, more than one, are the same to the bit."""
        return group in self._first and group not in self._varied

    def _good(self, case_id: int, values: Mapping[str, float]) -> bool:
        case = self._plan.case(case_id)
        own = case.parameters.get("corner")
        corners = (None if own is None else str(own), case.corner)
        return all(
            spec.measurement in values and meets(spec, values[spec.measurement], corners)
            for spec in self._specs
        )

    def _message(self, group: int, found: Yield) -> str:
        ids = self._groups[group]
        scope = self._plan.case(ids[0]).scope()
        shared = {
            name: value
            for name, value in scope.items()
            if name != "sample" and self._is_held(ids, name, value)
        }
        where = ", ".join(f"{name}={value}" for name, value in shared.items())
        percent = f"{100 * found.fraction:.4g} % ({100 * found.low:.4g} … {100 * found.high:.4g})"
        text = f"yield {percent} after {found.total} of {len(ids)} samples"
        return f"{where}: {text}" if where else text

    def _is_held(self, ids: Sequence[int], name: str, value: object) -> bool:
        return len(ids) < 2 or self._plan.case(ids[-1]).scope().get(name) == value


def stopping_of(layout: RunLayout, manifest: Manifest, plan: Plan) -> Stopping | None:
    """The stopping of a run, None if its sweep has none."""
    rule = manifest.stop_rule
    if rule is None or not plan.samples:
        return None
    across = manifest.measurements.keys() - manifest.case_measurements.keys()
    names = [rule.spec] if rule.spec else [name for name in manifest.specs if name not in across]
    specs = [manifest.specs[name] for name in names]
    return Stopping(plan, rule, specs) if specs else None


def already_known(layout: RunLayout, stopping: Stopping) -> list[Known]:
    """Count what earlier runners finished; the combinations that need no further sample."""
    found = []
    with RunReader(layout) as view:
        columns = {column.label: column.name for column in view.columns() if column.role == "measurement"}
        last = 0
        while rows := view.page(0, 5000, where="id > ? AND status IN ('completed','failed')", args=(last,)):
            for row in rows:
                values = {
                    name: row[columns[name]]
                    for name in stopping.measurements
                    if name in columns and row[columns[name]] is not None
                }
                completed = row["status"] == "completed"
                known = stopping.concluded(row["id"], values if completed else None, row["fingerprint"])
                found += [known] if known is not None else []
            last = rows[-1]["id"]
    return found
