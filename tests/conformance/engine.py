"""The same deck through simorc: a project, a run for each way, the runner forked from this process.

A fork has simorc's modules loaded already; that is what lets hundreds of runs take seconds.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simorc.config.project import Project
from simorc.errors import SimorcError
from simorc.launch.build import build_run
from simorc.rundir.layout import RunLayout
from simorc.rundir.manifest import load_manifest
from tests.conformance.decks import ConformanceDeck
from tests.conformance.raw_plots import RawPlot, read_plots
from tests.forked_runner import fork_runner

_BARE = re.compile(r"[-+]?[\w.]+(?:[-+]\d+)?")
TESTBENCH, SWEEP, TEMPLATE = "tb", "s", "deck.spice.j2"


@dataclass(frozen=True)
class CaseResult:
    """What simorc says of one case; `plots` is None where it has no readable waveforms."""

    status: str
    kind: str
    message: str
    warm: bool
    cold_reason: str
    measurements: Mapping[str, float]
    plots: list[RawPlot] | None
    directory: Path


@dataclass(frozen=True)
class Refusal:
    """simorc built no run, and what it said."""

    message: str


def write_project(deck: ConformanceDeck, root: Path, executable: str) -> None:
    """The smallest project that sweeps `deck`."""
    testbench = root / TESTBENCH
    testbench.mkdir(parents=True)
    (root / "sim_setup.yaml").write_text(
        f"name: conformance\ntestbenches: {{{TESTBENCH}: {TESTBENCH}}}\nsweeps: {{{SWEEP}: s.yaml}}\n"
        f"simulator: {{executable: {executable}}}\n"
        "execution: {jobs: 1, retries: 0, convergence: {ladder: []}}\n"
    )
    (testbench / TEMPLATE).write_bytes(deck.encoded(deck.template))
    for name, content in deck.files.items():
        (testbench / name).parent.mkdir(parents=True, exist_ok=True)
        (testbench / name).write_bytes(deck.encoded(content))
    defaults = {name: _quoted(texts[0]) for name, texts in deck.axes.items()}
    listed = ", ".join(f"{name}: {value}" for name, value in defaults.items())
    (testbench / "config.yaml").write_text(f"template: {TEMPLATE}\nparameters: {{{listed}}}\n")
    (root / "s.yaml").write_text(_sweep(deck))


def _sweep(deck: ConformanceDeck) -> str:
    lines = [f"testbench: {TESTBENCH}"]
    if deck.samples:
        lines.append(f"monte_carlo: {{samples: {deck.samples}, seed: 7}}")
    else:
        axes = [f"{name}: [{', '.join(map(_quoted, texts))}]" for name, texts in deck.axes.items()]
        if len(axes) == 1:
            lines.append(f"parameters: {{{axes[0]}}}")
        else:
            lines.append(f"zip: [{{{', '.join(axes)}}}]")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """A value as YAML: a number stays as it is written."""
    return text if _BARE.fullmatch(text) else json.dumps(text, ensure_ascii=False)


def run_deck(root: Path, warm: str) -> tuple[dict[int, CaseResult], dict[int, int | None]] | Refusal:
    """Build and run the project in `root`; every case's result, and the seed of each sample."""
    try:
        project = Project.load(root, overrides={"execution.warm": warm})
        layout = build_run(project, SWEEP)
    except SimorcError as error:
        return Refusal(str(error))
    _run_forked(layout, {"warm": warm})
    plan = load_manifest(layout).plan
    seeds = {case: plan.case(case).seed for case in range(1, len(plan) + 1)}
    return {case: _result(layout, line) for case, line in sorted(_last_attempts(layout).items())}, seeds


def _run_forked(layout: RunLayout, options: Mapping[str, Any]) -> None:
    """The runner of a run, in a child of this process; its words go to the run's own log."""
    child = fork_runner("simorc.launch.runner", layout, subprocess.PIPE)
    assert child.stdin is not None
    child.stdin.write(json.dumps(options).encode())
    child.stdin.close()
    child.wait()


def _last_attempts(layout: RunLayout) -> dict[int, dict[str, Any]]:
    lines = layout.trace.read_text(encoding="utf-8").splitlines() if layout.trace.exists() else []
    return {line["case_id"]: line for line in map(json.loads, lines)}


def _result(layout: RunLayout, line: Mapping[str, Any]) -> CaseResult:
    directory = layout.case_dir(line["case_id"])
    raw = directory / "results.raw"
    try:
        plots = read_plots(raw) if raw.exists() else None
    except ValueError:
        plots = None
    return CaseResult(
        status=line["status"],
        kind=line["kind"] or "",
        message=line["message"] or "",
        warm=bool(line["warm"]),
        cold_reason=line["cold_why"] or "",
        measurements=line["metrics"],
        plots=plots,
        directory=directory,
    )
