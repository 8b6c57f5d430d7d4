"""Previews the sweep in the builder: number of cases, first cases, estimated time."""

from __future__ import annotations

from pathlib import Path

from simorc.config.models.sweep import SweepDefinition
from simorc.config.project import Project
from simorc.config.yaml.edit import SweepText
from simorc.config.yaml.source import Source, parse_yaml
from simorc.errors import ConfigError, StoreError, UsageError
from simorc.launch.project_checks import plan_of_text
from simorc.launch.sweep_checks import warnings_in
from simorc.rundir.layout import find_runs
from simorc.rundir.store.reader import RunReader
from simorc.sweeps.plan import Plan
from simorc.sweeps.preview import Preview, preview

PREVIEW_CASES = 20
RUNS_ASKED = 20


def count_cases(draft: SweepText, project: Project | None) -> tuple[int, list[str]]:
    """The number of cases, and what is probably not meant.

    Raises UsageError or ExpressionError for what a run would refuse.
    """
    definition, source, plan = _planned(draft, project)
    found = warnings_in(definition, plan, source)
    return len(plan), [f"{each.line}:{each.column}: {each.message}" for each in found]


def plan_of_draft(draft: SweepText, project: Project | None) -> Plan:
    """The cases of the draft. Raises UsageError or ExpressionError for what a run would refuse."""
    return _planned(draft, project)[2]


def _planned(draft: SweepText, project: Project | None) -> tuple[SweepDefinition, Source, Plan]:
    """The sweep that a run would be made of, read and checked as a run does with the saved file."""
    if project is None:
        raise UsageError("the project cannot be read: correct sim_setup.yaml first")
    source = parse_yaml(draft.text.encode(), draft.path)
    try:
        definition, plan = plan_of_text(project, source)
    except ConfigError as error:
        first = error.problems[0]
        place = "" if first.key in ("", "exclude", "include") else f"{first.key}: "
        raise UsageError(f"{place}{first.message}") from error
    return definition, source, plan


def preview_of(draft: SweepText, project: Project | None) -> Preview:
    """The first and last cases of the draft. Raises UsageError or ExpressionError for an invalid draft."""
    return preview(plan_of_draft(draft, project), first=PREVIEW_CASES, last=2)


def earlier_rate(root: Path, sweep: str, testbench: str) -> float | None:
    """Cases per second of the newest run of the sweep, else of the testbench; None without such a run."""
    found: float | None = None
    for layout in find_runs(root)[:RUNS_ASKED]:
        try:
            with RunReader(layout) as view:
                meta, counts = view.meta(), view.counts()
        except StoreError:
            continue
        took = float(meta.get("updated") or 0) - float(meta.get("started") or 0)
        over = counts["completed"] + counts["failed"]
        if took <= 0 or not over or meta.get("testbench") != testbench:
            continue
        if meta.get("sweep") == sweep:
            return over / took
        found = found or over / took
    return found
