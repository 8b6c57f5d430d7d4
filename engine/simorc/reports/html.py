"""The report of a run as one HTML file that needs no network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from simorc.errors import SimorcError
from simorc.plots.backends.html import STYLE, figure_markup, script
from simorc.plots.backends.svg_strips import StripLine, draw_strips
from simorc.plots.declared_specs import declared_specs
from simorc.plots.figure import Axis, Figure, FigureStrip
from simorc.plots.from_run import bars_of, figures_of, limits_of, over_parameter
from simorc.reports.causes import run_causes
from simorc.reports.datasheet import share_text
from simorc.reports.sections import cause_tables, cautions, effect_tables
from simorc.reports.spec_sheet import spec_rows
from simorc.reports.wording import (
    DASH,
    STATUS_WORDS,
    Wording,
    overall,
    why_not,
)
from simorc.results.frame import Frame
from simorc.results.open_run import OpenRun
from simorc.results.sample_yields import yield_text
from simorc.results.specs import SpecResult
from simorc.results.statistics import sensitivities, summarise_values
from simorc.rundir.manifest import Manifest
from simorc.rundir.notes import notes_of
from simorc.shown_values import parameter_text, parameters_text
from simorc.text import message_line, plain, plain_document

ROWS = 500
"""Cases shown in the table; the file stays small enough to mail."""
_FIGURES = 24


def html_report(run: OpenRun) -> str:
    """The page. Links to cases are relative to the run's ``reports`` directory."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,  # figure_markup, style and script escape what they hold themselves
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
    )
    return plain_document(environment.get_template("report.html.j2").render(page_of(run)))


def page_of(run: OpenRun) -> dict[str, Any]:
    """Everything the page shows, as plain texts and numbers."""
    from markupsafe import Markup

    frame, manifest, cases = run.frame, run.manifest, run.case_counts
    notes = notes_of(run.layout)
    head = (run.name, notes.label, notes.note, manifest.created)
    causes = run_causes(run)
    good = all(result.passed for result in run.spec_results) and not cases.failed
    return {
        "title": plain(f"{manifest.sweep} ({manifest.testbench})"),
        "subtitle": [plain(str(part)) for part in head if part],
        "verdict": overall(run.spec_results, run.case_counts, stopped=bool(run.stopped)),
        "colour": "open" if not cases.ran or (good and run.unfinished) else "good" if good else "bad",
        "total": cases.ran + cases.pending,
        "counts": {
            "completed": cases.ran - cases.failed,
            "failed": cases.failed,
            "waiting": cases.pending,
        },
        "yield_text": run.yields.text if run.yields is not None else "",
        "combinations": _combinations(run),
        "strips": Markup(spec_picture(run)) if run.spec_results else "",
        "specs": [spec_row(run, result) for result in run.spec_results],
        "figures": [
            {"svg": Markup(figure_markup(each, 560, 320)), "note": each.note} for each in figures(run)
        ],
        "effects": effect_tables(run),
        "causes": cause_tables(causes),
        "cause_remarks": [plain(each) for each in causes.remarks],
        "cautions": cautions(run),
        "style": Markup(STYLE),
        "script": Markup(script()),
        "statistics": [row for name in frame.measurements if (row := _statistics_row(run, name)) is not None],
        "failures": _failures(frame),
        "warnings": [
            {**group.plain(), "kind": plain(group.kind), "message": message_line(group.message)}
            for group in run.warnings
        ],
        "unvaried": [plain(text) for text in run.unvaried],
        "header": ["case", "status", *map(plain, frame.parameters), *map(plain, frame.measurements)],
        "rows": _case_rows(run),
        "provenance": provenance(manifest),
    }


def _combinations(run: OpenRun) -> list[tuple[str, str]]:
    """The yield at each corner and other combination that the samples share."""
    found = run.yields.by_combination if run.yields is not None else {}
    return [
        (plain(name), f"{each.passed} of {each.total}: {yield_text(each)}") for name, each in found.items()
    ]


def spec_row(run: OpenRun, result: SpecResult) -> dict[str, Any]:
    """One spec as plain texts."""
    words, name = Wording(run), result.spec.measurement
    return {
        "name": plain(name),
        "description": plain(result.spec.description),
        "limits": words.limits(result.spec),
        "least": words.value(name, result.least),
        "mean": words.value(name, result.mean),
        "most": words.value(name, result.most),
        "status": result.status,
        "word": STATUS_WORDS[result.status],
        "why": why_not(result),
        "case": result.worst.case_id if result.worst else None,
        "worst": words.worst(name, result.worst),
        "margin": words.margin(name, result.worst),
        "yield_text": share_text(run, result),
    }


