"""The specs of a run as a Markdown table, ready to stand in a repository or a merge request."""

from __future__ import annotations

from simorc.reports.wording import STATUS_WORDS, Wording, overall, why_not
from simorc.results.open_run import OpenRun
from simorc.results.specs import SpecResult
from simorc.results.statistics import Yield, spec_yield
from simorc.rundir.notes import notes_of

_HEADER = (
    "Spec",
    "Min",
    "Typ",
    "Max",
    "Least",
    "Mean",
    "Most",
    "Status",
    "Worst case",
    "Margin",
    "Yield (95 %)",
)


def _remarks(run: OpenRun) -> list[str]:
    said = notes_of(run.layout)
    text = ": ".join(" ".join(part.split()) for part in (said.label, said.note) if part)
    return [_cell(text), ""] if text else []


def datasheet(run: OpenRun) -> str:
    """Title, verdict, table."""
    frame = run.frame
    failed, ran = int(frame.failed.sum()), int((frame.failed | frame.completed).sum())
    verdict = overall(run.spec_results, failed, int(run.manifest["total"]), ran, stopped=bool(run.stopped))
    lines = [
        f"# {_cell(str(run.manifest['sweep']))} ({_cell(str(run.manifest['testbench']))})",
        "",
        f"Run `{run.name}`: {verdict}.",
        "",
        *_remarks(run),
    ]
    if run.spec_results:
        lines += [_row(_HEADER), _row(["---"] * len(_HEADER))]
        lines += [_row(_cells(Wording(run), result)) for result in run.spec_results]
    else:
        lines.append("No specs are declared.")
    return "\n".join(lines) + "\n"


def _cells(words: Wording, result: SpecResult) -> list[str]:
    name = result.spec.measurement
    reason = why_not(result)
    return [
        name + (f": {result.spec.description}" if result.spec.description else ""),
        *words.limits(result.spec),
        *(words.value(name, each) for each in (result.least, result.mean, result.most)),
        STATUS_WORDS[result.status] + (f" ({reason})" if reason else ""),
        *(words.worst(name, result.worst), words.margin(name, result.worst), yield_text(spec_yield(result))),
    ]


def yield_text(found: Yield) -> str:
    """``98.5 % (95.7 … 99.5)``."""
    if not found.total:
        return "–"
    return f"{100 * found.fraction:.3g} % ({100 * found.low:.3g} … {100 * found.high:.3g})"


def _row(cells: list[str] | tuple[str, ...]) -> str:
    return "| " + " | ".join(_cell(cell) for cell in cells) + " |"


def _cell(value: str) -> str:
    """Text that cannot end a table's cell or begin HTML."""
    flat = " ".join(value.split())
    return flat.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")
