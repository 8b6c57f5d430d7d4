"""The remediations of a pipeline after a failed stage: those of simorc and of installed packages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from simorc.config.models.pipeline import PipelineDefinition
from simorc.config.models.pipeline_stages import Maker
from simorc.config.names import stage_word
from simorc.config.validate.contract_checks import load_contract
from simorc.pipeline.outcome import Fault, StageOutcome
from simorc.pipeline.tools import read_log
from simorc.plugin_loading import plugins
from simorc.runner.retry_policy import Action, DecisionManager, RetryRule, Tried

ENTRY_POINTS = "simorc.remediations"
HOPELESS = frozenset(
    {
        Fault.TOOL_MISSING,
        Fault.TEMPLATE_ERROR,
        Fault.ORACLE_FAILED,
        Fault.BACKEND_REFUSED,
        Fault.CANCELLED,
    }
)
"""What another try cannot change."""


@dataclass(frozen=True)
class StageBudgets:
    """How often a run may go back to each stage; 0 where the stage is switched off, or would only write the
    same file again. `strengthen` is for testbenches that are too weak.
    """

    a4: int = 1
    a1: int = 1
    a7: int = 1
    strengthen: int = 1


class RemediationAction(RetryRule[StageOutcome, StageBudgets], Protocol):
    """Looks at the attempts at a pipeline's stages so far and answers with what to do next, or None."""


class RemakeTestbench:
    """The testbench could not be made, or does not compile: make it again."""

    name = "remake_testbench"

    def offer(self, attempts: Sequence[Tried[StageOutcome]], budgets: StageBudgets) -> Action | None:
        last = attempts[-1].outcome
        if last.kind in {*HOPELESS, Fault.WEAK_TESTBENCH} or _blamed(last) != "testbench":
            return None
        return _back_to("a7", self.name, attempts, budgets.a7, "the testbench is wrong")


class StrengthenTestbench:
    """The testbench does not notice wrong designs: make it again, with those in its context."""

    name = "strengthen_testbench"

    def offer(self, attempts: Sequence[Tried[StageOutcome]], budgets: StageBudgets) -> Action | None:
        if attempts[-1].outcome.kind is not Fault.WEAK_TESTBENCH:
            return None
        return _back_to("a7", self.name, attempts, budgets.strengthen, "the testbench is too weak")


class FixLint:
    """Lint findings, or a simulation that failed: mend the RTL in a4."""

    name = "fix_lint"
    stages = frozenset({"a4", "simulation"})

    def offer(self, attempts: Sequence[Tried[StageOutcome]], budgets: StageBudgets) -> Action | None:
        last = attempts[-1].outcome
        unfixable = {*HOPELESS, Fault.NOTHING_TO_FIX, Fault.INTERFACE}
        if last.kind in unfixable or last.stage not in self.stages or _blamed(last) == "testbench":
            return None
        return _back_to("a4", self.name, attempts, budgets.a4, f"{last.kind} in {stage_word(last.stage)}")


class RegenerateRtl:
    """Whatever the RTL may be to blame for: generate it again, with the failure in its context."""

    name = "regenerate"
    stages = frozenset({"a1", "a5", "a4", "simulation"})

    def offer(self, attempts: Sequence[Tried[StageOutcome]], budgets: StageBudgets) -> Action | None:
        last = attempts[-1].outcome
        if last.kind in HOPELESS or _blamed(last) == "testbench":
            return None
        if last.stage not in self.stages and last.blamed != "rtl":
            return None
        return _back_to("a1", self.name, attempts, budgets.a1, f"{last.kind} in {stage_word(last.stage)}")


REMEDIATIONS: list[RemediationAction] = [
    RemakeTestbench(),
    StrengthenTestbench(),
    FixLint(),
    RegenerateRtl(),
]


def decision_manager() -> DecisionManager[StageOutcome, StageBudgets]:
    """The manager of pipelines: remediations of installed packages are tried before simorc's own."""
    brought = [plugin.value() for plugin in plugins(ENTRY_POINTS) if not plugin.problem]
    return DecisionManager([*brought, *REMEDIATIONS])


def budgets_of(definition: PipelineDefinition, run: Path) -> StageBudgets:
    """The budgets of a pipeline whose files are in the directory `run`.

    A stage that would write the same file again is not asked again.
    """
    budgets, order = definition.budgets, definition.order()
    path = definition.contract
    contract = load_contract(run / path) if path is not None else None
    drawn = _is_own(definition.a7) and contract is not None and bool(contract.phases)
    return StageBudgets(
        a4=budgets.a4 if "a4" in order else 0,
        a1=budgets.a1 if "a1" in order and not _writes_the_same(definition.a1, run) else 0,
        a7=budgets.a7 if "a7" in order and not _writes_the_same(definition.a7, run) else 0,
        strengthen=budgets.strengthen
        if "a7" in order and (drawn or not _writes_the_same(definition.a7, run))
        else 0,
    )


def _is_own(testbench: Maker) -> bool:
    """Whether simorc writes the testbench itself, from the contract or from steps."""
    return testbench.backend == "template" and testbench.template is None


def _writes_the_same(maker: Maker, run: Path) -> bool:
    """Whether a failure changes nothing in what is written: rules, or a template that does not read it."""
    if str(maker.backend) == "rules":
        return True
    if maker.backend != "template":
        return False
    if maker.template is None:
        return True
    text = read_log(run / maker.template)
    return re.search(r"\b(?:failure|attempt)\b", text) is None


def _blamed(outcome: StageOutcome) -> str:
    return outcome.blamed or ("testbench" if outcome.stage == "a7" else "")


def _back_to(
    stage: str, name: str, attempts: Sequence[Tried[StageOutcome]], budget: int, why: str
) -> Action | None:
    used = sum(1 for attempt in attempts if attempt.action == name)
    if used >= budget:
        return None
    return Action(name, f"{why}: back to {stage_word(stage)}, {used + 1} of {budget}", back_to=stage)
