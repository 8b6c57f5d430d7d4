"""The specs of a run as JUnit XML: one test case per spec.

A value outside the limits or missing is a failure, a failed simulation an error, a spec of which nothing has
run is skipped. A run without specs, or with cases that have not run, has one test case more: that every
simulation completed.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree

from simorc.plots.backends.svg import CONTROL_CHARACTERS
from simorc.reports.wording import Wording, why_not
from simorc.results.open_run import OpenRun
from simorc.results.specs import SpecResult


def junit(run: OpenRun) -> str:
    """The XML document."""
    words = Wording(run)
    place = f"{run.manifest.testbench}.{run.manifest.sweep}"
    cases = [_spec_case(words, place, result) for result in run.spec_results]
    if not cases or run.unfinished:
        cases.append(_run_case(run, place))
    counts = {
        kind: sum(case.find(kind) is not None for case in cases) for kind in ("failure", "error", "skipped")
    }
    seconds = run.frame.seconds
    suite = ElementTree.Element(
        "testsuite",
        name=_clean(place),
        tests=str(len(cases)),
        failures=str(counts["failure"]),
        errors=str(counts["error"]),
        skipped=str(counts["skipped"]),
        time=f"{0.0 if seconds is None else float(seconds[seconds == seconds].sum()):.3f}",
        timestamp=str(run.manifest.created or ""),
    )
    suite.extend(cases)
    if lines := [f"warning: {each}" for each in (*run.mixture_lines, *run.warnings, *run.unvaried)]:
        ElementTree.SubElement(suite, "system-out").text = _clean("\n".join(lines))
    root = ElementTree.Element("testsuites")
    root.append(suite)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _spec_case(words: Wording, place: str, result: SpecResult) -> ElementTree.Element:
    name = result.spec.measurement
    case = ElementTree.Element("testcase", classname=_clean(place), name=_clean(name), time="0")
    if result.passed:
        return case
    low, _, high = words.limits(result.spec)
    worst = f"worst {words.worst(name, result.worst)}, margin {words.margin(name, result.worst)}"
    detail = f"min {low}, max {high}; {worst}"
    kind = _kind(result)
    outcome = ElementTree.SubElement(
        case, kind, message=_clean(why_not(result)), type=f"spec {result.status}"
    )
    outcome.text = _clean(detail)
    return case


def _kind(result: SpecResult) -> str:
    if result.counts["fail"] or result.counts["missing"]:
        return "failure"
    return "error" if result.counts["error"] else "skipped"


def _run_case(run: OpenRun, place: str) -> ElementTree.Element:
    case = ElementTree.Element("testcase", classname=_clean(place), name="simulations complete", time="0")
    counts = run.case_counts
    messages = [message for message in run.frame.select(run.frame.failed).messages if message]
    total = counts.ran + counts.pending
    if counts.failed:
        _add_outcome(case, "error", f"{counts.failed} of {total} simulations failed", messages[:20])
    elif run.unfinished:
        kind = "error" if counts.ran else "skipped"
        _add_outcome(case, kind, f"{counts.pending} of {total} simulations not run", ())
    return case


def _add_outcome(case: ElementTree.Element, kind: str, message: str, lines: Sequence[str]) -> None:
    outcome = ElementTree.SubElement(case, kind, message=message, type="simulation")
    outcome.text = _clean("\n".join(lines))


def _clean(value: str) -> str:
    """Without the characters XML cannot hold."""
    return CONTROL_CHARACTERS.sub("\N{REPLACEMENT CHARACTER}", value)
