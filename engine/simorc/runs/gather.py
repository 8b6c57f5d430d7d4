"""Gathering what workers reported into a run that no runner holds."""

from __future__ import annotations

from simorc.errors import RunBusy
from simorc.runs.holder import RunnerLock
from simorc.runs.layout import RunLayout
from simorc.runs.status_files import any_reports


def gather_idle(layout: RunLayout) -> None:
    """Bring waiting reports into the store, if there are any and nobody holds the run (a runner gathers by itself)."""
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
    from simorc.runs.status_files import gather_reports
    from simorc.runs.store import Finished, Store
    from simorc.runs.trace import Trace
    from simorc.sweeps.plan import Plan

    plan = Plan.from_json(load_manifest(layout)["plan"])
    with Store(layout, plan) as store:
        trace = Trace(layout)
        for report in gather_reports(layout, len(plan)):
            if isinstance(report, tuple):
                store.event("warning", f"unreadable report {report[0].name}: {report[1]}")
                continue
            attempt = store.attempts_of(report.case_id) + 1
            store.attempt_finished(
                Finished(report.case_id, attempt, report.outcome, "done", True, report.started, report.place)
            )
        if not store.statuses.counts()["pending"]:
            store.set_meta(state="finished")
        written = store.flush()
        metrics = {(done.case_id, done.attempt): done.outcome.measurements for done in written}
        trace.append(store.attempts_after(trace.last_seq), metrics)
        trace.close()
        write_metadata(layout, plan, store.statuses.snapshot(), store.failure_messages())
