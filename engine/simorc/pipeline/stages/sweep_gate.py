"""A gate that runs a sweep of the same project."""

from __future__ import annotations

import math
import time

from simorc.config.models.pipeline_stages import Sweep
from simorc.config.project import Project
from simorc.launch.build import build_run
from simorc.launch.start import request, runner_alive, start_runner
from simorc.pipeline.outcome import Fault, Metric, StageOutcome, failure
from simorc.pipeline.tools import Watch
from simorc.pipeline.workplace import Workplace
from simorc.results.open_run import OpenRun
from simorc.rundir.layout import SIMULATIONS, RunLayout
from simorc.rundir.summary import RunSummary, summarise

LOOK_EVERY = 0.2
NOTE = "sweep_run.txt"


def pass_sweep(place: Workplace) -> StageOutcome:
    """Run the sweep, or resume the one this attempt started; all cases must complete and meet all specs."""
    gate = place.definition.stages[place.request.stage]
    assert isinstance(gate, Sweep)
    layout = _run_of(place, gate.sweep)
    if summarise(layout).state != "finished" and not runner_alive(layout):
        start_runner(layout)
    _wait(layout, gate.timeout, place.watch)
    return _judge(layout)


def _run_of(place: Workplace, sweep: str) -> RunLayout:
    note = place.directory / NOTE
    begun = RunLayout(place.project / SIMULATIONS / note.read_text().strip()) if note.is_file() else None
    if begun is not None and begun.exists():
        return begun
    layout = build_run(Project.load(place.project), sweep)
    note.write_text(f"{layout.name}\n", encoding="utf-8")
    return layout


def _wait(layout: RunLayout, timeout: float | None, watch: Watch) -> None:
    """Until the run's runner is done. Who stops this pipeline stops the sweep as well."""
    deadline = math.inf if timeout is None else time.monotonic() + timeout
    while runner_alive(layout):
        if watch.asked:
            request(layout, "cancel")
            raise KeyboardInterrupt
        if time.monotonic() > deadline:
            request(layout, "cancel")
            raise failure(Fault.TIMEOUT, f"{layout.name} did not end within {timeout:g} s")
        time.sleep(LOOK_EVERY)


def _judge(layout: RunLayout) -> StageOutcome:
    summary = summarise(layout)
    metrics: dict[str, Metric] = {"run": layout.name, "cases": summary.total, **summary.counts}
    if summary.counts["completed"] < summary.total:
        return StageOutcome.failed(Fault.CASES_FAILED, _shortfall(summary), metrics=metrics)
    results = OpenRun(layout).spec_results
    broken = [each.spec.measurement for each in results if each.status in ("fail", "missing", "error")]
    metrics["specs"] = len(results)
    if broken:
        message = f"{layout.name}: spec violated: {', '.join(broken)}"
        return StageOutcome.failed(Fault.SPEC_VIOLATED, message, metrics=metrics)
    return StageOutcome.passed(f"{layout.name}: {summary.total} cases", metrics=metrics)


def _shortfall(summary: RunSummary) -> str:
    counts = summary.counts
    return (
        f"{summary.run}: {counts['failed']} of {summary.total} cases failed, {counts['completed']} completed"
    )
