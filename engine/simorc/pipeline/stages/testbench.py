"""Stage testbench (a7): the testbench, written by a template (the one of simorc by default), program or
language model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from simorc.config.models.pipeline_stages import Testbench
from simorc.pipeline.generation.backends import Order, make
from simorc.pipeline.generation.prompts import failure_text
from simorc.pipeline.outcome import Fault, StageFailed, StageOutcome, failure
from simorc.pipeline.stages.vector_testbench import TESTBENCH, make_vectors
from simorc.pipeline.verification.contract_file import contract_of
from simorc.pipeline.verilog.modules import module_names, read_header
from simorc.pipeline.verilog.safety import complaint
from simorc.pipeline.workplace import Workplace

_ORACLES = {"template": "testbench", "command": "testbench", "llm": "language model"}
OWN_TEMPLATE = Path(__file__).parent.parent / "templates" / "testbench.sv.j2"


def make_testbench(place: Workplace) -> StageOutcome:
    """Generate the testbench: from the oracle of the contract, or by a template, program or language model.

    It must contain a module and write only below its directory.
    """
    stage, contract = place.definition.a7, contract_of(place)
    if contract is not None and contract.oracle and stage.backend == "template" and stage.template is None:
        return make_vectors(place, contract)
    target = place.output / TESTBENCH
    template = place.frozen(stage.template) if stage.template else OWN_TEMPLATE
    values = _values(place) if stage.backend == "template" else None
    artefacts = make(place, Order(target, stage, template, values=values))
    source = target.read_text(encoding="utf-8", errors="replace")
    artefacts["testbench"] = place.made(target)
    if not module_names(source):
        raise failure(Fault.BAD_ANSWER, "the generated testbench has no module", artefacts=artefacts)
    if reason := complaint(source):
        raise failure(Fault.UNSAFE_CODE, reason, artefacts=artefacts)
    metrics = {"backend": stage.backend, "lines": source.count("\n"), "oracle": _ORACLES[stage.backend]}
    return StageOutcome.passed(_reservation(stage), metrics=metrics, artefacts=artefacts)


def _reservation(stage: Testbench) -> str:
    """simorc's own testbench without steps checks little, which is reported."""
    own = stage.backend == "template" and stage.template is None
    return (
        ("no steps: outputs are only checked for unknown values")
        if own and not stage.parameters.get("steps")
        else ""
    )


def _values(place: Workplace) -> dict[str, Any]:
    """What a testbench template sees; simorc's own needs ports, which is the RTL's matter."""
    stage, request, words = place.definition.a7, place.request, place.definition.simulation
    header = read_header(place.text("rtl"), request.top)
    if stage.template is None and (header is None or not header.ports):
        message = f"module {request.top} has no ANSI port list, which a generated testbench needs"
        raise StageFailed(StageOutcome.failed(Fault.COMPILE_ERROR, message, blamed="rtl"))
    return {
        "top": request.top,
        "spec": place.text("spec"),
        "ports": header.ports if header else (),
        "module_parameters": header.parameters if header else (),
        "parameters": stage.parameters,
        "pass_marker": words.pass_marker,
        "fail_marker": words.fail_markers[0] if words.fail_markers else "TEST FAILED",
        "attempt": request.attempt,
        "failure": failure_text(request.failure) if request.failure else "",
    }
