"""Stage format (a5): repairs and checks the style of the RTL with verible."""

from __future__ import annotations

import shutil
from pathlib import Path

from simorc.files import write_json
from simorc.pipeline.outcome import Fault, StageOutcome, failure
from simorc.pipeline.tools import Limits, find_tool, read_log
from simorc.pipeline.verilog.findings import Finding, headline, read_verible
from simorc.pipeline.workplace import Workplace

MEMORY = 2 * 1024**3


def restyle(place: Workplace) -> StageOutcome:
    """Mend what verible mends, format, and count what is left. RTL it cannot parse fails the stage."""
    stage, given = place.definition.a5, place.given("rtl")
    assert given is not None
    target = place.output / f"{place.request.top}.sv"
    shutil.copyfile(given, target)
    before = target.read_bytes()
    rules = [f"--rules={','.join(stage.rules)}"] if stage.rules else []
    if stage.autofix:
        _verible(place, "verible-verilog-lint", ["--autofix=inplace", *rules, target.name], "autofix.log")
    if stage.format:
        _verible(place, "verible-verilog-format", ["--inplace", target.name], "format.log")
    log = _verible(place, "verible-verilog-lint", [*rules, target.name], "lint.log")
    findings = read_verible(read_log(log))
    return _judge(place, target, findings, changed=target.read_bytes() != before)


def _judge(place: Workplace, target: Path, findings: list[Finding], *, changed: bool) -> StageOutcome:
    write_json(place.directory / "findings.json", [each.as_json() for each in findings])
    artefacts = {"rtl": place.made(target), "findings": "findings.json", "lint_log": "lint.log"}
    metrics = {"findings": len(findings), "changed": changed}
    errors = [each for each in findings if each.severity == "error"]
    if errors:
        return StageOutcome.failed(
            Fault.SYNTAX, headline(errors), metrics=metrics, artefacts=artefacts, blamed="rtl"
        )
    if findings and place.definition.a5.strict:
        return StageOutcome.failed(
            Fault.STYLE, headline(findings), metrics=metrics, artefacts=artefacts, blamed="rtl"
        )
    return StageOutcome.passed(headline(findings), metrics=metrics, artefacts=artefacts)


def _verible(place: Workplace, tool: str, arguments: list[str], log_name: str) -> Path:
    log = place.directory / log_name
    seconds = place.definition.a5.timeout
    ended = place.run([find_tool(tool), *arguments], log_name, Limits(seconds, MEMORY), inside=True)
    if ended.timed_out:
        raise failure(Fault.TIMEOUT, f"{tool} did not end within {seconds:g} s")
    if ended.code not in (0, 1):  # 1: it has findings, or a parse error, which its log contains
        raise failure(Fault.CRASHED, f"{tool}: {ended.how()}: {' '.join(read_log(log, 4096).split())[-300:]}")
    return log
