"""Stage generate (a1): RTL from the spec, written by a template, program or language model."""

from __future__ import annotations

from simorc.pipeline.generation.backends import Order, make
from simorc.pipeline.generation.prompts import failure_text
from simorc.pipeline.outcome import Fault, StageOutcome, failure
from simorc.pipeline.verilog.modules import module_names
from simorc.pipeline.verilog.safety import complaint
from simorc.pipeline.workplace import Workplace


def generate(place: Workplace) -> StageOutcome:
    """Generate the module; the result must define the requested module and write only below its directory."""
    stage, request = place.definition.a1, place.request
    target = place.output / f"{request.top}.sv"
    values = {
        "top": request.top,
        "spec": place.text("spec"),
        "parameters": stage.parameters,
        "attempt": request.attempt,
        "failure": failure_text(request.failure) if request.failure else "",
    }
    template = place.frozen(stage.template) if stage.template else None
    artefacts = make(place, Order(target, stage, template, request.top, values))
    source = target.read_text(encoding="utf-8", errors="replace")
    artefacts["rtl"] = place.made(target)
    if request.top not in module_names(source):
        raise failure(Fault.BAD_ANSWER, f"the generated RTL has no module {request.top}", artefacts=artefacts)
    if reason := complaint(source):
        raise failure(Fault.UNSAFE_CODE, reason, artefacts=artefacts)
    metrics = {"backend": stage.backend, "lines": source.count("\n")}
    return StageOutcome.passed(metrics=metrics, artefacts=artefacts)
