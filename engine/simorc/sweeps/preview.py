"""Previews a sweep: the number of cases, and the first and last of them."""

from __future__ import annotations

from dataclasses import dataclass

from simorc.sweeps.cases import Case
from simorc.sweeps.plan import Plan


@dataclass(frozen=True)
class Preview:
    """``rows`` are texts under ``columns``; ``skipped`` cases are between the first ``head`` rows and
    the rest.
    """

    count: int
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    head: int
    skipped: int


def preview(plan: Plan, *, first: int = 5, last: int = 2) -> Preview:
    """The first and last cases of a plan as rows of text: id, corner, sample and seed where there are any,
    parameters.
    """
    count = len(plan)
    head = min(first, count)
    tail = min(last, count - head)
    shown = [*plan.cases(1, head + 1), *plan.cases(count - tail + 1, count + 1)]
    columns = ("case", *_labels(plan, shown), *plan.parameters)
    rows = tuple(tuple(_cell(case, column) for column in columns) for case in shown)
    return Preview(count, columns, rows, head, count - head - tail)


def _labels(plan: Plan, cases: list[Case]) -> tuple[str, ...]:
    bundled = "corner" not in plan.parameters and any(case.corner for case in cases)
    return (*(("corner",) if bundled else ()), *(("sample", "seed") if plan.samples else ()))


def _cell(case: Case, column: str) -> str:
    if column == "case":
        return str(case.id)
    if column in case.parameters:
        return str(case.parameters[column])
    value = {"corner": case.corner, "sample": case.sample, "seed": case.seed}.get(column)
    return "" if value is None else str(value)