def spec_picture(run: OpenRun) -> str:
    """Every spec as a strip between its limits, as SVG."""
    lines = [StripLine(row.name, row.low, row.high, row.strip, row.passing) for row in spec_rows(run)]
    return draw_strips([replace(line, name=plain(line.name)) for line in lines])


def figures(run: OpenRun) -> list[Figure]:
    """The figures of the plot specs, then each measurement over the parameter it depends on most, or its
    histogram.
    """
    found = _declared_figures(run)
    named = [spec.measurement for spec in run.specs if spec.measurement in run.frame.measurements]
    names = list(dict.fromkeys((*named, *run.frame.measurements)))
    for name in names[: max(0, _FIGURES - len(found))]:
        found += _measurement_figures(run, name)
    return found


def _declared_figures(run: OpenRun) -> list[Figure]:
    found: list[Figure] = []
    for declared in declared_specs(run):
        try:
            found += figures_of(run, declared.read())
        except SimorcError as error:
            found.append(Figure("plot spec", Axis(), (), message_line(error.message)))
    return found


def _measurement_figures(run: OpenRun, name: str) -> list[Figure]:
    frame, scale = run.frame, run.scale(name)
    axis = Axis(name, run.unit(name))
    varied = [each.parameter for each in sensitivities(frame, name) if each.parameter != "sample"]
    numeric = [p for p in varied if frame.parameters[p].dtype.kind == "f"]
    over = (numeric or varied)[:1]
    found = [over_parameter(run, frame, name, parameter, axis) for parameter in over]
    bars = bars_of(run, name, scale * frame.values(name)) if len(frame) >= 20 or not over else None
    if bars is not None:
        strip = FigureStrip(Axis("cases"), (bars,), limits_of(run, name, vertical=True))
        found.append(Figure(f"{name}: distribution", axis, (strip,)))
    return found


def _statistics_row(run: OpenRun, name: str) -> dict[str, Any] | None:
    summary = summarise_values(run.frame.values(name))
    if summary is None:
        return None
    words = Wording(run)
    spec = next((spec for spec in run.specs if spec.measurement == name), None)
    cp, cpk = run.capability(spec) if spec else (None, None)
    values = (summary.mean, summary.sigma, summary.min, summary.median, summary.max)
    drivers = sensitivities(run.frame, name)[:3]
    drawn = run.is_one_population(name)
    return {
        "name": plain(name),
        "n": summary.n,
        "numbers": [
            *(words.value(name, v) for v in values),
            *(_figure(v) for v in (cp, cpk, summary.skew if drawn else None)),
        ],
        "normality": summary.normality if drawn or summary.skew is None else DASH,
        "drivers": ", ".join(f"{plain(each.parameter)} ({each.correlation:+.2f})" for each in drivers),
    }


def _figure(value: float | None) -> str:
    return DASH if value is None else f"{value:.3g}"


def _failures(frame: Frame) -> list[dict[str, Any]]:
    """One line per kind of failure, the most frequent first."""
    found: dict[str, dict[str, Any]] = {}
    for place in frame.failed.nonzero()[0].tolist():
        kind = (frame.kinds[place] if frame.kinds else None) or "failed"
        if kind not in found:
            message = (frame.messages[place] if frame.messages else None) or ""
            where = parameters_text(frame.parameters_of(place))
            first = {"case": int(frame.ids[place]), "where": where, "message": message_line(message)}
            found[kind] = {"kind": plain(kind), "count": 0, **first}
        found[kind]["count"] += 1
    return sorted(found.values(), key=lambda row: -int(row["count"]))


def _case_rows(run: OpenRun) -> list[dict[str, Any]]:
    frame, words = run.frame, Wording(run)
    rows = []
    for place in range(min(len(frame), ROWS)):
        swept = [parameter_text(value) for value in frame.parameters_of(place).values()]
        measured = [words.value(name, frame.values_at(name, place)) for name in frame.measurements]
        case_id, status = int(frame.ids[place]), frame.status[place]
        circuit = run.circuits.get(case_id, 1)
        marked = f"{status} (circuit {circuit})" if circuit > 1 else status
        rows.append({"id": case_id, "status": marked, "cells": [*swept, *measured]})
    return rows


def provenance(manifest: Manifest) -> list[tuple[str, str]]:
    """What led to the results, as (key, text)."""
    return [(key, plain(_flat(value))) for key, value in manifest.provenance().items()]


def _flat(value: Any) -> str:
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {_flat(each)}" for key, each in value.items())
    if isinstance(value, list):
        return " ".join(str(each) for each in value)
    return str(value)
