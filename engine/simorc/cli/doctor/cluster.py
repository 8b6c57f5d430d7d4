"""The checks of `simorc doctor --executor NAME`: the batch scheduler and its nodes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from simorc.cli.doctor.machine import Finding
from simorc.cluster.node_report import report_of_a_node
from simorc.config.execution_record import Site
from simorc.errors import SimorcError, UsageError
from simorc.executors.batch_scheduler import Scheduler
from simorc.executors.registry import executor_names, scheduler_called
from simorc.rundir.store.connection import journal_mode

LARGEST_SKEW = 2.0


def cluster_findings(name: str, site: Site, place: Path, executable: str) -> Iterator[Finding]:
    """Look at the cluster called `name` from here and, by a tiny job, from one of its nodes."""
    scheduler = scheduler_called(name)
    if scheduler is None:
        known = ", ".join(executor_names())
        raise UsageError(f"unknown cluster scheduler {name}", remedy=f"one of: {known}")
    answer = _answer(scheduler)
    yield answer
    mode = journal_mode(place / "run.sqlite")
    yield Finding("journal", "good", f"{mode}: suits the file system of {place}")
    if answer.state == "good":
        yield from _node_findings(scheduler, site, place, executable)


def _answer(scheduler: Scheduler) -> Finding:
    began = time.monotonic()
    try:
        limit = scheduler.array_limit()
        scheduler.states(["simorc-doctor"])
    except SimorcError as error:
        return Finding(scheduler.name, "bad", error.message, error.remedy or "ask the cluster administrator")
    took = time.monotonic() - began
    return Finding(scheduler.name, "good", f"answers in {took:.1f} s; arrays of up to {limit} elements")


def _node_findings(scheduler: Scheduler, site: Site, place: Path, executable: str) -> Iterator[Finding]:
    try:
        report, skew = report_of_a_node(scheduler, site, place, executable)
    except SimorcError as error:
        yield Finding("node", "bad", error.message, error.remedy or "see execution.cluster of sim_setup.yaml")
        return
    yield Finding("node", "good", f"{report.node} sees {place}, Python {report.python}")
    if report.problem:
        yield Finding("node ngspice", "bad", report.problem, "execution.cluster.setup: module load ngspice")
    else:
        yield Finding("node ngspice", "good", report.simulator)
    fine = abs(skew) < LARGEST_SKEW
    message = f"{abs(skew):.1f} s apart from the file system's"
    yield Finding(
        "node clock", "good" if fine else "note", message, "" if fine else "synchronize its clock (NTP)"
    )
