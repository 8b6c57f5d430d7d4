"""Prompts of language models: the spec, the context, the current code and its failure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from simorc.pipeline.verification.contract_file import contract_text
from simorc.pipeline.workplace import Workplace

SYSTEM = (
    "You write synthesizable SystemVerilog (IEEE 1800-2012) that passes verilator --lint-only -Wall and "
    "compiles with Icarus Verilog. Answer with one fenced code block that holds the complete file, and "
    "nothing else."
)
TASKS = {
    "a1": "Write the module `{top}` that meets the specification below.",
    "a4": "Mend the module `{top}` below. Keep its name, its parameters and its ports.",
    "a7": (
        "Write a self-checking testbench for the module `{top}` below. It instantiates the module, drives "
        "every requirement of the specification, reports each violation with $error, and at its end prints "
        "the line `{marker}` if there was none, and `{fail}` otherwise, then calls $finish. It must end by "
        "itself."
    ),
}
_MOST = 64 * 1024


def write_prompt(place: Workplace) -> str:
    """The question for the attempt's stage; kept as prompt.txt."""
    request, words = place.request, place.definition.simulation
    failing = words.fail_markers[0] if words.fail_markers else "an error"
    task = TASKS[request.stage].format(top=request.top, marker=words.pass_marker, fail=failing)
    parts = [task, _part("Specification", place.text("spec")), _part("Contract", contract_text(place))]
    for relative in place.definition.context:
        text = place.frozen(relative).read_text(encoding="utf-8", errors="replace")
        parts.append(_part(f"Context: {Path(relative).name}", text))
    # a1 sees its former RTL only when that has failed.
    if request.stage != "a1" or request.failure:
        parts.append(_part("RTL", place.text("rtl")))
    if request.failure:
        parts.append(_part("What went wrong", failure_text(request.failure)))
    return "\n\n".join(part for part in parts if part) + "\n"


def failure_text(failure: Mapping[str, object]) -> str:
    """A failure as text for a model or a program."""
    details = failure.get("details") or ""
    text = details if isinstance(details, str) else json.dumps(details, indent=1)
    return f"stage {failure['stage']}: {failure['kind']}: {failure['message']}\n{text}".rstrip()


def _part(title: str, text: str) -> str:
    if not text.strip():
        return ""
    shortened = text if len(text) <= _MOST else text[:_MOST] + "\n... (shortened)"
    return f"## {title}\n\n{shortened.strip()}"
