"""The specs of a run as a Markdown table."""

from __future__ import annotations

from simorc.plots.limit_strip import strip_text
from simorc.reports.causes import run_causes
from simorc.reports.markdown import Code, markdown_code, markdown_line, markdown_table, markdown_text
from simorc.reports.sections import cause_lines
from simorc.reports.spec_sheet import limit_strip
from simorc.reports.wording import STATUS_WORDS, Wording, overall, why_not
from simorc.results.case_counts import counts_of
from simorc.results.open_run import OpenRun
from simorc.results.sample_yields import yield_text
from simorc.results.specs import SpecResult
from simorc.rundir.notes import notes_of

HEADER = (
    "Spec",
    "Min",
    "Typ",
    "Max",
    "Between the limits",
    "Least",
    "Mean",
    "Most",
    "Status",
    "Worst case",
    "Margin",
)


_STRIP_WIDTH = 24


def _remarks(run: OpenRun) -> list[str]:
    notes = notes_of(run.layout)
    text = ": ".join(" ".join(part.split()) for part in (notes.label, notes.note) if part)
    return [markdown_line(text), ""] if text else []


def datasheet(run: OpenRun) -> str:
    """Title, verdict, table."""
    verdict = overall(run.spec_results, run.case_counts, stopped=bool(run.stopped))
    yields = [f"Yield: {markdown_text(run.yields.text)}.", ""] if run.yields is not None else []
    lines = [
        f"# {markdown_text(str(run.manifest.sweep))} ({markdown_text(str(run.manifest.testbench))})",
        "",
        f"Run {markdown_code(run.name)}: {verdict}.",
        "",
        *yields,
        *_remarks(run),
    ]
    if run.spec_results:
        header = (*HEADER, "Yield (95 %)" if run.yields is not None else "Cases")
        lines += markdown_table(header, (cells_of(run, result) for result in run.spec_results))
    else:
        lines.append("No specs are declared.")
    return "\n".join([*lines, *cause_lines(run_causes(run)), *_warnings(run)]) + "\n"


def _warnings(run: OpenRun) -> list[str]:
    """Changed inputs that were accepted, what was swept in vain and what the simulator ignored, as a list."""
    lines = [markdown_line(str(each)) for each in (*run.mixture_lines, *run.unvaried, *run.warnings)]
    return ["", "Warnings:", "", *(f"- {each}" for each in lines)] if lines else []


def cells_of(run: OpenRun, result: SpecResult) -> list[str]:
    """The texts of one spec, as many as `HEADER` has and one more."""
    words, name = Wording(run), result.spec.measurement
    reason = why_not(result)
    return [
        name + (f": {result.spec.description}" if result.spec.description else ""),
        *words.limits(result.spec),
        _strip(run, result),
        *(words.value(name, each) for each in (result.least, result.mean, result.most)),
        STATUS_WORDS[result.status] + (f" ({reason})" if reason else ""),
        *(words.worst(name, result.worst), words.margin(name, result.worst), share_text(run, result)),
    ]


def _strip(run: OpenRun, result: SpecResult) -> Code:
    strip = limit_strip(run.shown(result.spec.measurement), result)
    return Code(strip_text(strip, _STRIP_WIDTH))


def share_text(run: OpenRun, result: SpecResult) -> str:
    """The yield of a spec over the samples of a Monte Carlo run; elsewhere how many cases meet it, which is
    no yield: ``45 of 45 meet``.
    """
    if run.yields is not None:
        return yield_text(run.yields.by_spec[result.spec.measurement])
    counts = counts_of(result.counts)
    return f"{counts.meeting} of {counts.ran} meet" if counts.ran else "–"
