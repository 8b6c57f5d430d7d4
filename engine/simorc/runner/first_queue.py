"""What a runner is to do when it begins: its cases, in groups that are likely to share a deck."""

from __future__ import annotations

import time
from collections.abc import Sequence

from simorc.rundir.run_settings import RunSettings
from simorc.rundir.store.finished import Finished
from simorc.runner.case_queue import CaseQueue
from simorc.runner.deck_groups import deck_groups
from simorc.runner.ledger import Ledger
from simorc.runner.preparation import Preparation
from simorc.simulators.outcome import FailureKind, Outcome

Groups = Sequence[Sequence[int]]


def first_queue(
    store: Ledger, settings: RunSettings, preparation: Preparation, place: str, groups: Groups | None
) -> CaseQueue:
    """The cases named in the settings, or all that are pending or failed; they are pending from now on.

    An attempt that was in progress when an earlier runner died is recorded as lost at `place`. `groups` are
    the cases likely to share a deck, if known.
    """
    statuses = store.statuses
    for case_id in statuses.ids("in_progress"):
        _record_lost(store, case_id, place)
    left = list(settings.cases) if settings.cases is not None else statuses.ids("pending", "failed")
    store.back_to_pending([case_id for case_id in left if statuses.of(case_id) != "pending"])
    return CaseQueue([left] if settings.warm == "off" else _grouped(left, preparation, groups))


def _grouped(left: Sequence[int], preparation: Preparation, groups: Groups | None) -> Groups:
    groups = deck_groups(preparation) if groups is None else groups
    preparation.set_groups(groups)
    if len(groups) == 1:
        return [left]
    wanted = frozenset(left)
    return [[case_id for case_id in group if case_id in wanted] for group in groups]


def _record_lost(store: Ledger, case_id: int, place: str) -> None:
    died = Outcome.failed(FailureKind.LOST_WORKER, "the runner died during this attempt")
    attempt = store.attempts_of(case_id)
    store.attempt_finished(Finished(case_id, attempt, died, "retry", False, time.time(), place))
    store.back_to_pending([case_id])
