"""Gathering what workers reported into a run that no runner holds."""

from __future__ import annotations

from simorc.errors import RunBusy
from simorc.runs.holder import RunnerLock
from simorc.runs.layout import RunLayout
from simorc.runs.status_files import any_reports


def gather_idle(layout: RunLayout) -> None:
    """Bring waiting reports into the store, if there are any and nobody holds the run (a runner gathers by
    itself).
    """
    if not any_reports(layout):
        return
    try:
        with RunnerLock(layout):
            _gather(layout)
    except RunBusy:
        return


def _gather(layout: RunLayout) -> None:
    from simorc.runs.manifest import load_manifest
    from simorc.runs.metadata import write_metadata
    from simorc.runs.status_files import forget, gather_reports
    from simorc.runs.store import Store, finished_elsewhere
    from simorc.runs.trace import Trace
    from simorc.sweeps.plan import Plan

    plan = Plan.from_json(load_manifest(layout)["plan"])
    with Store(layout, plan) as store:
        trace = Trace(layout)
        gathered = gather_reports(layout, len(plan))
        for found in gathered:
            if found.report is None:
                store.event("warning", found.problem)
            else:
                store.attempt_finished(finished_elsewhere(found.report, store))
        if not store.statuses.counts()["pending"]:
            store.set_meta(state="finished")
        written = store.flush()
        metrics = {(done.case_id, done.attempt): done.outcome.measurements for done in written}
        trace.append(store.attempts_after(trace.last_seq), metrics)
        trace.close()
        forget(gathered)
        write_metadata(layout, plan, store.statuses.snapshot(), store.failure_messages())
