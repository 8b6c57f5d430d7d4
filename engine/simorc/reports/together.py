"""Several runs in one report: one spec sheet over all testbenches, in HTML, Markdown and JUnit XML."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from simorc.plots.backends.html import STYLE, figure_markup, script
from simorc.reports.datasheet import HEADER, cells_of
from simorc.reports.html import figures, spec_row
from simorc.reports.junit import junit
from simorc.reports.markdown import markdown_code, markdown_table, markdown_text
from simorc.reports.sections import cautions
from simorc.reports.wording import overall
from simorc.results.open_run import OpenRun
from simorc.text import plain, plain_document


def sheet_markdown(runs: Sequence[OpenRun]) -> str:
    """Verdict of all, verdict of each run, one table of all specs."""
    lines = [f"# Spec sheet of {markdown_text(_project(runs))}", "", f"{verdict_of_all(runs)}.", ""]
    lines += [
        f"- {markdown_code(run.name)} ({markdown_text(run.manifest.testbench)}): {_verdict(run)}"
        for run in runs
    ]
    rows = [
        [str(run.manifest.testbench), *cells_of(run, result)] for run in runs for result in run.spec_results
    ]
    lines += ["", *markdown_table(("Testbench", *HEADER, "Cases"), rows)]
    return "\n".join(lines) + "\n"


def sheet_html(runs: Sequence[OpenRun]) -> str:
    """The page; links to the runs are relative to the directory of all runs' ``reports``."""
    import jinja2
    from markupsafe import Markup

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
    )
    broken = any(not result.passed for run in runs for result in run.spec_results)
    failed = any(run.case_counts.failed for run in runs)
    page = environment.get_template("together.html.j2").render(
        title=plain(f"Spec sheet of {_project(runs)}"),
        verdict=verdict_of_all(runs),
        colour="bad" if broken or failed else "good",
        runs=[_run(run) for run in runs],
        style=Markup(STYLE),
        script=Markup(script()),
    )
    return plain_document(page)


def sheet_junit(runs: Sequence[OpenRun]) -> str:
    """One test suite for each run."""
    root = ElementTree.Element("testsuites")
    for run in runs:
        root.extend(ElementTree.fromstring(junit(run)))
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def verdict_of_all(runs: Sequence[OpenRun]) -> str:
    """``all 7 specs met in 3 runs``, or how many are not, with failed simulations beside them."""
    results = [result for run in runs for result in run.spec_results]
    broken = sum(not result.passed for result in results)
    said = f"{broken} of {len(results)} specs not met" if broken else f"all {len(results)} specs met"
    failed, pending = (sum(count) for count in zip(*map(_left, runs), strict=True))
    parts = [f"{said} in {len(runs)} runs" if results else f"{len(runs)} runs without specs"]
    parts += [f"{failed} simulations failed"] if failed else []
    return "; ".join([*parts, *([f"{pending} cases not run"] if pending else [])])


def _left(run: OpenRun) -> tuple[int, int]:
    return run.case_counts.failed, run.case_counts.pending


def _run(run: OpenRun) -> dict[str, Any]:
    from markupsafe import Markup

    return {
        "name": plain(run.name),
        "testbench": plain(str(run.manifest.testbench)),
        "verdict": _verdict(run),
        "cautions": cautions(run),
        "specs": [spec_row(run, result) for result in run.spec_results],
        "figures": [
            {"svg": Markup(figure_markup(each, 560, 320)), "note": each.note} for each in figures(run)
        ],
    }


def _verdict(run: OpenRun) -> str:
    return overall(run.spec_results, run.case_counts, stopped=bool(run.stopped))


def _project(runs: Sequence[OpenRun]) -> str:
    return runs[0].layout.root.name
