"""The remediations of a pipeline after a failed stage: those of simorc and of installed packages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from simorc.config.models.pipeline import PipelineDefinition
from simorc.pipeline.outcome import Fault, StageOutcome
from simorc.plugin_loading import plugins
from simorc.runner.retry_policy import Action, DecisionManager, RetryRule, Tried

ENTRY_POINTS = "simorc.remediations"
HOPELESS = frozenset({Fault.TOOL_MISSING, Fault.TEMPLATE_ERROR, Fault.CANCELLED})
"""What another try cannot change."""


@dataclass(frozen=True)
class StageBudgets:
    """How often a run may go back to each stage; 0 where the stage is switched off."""

    a4: int = 1
    a1: int = 1
    a7: int = 1


class RemediationAction(RetryRule[StageOutcome, StageBudgets], Protocol):
    """Looks at the attempts at a pipeline's stages so far and answers with what to do next, or None."""


class RemakeTestbench:
    """The testbench could not be made, or does not compile: make it again."""

    name = "remake_testbench"

    def offer(self, attempts: Sequence[Tried[StageOutcome]], budgets: StageBudgets) -> Action | None:
        last = attempts[-1].outcome
        blamed = last.blamed or ("testbench" if last.stage == "a7" else "")
        if last.kind in HOPELESS or blamed != "testbench":
            return None
        return _back_to("a7", self.name, attempts, budgets.a7, "the testbench is wrong")


class FixLint:
    """Lint findings, or a simulation that failed: mend the RTL in a4."""

    name = "fix_lint"
    stages = frozenset({"a4", "simulation"})

    def offer(self, attempts: Sequence[Tried[StageOutcome]], budgets: StageBudgets) -> Action | None:
        last = attempts[-1].outcome
        if last.kind in {*HOPELESS, Fault.NOTHING_TO_FIX} or last.stage not in self.stages:
            return None
        return _back_to("a4", self.name, attempts, budgets.a4, f"{last.kind} in {last.stage}")


class RegenerateRtl:
    """Whatever the RTL may be to blame for: generate it again, with the failure in its context."""

    name = "regenerate"
    stages = frozenset({"a1", "a5", "a4", "simulation"})

    def offer(self, attempts: Sequence[Tried[StageOutcome]], budgets: StageBudgets) -> Action | None:
        last = attempts[-1].outcome
        if last.kind in HOPELESS or not (last.stage in self.stages or last.blamed == "rtl"):
            return None
        return _back_to("a1", self.name, attempts, budgets.a1, f"{last.kind} in {last.stage}")


REMEDIATIONS: list[RemediationAction] = [RemakeTestbench(), FixLint(), RegenerateRtl()]


def decision_manager() -> DecisionManager[StageOutcome, StageBudgets]:
    """The manager of pipelines: remediations of installed packages are tried before simorc's own."""
    brought = [plugin.value() for plugin in plugins(ENTRY_POINTS) if not plugin.problem]
    return DecisionManager([*brought, *REMEDIATIONS])


def budgets_of(definition: PipelineDefinition) -> StageBudgets:
    """The budgets of a pipeline."""
    budgets, order = definition.budgets, definition.order()
    return StageBudgets(
        a4=budgets.a4 if "a4" in order else 0,
        a1=budgets.a1 if "a1" in order else 0,
        a7=budgets.a7 if "a7" in order else 0,
    )


def _back_to(
    stage: str, name: str, attempts: Sequence[Tried[StageOutcome]], budget: int, why: str
) -> Action | None:
    used = sum(1 for attempt in attempts if attempt.action == name)
    if used >= budget:
        return None
    return Action(name, f"{why}: back to {stage}, {used + 1} of {budget}", back_to=stage)
