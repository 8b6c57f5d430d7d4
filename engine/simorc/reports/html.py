"""The report of a run as one HTML file that needs no network: the page one mails to a design review."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from simorc.display import plain
from simorc.errors import SimorcError
from simorc.reports.datasheet import yield_text
from simorc.reports.figures import Axis, Curve, Figure, FigureStrip, histogram
from simorc.reports.plotspec import read_plot_specs
from simorc.reports.plotting import family, figures_of, limits_of
from simorc.reports.svg import draw_svg
from simorc.reports.wording import (
    DASH,
    STATUS_WORDS,
    Wording,
    overall,
    parameter_text,
    parameters_text,
    why_not,
)
from simorc.results.api import OpenRun
from simorc.results.frame import Frame
from simorc.results.specs import SpecResult, judge_cases
from simorc.results.statistics import capability, sensitivities, spec_yield, summarise_values, total_yield

ROWS = 500
"""Cases shown in the table; the file stays small enough to mail."""
_FIGURES = 24


def html_report(run: OpenRun) -> str:
    """The page. Links to cases are relative to the run's ``reports`` directory."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
    )
    return environment.get_template("report.html.j2").render(page_of(run))


def page_of(run: OpenRun) -> dict[str, Any]:
    """Everything the page shows, as plain texts and numbers."""
    frame, manifest = run.frame, run.manifest
    completed, failed = int(frame.completed.sum()), int(frame.failed.sum())
    total = int(manifest["total"])
    ran = completed + failed
    good = all(result.passed for result in run.spec_results) and not failed
    return {
        "title": plain(f"{manifest['sweep']} ({manifest['testbench']})"),
        "subtitle": [plain(str(part)) for part in (run.name, manifest.get("created")) if part],
        "verdict": overall(run.spec_results, failed, total, ran),
        "colour": "open" if not ran or (good and ran < total) else "good" if good else "bad",
        "total": total,
        "counts": {"completed": completed, "failed": failed, "waiting": total - ran},
        "yield_text": _total_yield(run),
        "specs": [_spec_row(Wording(run), result) for result in run.spec_results],
        "figures": [{"svg": _markup(figure), "note": figure.note} for figure in figures(run)],
        "statistics": [row for name in frame.measurements if (row := _statistics_row(run, name)) is not None],
        "failures": _failures(frame),
        "header": ["case", "status", *map(plain, frame.parameters), *map(plain, frame.measurements)],
        "rows": _case_rows(run),
        "provenance": provenance(manifest),
    }


def _markup(figure: Figure) -> Any:
    from markupsafe import Markup

    # draw_svg escapes every text it is given.
    return Markup(draw_svg(figure, 560, 320))


def _total_yield(run: OpenRun) -> str:
    own = [spec for spec in run.specs if spec.measurement not in run.across]
    if not own or not len(run.frame):
        return ""
    return yield_text(total_yield(run.frame, [judge_cases(run.frame, spec).status for spec in own]))


def _spec_row(words: Wording, result: SpecResult) -> dict[str, Any]:
    name = result.spec.measurement
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
        "yield_text": yield_text(spec_yield(result)),
    }


def figures(run: OpenRun) -> list[Figure]:
    """The figures of the plot specs, then each measurement over the parameter it depends on most, or its
    histogram.
    """
    root = Path(str(run.manifest.get("project_root") or run.layout.root))
    found = _declared_figures(run, root)
    named = [spec.measurement for spec in run.specs if spec.measurement in run.frame.measurements]
    names = list(dict.fromkeys((*named, *run.frame.measurements)))
    for name in names[: max(0, _FIGURES - len(found))]:
        found += _measurement_figures(run, name)
    return found


def _declared_figures(run: OpenRun, root: Path) -> list[Figure]:
    found: list[Figure] = []
    for written in run.manifest.get("plot_specs") or ():
        try:
            source = written if isinstance(written, Mapping) else Path(str(written))
            found += figures_of(run, read_plot_specs(source, root))
        except SimorcError as error:
            found.append(Figure("plot spec", Axis(), (), plain(error.message)))
    return found


def _measurement_figures(run: OpenRun, name: str) -> list[Figure]:
    frame, unit = run.frame, run.unit(name)
    axis = Axis(name, unit)
    strongest = [each.parameter for each in sensitivities(frame, name) if each.parameter != "sample"]
    numeric = [p for p in strongest if frame.parameters[p].dtype.kind == "f"]
    found = []
    if numeric:
        curves: Sequence[Curve] = family(frame, name, numeric[0])
        strip = FigureStrip(axis, tuple(curves), limits_of(run.specs, name, unit))
        found.append(Figure(f"{name} over {numeric[0]}", Axis(numeric[0]), (strip,)))
    bars = histogram(frame.values(name)) if len(frame) >= 20 or not numeric else None
    if bars is not None:
        strip = FigureStrip(Axis("cases"), (bars,), limits_of(run.specs, name, unit, vertical=True))
        found.append(Figure(f"{name}: distribution", axis, (strip,)))
    return found


def _statistics_row(run: OpenRun, name: str) -> dict[str, Any] | None:
    summary = summarise_values(run.frame.values(name))
    if summary is None:
        return None
    words = Wording(run)
    spec = next((spec for spec in run.specs if spec.measurement == name), None)
    cp, cpk = capability(summary, spec) if spec else (None, None)
    values = (summary.mean, summary.sigma, summary.min, summary.median, summary.max)
    drivers = sensitivities(run.frame, name)[:3]
    return {
        "name": plain(name),
        "n": summary.n,
        "numbers": [*(words.value(name, v) for v in values), *(_figure(v) for v in (cp, cpk, summary.skew))],
        "normality": summary.normality,
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
            first = {"case": int(frame.ids[place]), "where": where, "message": plain(message)}
            found[kind] = {"kind": plain(kind), "count": 0, **first}
        found[kind]["count"] += 1
    return sorted(found.values(), key=lambda row: -int(row["count"]))


def _case_rows(run: OpenRun) -> list[dict[str, Any]]:
    frame, words = run.frame, Wording(run)
    rows = []
    for place in range(min(len(frame), ROWS)):
        swept = [parameter_text(value) for value in frame.parameters_of(place).values()]
        measured = [words.value(name, frame.values_at(name, place)) for name in frame.measurements]
        rows.append(
            {"id": int(frame.ids[place]), "status": frame.status[place], "cells": [*swept, *measured]}
        )
    return rows


def provenance(manifest: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What led to the results, as (key, text)."""
    keys = (
        "run",
        "project",
        "testbench",
        "created",
        "measured",
        "command_line",
        "git",
        "host",
        "tools",
        "inputs",
    )
    return [(key, plain(_flat(manifest[key]))) for key in keys if manifest.get(key)]


def _flat(value: Any) -> str:
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {_flat(each)}" for key, each in value.items())
    if isinstance(value, list):
        return " ".join(str(each) for each in value)
    return str(value)
