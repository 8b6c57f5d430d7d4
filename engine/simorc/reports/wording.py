"""The text of numbers and verdicts in reports."""

from __future__ import annotations

import math

from simorc.results.case_counts import CaseCounts, counts_of
from simorc.results.open_run import OpenRun
from simorc.results.specs import Spec, SpecResult, WorstCase
from simorc.shown_values import parameters_text

STATUS_WORDS = {
    "pass": "pass",
    "near": "pass, near the limit",
    "fail": "FAIL",
    "missing": "INCOMPLETE",
    "empty": "not run",
}
DASH = "–"


class Wording:
    """Values of one run with their units and display scales."""

    def __init__(self, run: OpenRun) -> None:
        self._run = run

    def value(self, measurement: str, value: float | None) -> str:
        """``71.2 dB``; a dash where there is no value."""
        if value is None or not math.isfinite(value):
            return DASH
        return self._run.shown(measurement).text(value)

    def worst(self, measurement: str, worst: WorstCase | None) -> str:
        """``38 dB at temp=125, vdda=3.3 (case 17)``."""
        if worst is None:
            return DASH
        where = parameters_text(worst.parameters)
        return (
            f"{self.value(measurement, worst.value)}{' at ' + where if where else ''} (case {worst.case_id})"
        )

    def margin(self, measurement: str, worst: WorstCase | None) -> str:
        """``-2 dB (-5 %)``; negative beyond the limit."""
        if worst is None or worst.margin is None:
            return DASH
        percent = "" if worst.percent is None else f" ({worst.percent:+.3g} %)"
        return self.value(measurement, worst.margin) + percent

    def limits(self, spec: Spec) -> tuple[str, str, str]:
        """min, typ, max as text, and other limits in corners with them."""
        low, typ, high = (self.value(spec.measurement, each) for each in (spec.min, spec.typ, spec.max))
        for corner, (own_low, own_high) in spec.corners.items():
            low += "" if own_low is None else f"; {corner}: {self.value(spec.measurement, own_low)}"
            high += "" if own_high is None else f"; {corner}: {self.value(spec.measurement, own_high)}"
        return low, typ, high


def why_not(result: SpecResult) -> str:
    """What keeps a spec from passing, in words; empty for one that passes."""
    counts = counts_of(result.counts)
    parts = [
        f"{count} {text}"
        for count, text in (
            (counts.violating, "outside the limits"),
            (counts.missing, "without a value"),
            (counts.failed, "failed in simulation"),
        )
        if count
    ]
    if not parts:
        return "" if result.passed else "no case was run"
    return f"of {counts.ran} cases: {', '.join(parts)}"


def overall(results: list[SpecResult], counts: CaseCounts, *, stopped: bool = False) -> str:
    """The verdict of a run in one phrase; `stopped` if samples were left out because the yield was known."""
    if counts.ran == 0:
        return "no case has run yet"
    broken = [result for result in results if not result.passed]
    parts = []
    if results:
        parts.append(
            f"{len(broken)} of {len(results)} specs not met" if broken else f"all {len(results)} specs met"
        )
    if counts.failed:
        parts.append(f"{counts.failed} simulations failed")
    if counts.violating:
        parts.append(f"{counts.violating} of {counts.ran} cases violate a spec")
    if counts.missing:
        parts.append(f"{counts.missing} have no value")
    if counts.pending:
        parts.append(f"{counts.pending} cases {'left out, as the yield is known' if stopped else 'not run'}")
    return "; ".join(parts) or "no specs"
