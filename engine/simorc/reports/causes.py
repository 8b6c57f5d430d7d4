"""The causes behind the specs of a run as rows of text, the same on every surface: interface and reports."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from simorc.analysis.stored_analyses import StoredAnalysis, stored_analyses
from simorc.reports.wording import DASH, Wording
from simorc.results.open_run import OpenRun
from simorc.results.specs import SpecResult
from simorc.results.statistics import sensitivities
from simorc.shown_values import parameters_text
from simorc.units import format_si

MOST = 5
"""Rows of one analysis for one spec."""


@dataclass(frozen=True)
class Cause:
    """One row about a spec: what was found (`kind`), about `what`, its value, and at which corner.

    `share` is the length of its bar, from -1 to 1. `case` is a case of the run, `device` an instance of the
    deck (``xo.xm3``); None and empty where there is none.
    """

    kind: str
    what: str
    value: str
    where: str = ""
    share: float = 0.0
    case: int | None = None
    device: str = ""


@dataclass(frozen=True)
class SpecCauses:
    """The causes behind one spec of a run, the worst case first."""

    spec: str
    status: str
    causes: tuple[Cause, ...]


@dataclass(frozen=True)
class RunCauses:
    """The causes behind every spec of a run. `remarks` are what a reader has to know about the analyses, one
    sentence each; `analysed` is whether there is an analysis of the testbench at all.
    """

    specs: tuple[SpecCauses, ...]
    remarks: tuple[str, ...]
    analysed: bool


def run_causes(run: OpenRun) -> RunCauses:
    """What the run itself and the stored analyses of its testbench say about each spec."""
    root = root_of(run)
    stored, remarks = stored_analyses(root) if root is not None else ([], [])
    own = [each for each in stored if each.testbench == str(run.manifest.testbench)]
    rows: dict[str, list[Cause]] = {}
    for each in own:
        try:
            for measurement, cause in _FORMS[each.kind](run, each):
                rows.setdefault(measurement, []).append(cause)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            remarks.append(f"{each.name}.{each.kind}.json: not a stored analysis: {error!r}")
        remarks += doubts_about(run, each)
    specs = tuple(
        SpecCauses(name, result.status, (*_of_run(run, result), *rows.get(name, ())))
        for result in run.spec_results
        for name in (result.spec.measurement,)
    )
    return RunCauses(specs, tuple(remarks), bool(own))


def root_of(run: OpenRun) -> Path | None:
    """The project of a run: where the run is, else where it was built; None where neither is there."""
    if (run.layout.root / "sim_setup.yaml").is_file():
        return run.layout.root
    root = run.manifest.project_root_if_known
    return root if root is not None and root.is_dir() else None


def doubts_about(run: OpenRun, analysis: StoredAnalysis) -> Iterator[str]:
    """Whether the analysis was of another circuit than the run."""
    name = f"{analysis.kind} {analysis.name}"
    if analysis.environment is not None:
        yield f"{name} was made in the environment {analysis.environment}."
    recorded = run.manifest.inputs_if_known
    if not recorded or not recorded.keys() & analysis.inputs.keys():
        yield f"{name}: not known whether it is about the circuit of this run."
    elif differing := analysis.differing(recorded):
        more = f" and {len(differing) - 3} more" if len(differing) > 3 else ""
        yield f"{name} is about other inputs than this run: {', '.join(differing[:3])}{more} differ."


def _of_run(run: OpenRun, result: SpecResult) -> Iterator[Cause]:
    """The worst case, and the parameters that the values of the run depend on most."""
    name, words, worst = result.spec.measurement, Wording(run), result.worst
    if worst is not None:
        where = parameters_text(worst.parameters)
        margin = words.margin(name, worst)
        value = words.value(name, worst.value) + ("" if margin == DASH else f", margin {margin}")
        yield Cause("worst case", f"case {worst.case_id}", value, where, case=worst.case_id)
    for each in sensitivities(run.frame, name)[:3]:
        if each.parameter != "sample":
            text = f"swing {words.value(name, each.swing)}"
            yield Cause("depends on", each.parameter, text, share=each.correlation)


Found = Iterator[tuple[str, Cause]]


def _mismatch(run: OpenRun, analysis: StoredAnalysis) -> Found:
    words = Wording(run)
    for row in analysis.found["contributions"]:
        name, where = row["measurement"], row["condition"]
        doubt = "" if row["r_squared"] >= 0.9 else f"; linear model explains {100 * row['r_squared']:.3g} %"
        sigma = f"{_size(words, name, row['sigma'])}{doubt}"
        yield name, Cause("spread", "one sigma of mismatch", sigma, where)
        for each in row["variables"][:MOST]:
            value = f"{100 * each['share']:.1f} %, {words.value(name, each['slope'])} per sigma"
            found = Cause(
                "device", each["variable"], value, where, each["share"], device=device_of(each["variable"])
            )
            yield name, found


def device_of(variable: str) -> str:
    """The instance of ``xo.xm3 vth``; empty for a variable of the die."""
    device = variable.partition(" ")[0]
    return "" if device == "process" else device


def _size(words: Wording, measurement: str, value: float) -> str:
    """A spread, without the sign that a negative display scale gives it."""
    return words.value(measurement, value).removeprefix("-")


def _sensitivity(run: OpenRun, analysis: StoredAnalysis) -> Found:
    words = Wording(run)
    for row in analysis.found["sensitivities"]:
        acting = [each for each in row["parameters"] if each["change"]][:MOST]
        for each in acting:
            name, relative = row["measurement"], each["percent_per_percent"]
            slope = "" if relative is None else f" ({relative:+.3g} %/%)"
            step = "1 %" if each["value"] else format_si(each["step"])
            bent = "" if each["linear"] else ", not linear"
            value = f"{words.value(name, each['change'])} for {step}{slope}{bent}"
            share = each["change"] / abs(acting[0]["change"])
            device = each["parameter"].rpartition(".")[0] if each["kind"] == "dimension" else ""
            yield name, Cause("parameter", each["parameter"], value, row["condition"], share, device=device)


def _distances(run: OpenRun, analysis: StoredAnalysis) -> Found:
    for row in analysis.found["limits"]:
        yield row["measurement"], Cause("distance", row["limit"], _distance(row), row["condition"])
        for variable, value in [*row["point"].items()][:MOST] if row["settled"] else ():
            share = value / max(abs(each) for each in row["point"].values()) if value else 0.0
            found = Cause("worst point", variable, f"{value:+.2f} sigma", row["condition"], share)
            yield row["measurement"], replace(found, device=device_of(variable))


def _distance(row: Mapping[str, Any]) -> str:
    """``6.191 sigma (99 %: 6.175 … 6.234), not normal``."""
    estimate = row["estimate"]
    sigma = row["distance"] if estimate is None else estimate["sigma"]
    if sigma is None:
        return f"not known: {row['reason'] or 'no sample violates it'}"
    text = f"{sigma:.3f} sigma"
    if estimate is not None:
        ends = [DASH if each is None else f"{each:.3f}" for each in _ends(estimate)]
        text += f" (99 %: {' … '.join(ends)})"
    if row["normal"] is False:
        text += f", not normal: a normal fit says {row['normal_distance']:.3f}"
    return text


def _ends(estimate: Mapping[str, Any]) -> tuple[float | None, float | None]:
    return estimate["sigma_low"], estimate["sigma_high"]


def _yields(run: OpenRun, analysis: StoredAnalysis) -> Found:
    for row in analysis.found["rows"]:
        low, high = 100 * row["yield_low"], 100 * row["yield_high"]
        counted = f"{row['passed']} of {row['samples']}"
        value = f"{100 * row['yield']:.4g} % (95 %: {low:.4g} … {high:.4g} %), {counted}"
        yield row["measurement"], Cause("yield", "Monte Carlo", value, row["condition"])
    yield from _distances(run, analysis)


_FORMS: Mapping[str, Callable[[OpenRun, StoredAnalysis], Found]] = {
    "mismatch": _mismatch,
    "sensitivity": _sensitivity,
    "wcd": _distances,
    "yield": _yields,
}
