"""Stores the reports of workers in a run that has no runner."""

from __future__ import annotations

from simorc.errors import RunBusy
from simorc.rundir.attempts.status_files import any_reports
from simorc.rundir.layout import RunLayout
from simorc.rundir.lock import RunnerLock


def gather_idle(layout: RunLayout) -> None:
    """Store waiting reports if there are any and the run is not locked (a runner gathers by itself). Called
    by the process that wrote the reports.

    If another process is gathering, this one need not wait: the other checks for new reports again after it
    has released the run.
    """
    while any_reports(layout):
        try:
            with RunnerLock(layout):
                if not gather_held(layout):
                    return
        except RunBusy:
            return


def gather_held(layout: RunLayout) -> int:
    """Store the waiting reports of a run whose lock this process has; returns how many files were removed."""
    from simorc.rundir.attempts.attempt_log import Trace
    from simorc.rundir.attempts.status_files import forget, gather_reports
    from simorc.rundir.circuit.circuits import circuit_in_force
    from simorc.rundir.manifest import load_manifest
    from simorc.rundir.metadata_csv import write_metadata
    from simorc.rundir.store.finished import finished_elsewhere
    from simorc.rundir.store.writer import Store

    manifest = load_manifest(layout)
    plan = manifest.plan
    with Store(layout, plan, durable=manifest.execution.durable) as store:
        store.circuit = circuit_in_force(layout, manifest).number
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
        after = trace.last_seq
        trace.append(store.attempts_after(after), metrics, store.circuits_after(after))
        trace.close()
        forget(gathered)
        write_metadata(layout, plan, store.statuses.snapshot(), store.failure_messages())
    return len(gathered)
