"""Stage qualify: whether the testbench in force would notice a wrong design."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from simorc.config.contracts.resolved import ResolvedContract
from simorc.files import write_json
from simorc.pipeline.batches import made
from simorc.pipeline.outcome import Fault, Metric, StageOutcome, failure
from simorc.pipeline.stages.circuit import check_circuit
from simorc.pipeline.stages.simulation import check_sources, gather
from simorc.pipeline.verification.contract_file import contract_of
from simorc.pipeline.verification.equivalence import can_prove, equivalent
from simorc.pipeline.verification.qualification import (
    FILE,
    SURVIVORS,
    Qualification,
    survivors_text,
    unchecked,
)
from simorc.pipeline.verification.wrong_designs import SLACK, Stand, stub_text, stubs_of
from simorc.pipeline.verilog.slang import Mutant, ask_slang
from simorc.pipeline.workplace import Workplace

REQUIRED = 0.9
"""The share of mutants to notice without a contract."""


def qualify(place: Workplace) -> StageOutcome:
    """Check that the design is instantiated, then simulate stubs and mutants of it."""
    check_sources(place)
    contract = contract_of(place)
    work = made(place.directory / "work")
    try:
        check_circuit(place, contract, work)
        found = _Qualifying(place, contract, work).run()
    finally:
        shutil.rmtree(work, ignore_errors=True)
    write_json(place.directory / FILE, found.as_json())
    (place.directory / SURVIVORS).write_text(survivors_text(found, place.text("rtl")), encoding="utf-8")
    artefacts = {"qualification": FILE, "survivors": SURVIVORS}
    metrics: dict[str, Metric] = {
        "stubs": found.stubs_made,
        "stubs_noticed": found.stubs_made - len(found.stubs_missed),
        "mutants": found.made,
        "killed": found.killed,
        "equivalent": len(found.equivalent),
        "score": round(found.score, 4),
        **{f"{part}_cpu": round(seconds, 3) for part, seconds in found.cpu_seconds.items()},
    }
    weak = found.weaknesses()
    if weak:
        message = "; ".join(weak)[:400]
        return StageOutcome.failed(
            Fault.WEAK_TESTBENCH, message, metrics=metrics, artefacts=artefacts, blamed="testbench"
        )
    return StageOutcome.passed(metrics=metrics, artefacts=artefacts)


class _Qualifying:
    """One qualification of a testbench."""

    def __init__(self, place: Workplace, contract: ResolvedContract | None, work: Path) -> None:
        self._place = place
        self._contract = contract
        self._names = gather(place, work, waves=False)
        self._stand = Stand(place, work, self._names)
        self._source = place.text("rtl")
        self._found = Qualification(contract.mutation if contract else REQUIRED)
        self._each = place.definition.simulation.timeout

    def run(self) -> Qualification:
        outputs, mutants = self._elaborate()
        if self._found.instantiated:
            self._run_right_design()
            self._timed("stub", lambda: self._run_stubs(outputs))
            self._timed("mutant", lambda: self._run_mutants(mutants))
            self._timed("proof", self._excuse)
        return self._found

    def _timed(self, part: str, work: Callable[[], None]) -> None:
        began = _cpu_of_programs()
        work()
        self._found.cpu_seconds[part] = _cpu_of_programs() - began

    def _elaborate(self) -> tuple[list[str], list[Mutant]]:
        stage, top = self._place.definition.qualify, self._place.request.top
        files = [self._stand.directory / name for name in self._names]
        reset = self._contract.reset.port if self._contract and self._contract.reset else ""
        wanted: dict[str, Any] = {"seed": stage.seed, "most": stage.mutants, "reset": reset}
        answer = ask_slang(self._place, files, top, ["instances", "mutants"], **wanted)
        if not answer["errors"]:
            # With errors, the elaboration of pyslang may be incomplete; the stubs decide alone.
            self._found.instantiated = bool(answer["instances"])
            opened = [set(each["open"]) for each in answer["instances"]]
            self._found.open_outputs = sorted(set.intersection(*opened)) if opened else []
        mutants = [Mutant(**{**each, "edit": tuple(each["edit"])}) for each in answer["mutants"]]
        return self._outputs(files), mutants

    def _outputs(self, files: Sequence[Path]) -> list[str]:
        if self._contract is not None:
            return [port.name for port in self._contract.outputs]
        answer = ask_slang(self._place, files[:1], self._place.request.top, ["interface"])
        ports = answer["interface"]["ports"] if answer["interface"] else []
        return [port["name"] for port in ports if port["direction"] == "output"]

    def _run_right_design(self) -> None:
        """The right design passes here as well; its time gives that of the wrong ones."""
        began, timeout = time.monotonic(), self._each
        judged = self._stand.judge(
            "right", {"right": self._source.encode()}, seconds=timeout * 2 + 5, each=timeout
        )
        if judged["right"].state != "unnoticed":
            raise failure(
                Fault.TEST_FAILED, f"the design fails its testbench here: {judged['right'].message}"
            )
        self._each = min(timeout, 5 * (time.monotonic() - began) + SLACK)

    def _run_stubs(self, outputs: Sequence[str]) -> None:
        stubs = stubs_of(outputs)
        texts = {each.label: stub_text(self._source, self._place.request.top, each) for each in stubs}
        judged = self._stand.judge(
            "stubs", texts, seconds=self._place.definition.qualify.timeout, each=self._each
        )
        missed = [each for each in stubs if judged[each.label].state != "noticed"]
        self._found.stubs_made = len(stubs)
        self._found.stubs_missed = [str(each) for each in missed]
        self._found.unchecked_outputs = unchecked([(each.output, each.level) for each in missed])

    def _run_mutants(self, mutants: Sequence[Mutant]) -> None:
        source = self._source.encode()
        texts = {f"mutant_{n:03d}": mutant.applied(source) for n, mutant in enumerate(mutants)}
        judged = self._stand.judge(
            "mutants", texts, seconds=self._place.definition.qualify.timeout, each=self._each
        )
        states = [judged[label].state for label in texts]
        self._found.invalid = states.count("invalid")
        self._found.made = len(states) - self._found.invalid
        self._found.noticed = _in_state("noticed", mutants, states)
        self._found.survivors = _in_state("unnoticed", mutants, states)

    def _excuse(self) -> None:
        """Take out the survivors that are proved to do the same."""
        if not self._place.definition.qualify.equivalence or not can_prove(self._contract):
            return
        assert self._contract is not None
        others = [self._place.frozen(path) for path in self._place.definition.simulation.sources]
        proved = equivalent(self._place, self._contract, self._stand.design, others, self._found.survivors)
        self._found.equivalent = proved
        self._found.survivors = [each for each in self._found.survivors if each not in proved]


def _in_state(wanted: str, mutants: Sequence[Mutant], states: Sequence[str]) -> list[Mutant]:
    return [mutant for mutant, state in zip(mutants, states, strict=True) if state == wanted]


def _cpu_of_programs() -> float:
    """CPU seconds of all programs that this process has waited for."""
    times = os.times()
    return times.children_user + times.children_system
