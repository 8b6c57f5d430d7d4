"""Sections of the report: effects of one-at-a-time sweeps, provenance."""

from __future__ import annotations

from collections import Counter
from typing import Any

from simorc.reports.causes import RunCauses, root_of
from simorc.reports.markdown import markdown_line, markdown_table
from simorc.reports.wording import Wording
from simorc.results.one_at_a_time import Effect, effects, sensitivity_axis
from simorc.results.open_run import OpenRun
from simorc.schematics.moved_inputs import moved_inputs
from simorc.shown_values import parameter_text
from simorc.text import plain


def effect_tables(run: OpenRun) -> list[dict[str, Any]]:
    """For each measurement of a one-at-a-time sweep: its parameters, the strongest first, with bars."""
    axis = sensitivity_axis(run.plan)
    if axis is None:
        return []
    tables = []
    for name in run.frame.measurements:
        found = effects(run.frame, axis, name)
        if found:
            widest = max(each.swing for each in found) or 1.0
            rows = [_effect_row(run, name, each, widest) for each in found]
            tables.append(
                {"name": plain(name), "nominal": Wording(run).value(name, found[0].nominal), "rows": rows}
            )
    return tables


def _effect_row(run: OpenRun, name: str, effect: Effect, widest: float) -> dict[str, Any]:
    words = Wording(run)
    ends = [
        f"{words.value(name, value)} at {parameter_text(at)}" for value, at in (effect.least, effect.most)
    ]
    percent = "" if effect.percent is None else f" ({effect.percent:.3g} %)"
    return {
        "parameter": plain(effect.parameter),
        "least": ends[0],
        "most": ends[1],
        "swing": words.value(name, effect.swing) + percent,
        "bar": round(100 * effect.swing / widest, 1),
    }


def cautions(run: OpenRun) -> list[str]:
    """What a reader has to know before believing the numbers, one sentence each."""
    found = [*([plain(f"{run.mixture}.")] if run.mixture else []), *_rungs(run), *_stopped(run)]
    moved = _moved(run)
    if moved:
        shown = ", ".join(map(plain, moved[:8])) + (f" and {len(moved) - 8} more" if len(moved) > 8 else "")
        found.append(f"Inputs that have changed since the run was built: {shown}.")
    git = run.manifest.git
    if git is not None and git.dirty:
        found.append("The project had uncommitted changes when the run was built.")
    return found


def _moved(run: OpenRun) -> tuple[str, ...]:
    """Inputs that differ now; empty if the project the run was built in is not found."""
    root, recorded = root_of(run), run.manifest.inputs_if_known
    return moved_inputs(root, recorded) if recorded and root is not None else ()


def _rungs(run: OpenRun) -> list[str]:
    counted = Counter(rung for rung in run.rungs.values() if rung)
    if not counted:
        return []
    counts = ", ".join(f"{count} on {plain(rung)}" for rung, count in counted.most_common())
    return [f"Results reached with other simulator options (convergence fallback steps): {counts}."]


def _stopped(run: OpenRun) -> list[str]:
    return [f"Sampling ended early: {plain(text)}." for text in run.stopped]


def cause_tables(found: RunCauses) -> list[dict[str, Any]]:
    """For each spec what the analyses found, with bars; empty where nothing was analysed."""
    return [
        {
            "name": plain(spec.spec),
            "rows": [
                {
                    "kind": cause.kind,
                    "what": plain(cause.what),
                    "value": plain(cause.value),
                    "where": plain(cause.where),
                    "case": cause.case,
                    "bar": round(100 * min(1.0, abs(cause.share)), 1),
                }
                for cause in spec.causes
            ],
        }
        for spec in (found.specs if found.analysed else ())
    ]


def cause_lines(found: RunCauses) -> list[str]:
    """The causes as Markdown: a table for all specs, and what has to be known about it."""
    if not found.analysed:
        return []
    rows = [
        (spec.spec, each.kind, each.what, each.value, each.where)
        for spec in found.specs
        for each in spec.causes
    ]
    table = markdown_table(("Spec", "Found", "What", "Value", "At"), rows)
    remarks = [f"- {markdown_line(each)}" for each in found.remarks]
    return ["", "## Causes", "", *table, *(["", *remarks] if remarks else [])]
