"""The specs of a run as JUnit XML: one test case per spec.

A value outside the limits or missing is a failure, a failed simulation an error, a spec of which nothing has
run is skipped. A run without specs has one test case: that every simulation completed.
"""

from __future__ import annotations

from xml.etree import ElementTree

from simorc.plots.backends.svg import CONTROL_CHARACTERS
from simorc.reports.wording import Wording, why_not
from simorc.results.open_run import OpenRun
from simorc.results.specs import SpecResult


def junit(run: OpenRun) -> str:
    """The XML document."""
    words = Wording(run)
    place = f"{run.manifest.testbench}.{run.manifest.sweep}"
    cases = [_spec_case(words, place, result) for result in run.spec_results] or [_run_case(run, place)]
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
    failed = int(run.frame.failed.sum())
    if failed:
        messages = [message for message in run.frame.select(run.frame.failed).messages if message]
        text = f"{failed} of {len(run.frame)} simulations failed"
        error = ElementTree.SubElement(case, "error", message=text, type="simulation")
        error.text = _clean("\n".join(messages[:20]))
    return case


def _clean(value: str) -> str:
    """Without the characters XML cannot hold."""
    return CONTROL_CHARACTERS.sub("\N{REPLACEMENT CHARACTER}", value)
