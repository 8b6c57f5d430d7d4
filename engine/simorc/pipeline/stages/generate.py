"""Stage generate (a1): RTL from the spec, written by a template, program or language model."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from simorc.config.contracts.resolved import ResolvedContract
from simorc.pipeline.generation.backends import Order, make
from simorc.pipeline.generation.prompts import failure_text
from simorc.pipeline.outcome import Fault, StageOutcome, failure
from simorc.pipeline.verification.contract_file import contract_of, contract_values
from simorc.pipeline.verification.interface import check_interface
from simorc.pipeline.verification.rule_rtl import rtl_of_rules
from simorc.pipeline.verilog.modules import module_names
from simorc.pipeline.verilog.safety import complaint
from simorc.pipeline.workplace import Workplace


def generate(place: Workplace) -> StageOutcome:
    """Generate the module; it must define the requested module, have the ports of the contract, and write
    only below its directory.
    """
    stage, request, contract = place.definition.a1, place.request, contract_of(place)
    target = place.output / f"{request.top}.sv"
    values = {
        "top": request.top,
        "spec": place.text("spec"),
        "contract": contract_values(contract) if contract is not None else None,
        "parameters": stage.parameters,
        "attempt": request.attempt,
        "failure": failure_text(request.failure) if request.failure else "",
    }
    artefacts = _made(place, target, contract, values)
    source = target.read_text(encoding="utf-8", errors="replace")
    artefacts["rtl"] = place.made(target)
    if request.top not in module_names(source):
        raise failure(Fault.BAD_ANSWER, f"the generated RTL has no module {request.top}", artefacts=artefacts)
    if reason := complaint(source):
        raise failure(Fault.UNSAFE_CODE, reason, artefacts=artefacts)
    if contract is not None:
        check_interface(place, contract, target)
    metrics = {"backend": stage.backend, "lines": source.count("\n")}
    return StageOutcome.passed(metrics=metrics, artefacts=artefacts)


def _made(
    place: Workplace, target: Path, contract: ResolvedContract | None, values: Mapping[str, Any]
) -> dict[str, str]:
    """Have the RTL written; returns the artefacts besides it."""
    stage = place.definition.a1
    if stage.backend == "rules":
        assert contract is not None
        target.write_text(rtl_of_rules(contract), encoding="utf-8")
        return {}
    template = place.frozen(stage.template) if stage.template else None
    return make(place, Order(target, stage, template, place.request.top, values))
