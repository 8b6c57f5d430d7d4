"""Previews the sweep in the builder: number of cases, first cases, estimated time."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from simorc.config.models.sweep import SweepDefinition
from simorc.config.sweep_values import value_problems
from simorc.config.validate.cross_checks import varied_twice
from simorc.config.validate.project_files import SWEEP_PATHS
from simorc.config.yaml.document import document_of
from simorc.config.yaml.edit import SweepText
from simorc.config.yaml.source import Source, parse_yaml
from simorc.errors import StoreError, UsageError
from simorc.launch.sweep_checks import warnings_in
from simorc.rundir.layout import find_runs
from simorc.rundir.store.reader import RunReader
from simorc.sweeps.plan import Plan
from simorc.sweeps.preview import Preview, preview
from simorc.units import Value

PREVIEW_CASES = 20
RUNS_ASKED = 20


def count_cases(draft: SweepText, defaults: Mapping[str, Value]) -> tuple[int, list[str]]:
    """The number of cases, and what is probably not meant.

    Raises UsageError or ExpressionError for what makes no sense.
    """
    plan = plan_of_draft(draft, defaults)
    return len(plan), warnings_of_draft(draft, plan, defaults)


def plan_of_draft(draft: SweepText, defaults: Mapping[str, Value]) -> Plan:
    """The cases of the draft. Raises UsageError or ExpressionError for what makes no sense."""
    plan = Plan.expand(_read(draft, defaults)[0], defaults=defaults)
    plan.refuse_too_many()
    return plan


def warnings_of_draft(draft: SweepText, plan: Plan, defaults: Mapping[str, Value]) -> list[str]:
    """What the draft says that probably is not meant, each with its line and column."""
    definition, source = _read(draft, defaults)
    return [f"{each.line}:{each.column}: {each.message}" for each in warnings_in(definition, plan, source)]


def _read(draft: SweepText, defaults: Mapping[str, Value]) -> tuple[SweepDefinition, Source]:
    """The sweep that a run would be made of, read as a run reads the saved file.

    Raises UsageError with the first problem.
    """
    source = parse_yaml(draft.text.encode(), draft.path)
    document = document_of(source, SweepDefinition, SWEEP_PATHS)
    problems = list(document.problems)
    if document.model is not None and not problems:
        problems += varied_twice(document.model, source)
        problems += value_problems(document.model, defaults, source)
    if problems or document.model is None:
        first = next(iter(problems), None)
        place = "" if first is None or first.key in ("exclude", "include") else f"{first.key}: "
        raise UsageError(f"{place}{first.message}" if first else "not a sweep")
    return document.model, source


def preview_of(draft: SweepText, defaults: Mapping[str, Value]) -> Preview:
    """The first and last cases of the draft. Raises UsageError or ExpressionError for what makes no sense."""
    return preview(plan_of_draft(draft, defaults), first=PREVIEW_CASES, last=2)


def earlier_rate(root: Path, sweep: str, testbench: str) -> float | None:
    """Cases per second of the newest run of the sweep, else of the testbench; None where none tells."""
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
