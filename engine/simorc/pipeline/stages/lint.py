"""Stage lint (a4): checks the RTL with verilator, all warnings on; after a failure it repairs the RTL
first."""

from __future__ import annotations

import shutil
from pathlib import Path

from simorc.files import write_json
from simorc.pipeline.generation.backends import Order, make
from simorc.pipeline.outcome import Fault, StageOutcome, failure
from simorc.pipeline.tools import Limits, find_tool, read_log
from simorc.pipeline.verilog.findings import Finding, counted, headline, read_verilator
from simorc.pipeline.verilog.lint_fixes import apply_fixes
from simorc.pipeline.verilog.safety import complaint
from simorc.pipeline.workplace import Workplace

MEMORY = 4 * 1024**3
ROUNDS = 5
"""Verilator stops at some findings before it looks for others, so mending takes rounds."""


def lint(place: Workplace) -> StageOutcome:
    """Lint the RTL, after mending it where the run came back for that."""
    given = place.given("rtl")
    assert given is not None
    target = place.output / f"{place.request.top}.sv"
    shutil.copyfile(given, target)
    findings = _findings(place, target)
    mended = _mend(place, target, findings) if place.request.fixing else 0
    if mended:
        findings = _findings(place, target)
    unchanged = target.read_bytes() == given.read_bytes()
    return _judge(place, target, findings, mended, useless=place.request.fixing and unchanged)


def _findings(place: Workplace, target: Path) -> list[Finding]:
    stage, log = place.definition.a4, place.directory / "verilator.log"
    waived = [f"-Wno-{code}" for code in stage.waive]
    command = [find_tool("verilator"), "--lint-only", "-Wall", *waived, "--top-module", place.request.top]
    ended = place.run([*command, target.name], log.name, Limits(stage.timeout, MEMORY), inside=True)
    if ended.timed_out:
        raise failure(Fault.TIMEOUT, f"verilator did not end within {stage.timeout:g} s")
    output = read_log(log)
    findings = read_verilator(output)
    if ended.code and not findings:
        raise failure(Fault.CRASHED, f"verilator: {ended.how()}: {' '.join(output.split())[-300:]}")
    write_json(place.directory / "findings.json", [each.as_json() for each in findings])
    return findings


def _mend(place: Workplace, target: Path, findings: list[Finding]) -> int:
    """How many places were mended; a program or a model counts as one."""
    fix = place.definition.a4.fix
    if fix.backend == "builtin":
        return _mend_by_rules(place, target, findings)
    before = target.read_bytes()
    make(place, Order(target, fix, module=place.request.top))
    if reason := complaint(target.read_text(encoding="utf-8", errors="replace")):
        raise failure(Fault.UNSAFE_CODE, reason)
    return int(target.read_bytes() != before)


def _mend_by_rules(place: Workplace, target: Path, findings: list[Finding]) -> int:
    mended = 0
    for _ in range(ROUNDS):
        text, count = apply_fixes(target.read_text(encoding="utf-8", errors="replace"), findings)
        if not count:
            break
        target.write_text(text, encoding="utf-8")
        mended += count
        findings = _findings(place, target)
    return mended


def _judge(
    place: Workplace, target: Path, findings: list[Finding], mended: int, *, useless: bool
) -> StageOutcome:
    metrics = {**counted(findings), "mended": mended}
    artefacts = {"rtl": place.made(target), "findings": "findings.json", "lint_log": "verilator.log"}
    if metrics["errors"] or (findings and place.definition.a4.warnings == "fail"):
        return StageOutcome.failed(
            Fault.LINT, headline(findings), metrics=metrics, artefacts=artefacts, blamed="rtl"
        )
    if useless:
        message = "no lint fix changes the RTL, so what failed before would fail again"
        return StageOutcome.failed(Fault.NOTHING_TO_FIX, message, metrics=metrics, artefacts=artefacts)
    return StageOutcome.passed(headline(findings), metrics=metrics, artefacts=artefacts)
