"""``result.json``: the outcome of a pipeline run, with its most important texts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from simorc.files import write_json
from simorc.pipeline.outcome import Fault
from simorc.pipeline.rundir.attempt_log import Line, read_trace
from simorc.pipeline.rundir.manifest import PipelineRun
from simorc.pipeline.rundir.progress import Progress
from simorc.pipeline.rundir.verification import verification_of
from simorc.pipeline.tools import read_log

_MOST = 256 * 1024
_SUCCESS = {"verified": True, "failed": False, "unverified": None}
EXIT_CODES = {Fault.TOOL_MISSING: 5, Fault.SPEC_VIOLATED: 3}


def write_result(run: PipelineRun, progress: Progress) -> None:
    """Leave result.json; a reader sees the old one or the new one."""
    write_json(run.layout.result, result_of(run, progress))


def result_of(run: PipelineRun, progress: Progress) -> dict[str, Any]:
    """The outcome of the run so far. Paths are relative to the run.

    `functional_success` is true if the RTL is verified, false if it failed its simulation or its interface,
    and otherwise null; `verification` gives the reasons.
    """
    lines = read_trace(run.layout.trace)
    last = {line["stage"]: line for line in lines}
    simulation = last.get("simulation")
    artefacts = simulation["artefacts"] if simulation else {}
    files = {**progress.files}
    verification = verification_of(run, lines)
    failed = _failed(lines) if progress.state == "failed" else None
    return {
        "format": 1,
        "run": run.layout.name,
        "pipeline": run.manifest["pipeline"],
        "state": progress.state,
        "failed_stage": failed["stage"] if failed else None,
        "kind": failed["kind"] if failed else None,
        "message": failed["message"] if failed else _unfinished(progress),
        "functional_success": _SUCCESS[verification["state"]],
        "verification": verification,
        "top": run.definition.top,
        "a7_testbench": _text(run, files.get("testbench")),
        "testbench_file": files.get("testbench"),
        "simulation_log": _text(run, artefacts.get("simulation_log")),
        "simulation_log_file": artefacts.get("simulation_log"),
        "vcd_file": artefacts.get("vcd"),
        "rtl": _text(run, files.get("rtl")),
        "rtl_file": files.get("rtl"),
        "spec_file": files.get("spec"),
        "stages": {stage: _stage(line, lines) for stage, line in last.items()},
        "decisions": _decisions(lines),
        "seconds": round(sum(line["seconds"] for line in lines), 3),
    }


def _unfinished(progress: Progress) -> str:
    return "" if progress.state == "passed" else progress.message


def _failed(lines: list[dict[str, Any]]) -> Line:
    """The attempt that the run failed with; one that found nothing to repair gives way to the one before."""
    failures = [line for line in lines if line["status"] == "failed"]
    causes = [line for line in failures if line["kind"] != Fault.NOTHING_TO_FIX]
    return (causes or failures or lines)[-1]


def _text(run: PipelineRun, relative: str | None) -> str | None:
    path: Path | None = run.layout.path / relative if relative else None
    return read_log(path, _MOST) if path is not None and path.is_file() else None


def _stage(last: Line, lines: list[dict[str, Any]]) -> dict[str, Any]:
    own = [line for line in lines if line["stage"] == last["stage"]]
    kept = {key: last[key] for key in ("status", "kind", "message", "metrics", "artefacts")}
    return {**kept, "attempts": len(own), "seconds": round(sum(line["seconds"] for line in own), 3)}


def _decisions(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Every decision other than to continue with the next stage."""
    return [
        {"seq": line["seq"], "after": line["stage"], **line["decision"]}
        for line in lines
        if line["decision"]["action"] != "done"
    ]


def exit_code(result: Mapping[str, Any]) -> int:
    """0 verified, 1 failed or not verified, 3 a spec is violated, 4 cancelled, 5 a tool is missing."""
    if result["state"] == "passed":
        return 0 if result.get("verification", {"state": "verified"})["state"] == "verified" else 1
    return 4 if result["state"] == "cancelled" else EXIT_CODES.get(result["kind"], 1)
