"""The outcome of one attempt of a stage, with its kind of failure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

StageStatus = Literal["passed", "failed", "cancelled"]
Metric = float | int | str | bool


class Fault(StrEnum):
    """Why a stage failed. Stored, filtered by and shown as is."""

    BACKEND_FAILED = "backend_failed"
    """The program or the model that makes the file ended with an error or was not to be reached."""
    BACKEND_REFUSED = "backend_refused"
    """The server of a model refuses the request (its key, its model, its length), or stays busy."""
    BACKEND_TIMEOUT = "backend_timeout"
    BAD_ANSWER = "bad_answer"
    """The model's answer contains no Verilog module, or not the requested one."""
    ANSWER_TOO_LARGE = "answer_too_large"
    UNSAFE_CODE = "unsafe_code"
    """The Verilog reaches for files outside its directory, or prints the verdict itself."""
    TEMPLATE_ERROR = "template_error"
    SYNTAX = "syntax"
    STYLE = "style"
    LINT = "lint"
    NOTHING_TO_FIX = "nothing_to_fix"
    """The way back through a4 changed nothing, so what failed before would fail again."""
    COMPILE_ERROR = "compile_error"
    TEST_FAILED = "test_failed"
    """The testbench reported it: $error, $fatal, an assertion or a fail marker."""
    NO_VERDICT = "no_verdict"
    """The simulation ended without reporting that it passed."""
    TIMEOUT = "timeout"
    CRASHED = "crashed"
    OUTPUT_LIMIT = "output_limit"
    INTERFACE = "interface"
    """The ports or parameters of the RTL are not those of the contract."""
    ORACLE_FAILED = "oracle_failed"
    """The model or the rules of the contract give no usable expected outputs."""
    WEAK_TESTBENCH = "weak_testbench"
    """The testbench does not notice enough of the wrong designs."""
    CASES_FAILED = "cases_failed"
    SPEC_VIOLATED = "spec_violated"
    GATE_FAILED = "gate_failed"
    TOOL_MISSING = "tool_missing"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class StageOutcome:
    """The verdict on one attempt at a stage.

    `message` is one line a person can act on. `artefacts` are paths relative to the stage's directory.
    `blamed` is the cause of the failure: the stage itself (empty), ``rtl`` or ``testbench``.
    """

    status: StageStatus
    kind: Fault | None = None
    message: str = ""
    metrics: Mapping[str, Metric] = field(default_factory=dict)
    artefacts: Mapping[str, str] = field(default_factory=dict)
    blamed: str = ""
    stage: str = ""

    @classmethod
    def passed(
        cls,
        message: str = "",
        *,
        metrics: Mapping[str, Metric] | None = None,
        artefacts: Mapping[str, str] | None = None,
    ) -> StageOutcome:
        return cls("passed", None, message, dict(metrics or {}), dict(artefacts or {}))

    @classmethod
    def failed(
        cls,
        kind: Fault,
        message: str,
        *,
        metrics: Mapping[str, Metric] | None = None,
        artefacts: Mapping[str, str] | None = None,
        blamed: str = "",
    ) -> StageOutcome:
        return cls("failed", kind, message, dict(metrics or {}), dict(artefacts or {}), blamed)

    def as_json(self) -> dict[str, Any]:
        """As a line of trace.jsonl has it."""
        return {
            "stage": self.stage,
            "status": self.status,
            "kind": self.kind,
            "message": self.message,
            "metrics": dict(self.metrics),
            "artefacts": dict(self.artefacts),
            "blamed": self.blamed,
        }

    @classmethod
    def from_json(cls, line: Mapping[str, Any]) -> StageOutcome:
        """Back from a line of trace.jsonl."""
        kind = Fault(line["kind"]) if line["kind"] else None
        return cls(
            line["status"],
            kind,
            line["message"],
            line["metrics"],
            line["artefacts"],
            line["blamed"],
            line["stage"],
        )


class StageFailed(Exception):
    """Raised inside a stage to end it with a failed outcome."""

    def __init__(self, outcome: StageOutcome) -> None:
        super().__init__(outcome.message)
        self.outcome = outcome


def failure(kind: Fault, message: str, *, artefacts: Mapping[str, str] | None = None) -> StageFailed:
    """The exception for the usual failure."""
    return StageFailed(StageOutcome.failed(kind, message, artefacts=artefacts))
