"""``verification`` of result.json: whether the RTL in force is verified, by what, and what is missing."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from simorc.config.models.pipeline import PipelineDefinition
from simorc.config.models.pipeline_stages import Maker
from simorc.pipeline.outcome import Fault
from simorc.pipeline.rundir.manifest import PipelineRun

_INTERPRETERS = frozenset({"python", "python3", "bash", "sh", "perl", "ruby", "node", "env", "uv", "make"})
LEAST_SCORE = 0.5
"""The least share of mutants that the testbench of a verified design notices."""
LEAST_MUTANTS = 10
"""The least setting of `qualify.mutants` for a verified design."""
_EMPTY: dict[str, Any] = {
    "unchecked_outputs": None,
    "stubs": None,
    "mutants": {"made": 0, "killed": 0, "equivalent": 0, "survivors": []},
}


def verification_of(run: PipelineRun, lines: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The state of the verification after these lines of the attempt log.

    `state` is verified, unverified or failed; `reasons` say what is missing.
    """
    definition = run.definition
    last = {line["stage"]: line for line in lines}
    simulation, testbench = last.get("simulation"), last.get("a7")
    qualified = _after(last.get("qualify"), simulation)
    found = _qualification(run.layout.path, qualified)
    metrics = testbench["metrics"] if testbench else {}
    oracle = _oracle(definition, metrics)
    failure = _failure(lines)
    reasons = [failure] if failure else list(_missing(definition, simulation, qualified, oracle, metrics))
    state = "failed" if failure else "unverified" if reasons else "verified"
    return {
        "state": state,
        "reasons": reasons,
        "oracle": oracle,
        "seed": metrics.get("seed"),
        "cycles": metrics.get("cycles"),
        "checks": metrics.get("checks"),
        **{key: found[key] for key in ("unchecked_outputs", "stubs", "mutants")},
    }


def _after(line: Mapping[str, Any] | None, simulation: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """The qualification, if it is that of the last simulation."""
    if line is None or simulation is None or line["seq"] < simulation["seq"]:
        return None
    return line


def _qualification(run: Path, line: Mapping[str, Any] | None) -> Mapping[str, Any]:
    path = line["artefacts"].get("qualification") if line else None
    if path is None or not (run / path).is_file():
        return _EMPTY
    found: Mapping[str, Any] = json.loads((run / path).read_text(encoding="utf-8"))
    return found


def _failure(lines: Sequence[Mapping[str, Any]]) -> str:
    """Why the design is known to be wrong; empty where it is not."""
    judged = [line for line in lines if line["stage"] == "simulation" or line["kind"] == Fault.INTERFACE]
    line = judged[-1] if judged else None
    if line is None or line["status"] != "failed" or line["blamed"] == "testbench":
        return ""
    if line["kind"] in (Fault.TOOL_MISSING, Fault.CANCELLED):
        return ""
    return f"{line['kind']}: {line['message']}"


def _missing(
    definition: PipelineDefinition,
    simulation: Mapping[str, Any] | None,
    qualified: Mapping[str, Any] | None,
    oracle: str | None,
    metrics: Mapping[str, Any],
) -> list[str]:
    """What a verified design has and this one has not."""
    reasons = []
    if definition.contract is None:
        reasons.append("no contract: nothing states the ports and what is required")
    if simulation is None or simulation["status"] != "passed":
        reasons.append("no passed simulation")
    elif qualified is None:
        reasons.append("the testbench was not qualified")
    elif qualified["status"] != "passed":
        reasons.append(qualified["message"] or "the testbench is too weak")
    else:
        reasons += _too_little(qualified["metrics"], definition)
    if oracle is not None and (author := same_author(definition, metrics)):
        reasons.append(f"{author} wrote both the RTL and the expected outputs")
    return reasons


def _too_little(metrics: Mapping[str, Any], definition: PipelineDefinition) -> Iterator[str]:
    """What a passed qualification has left out, because the settings require too little."""
    if metrics["score"] < LEAST_SCORE:
        noticed = f"{100 * metrics['score']:.0f} % of the mutants noticed"
        yield f"{noticed}, at least {100 * LEAST_SCORE:.0f} % are needed whatever the contract requires"
    if definition.qualify.mutants < LEAST_MUTANTS:
        yield f"qualify.mutants is {definition.qualify.mutants}, at least {LEAST_MUTANTS} are needed"


def _oracle(definition: PipelineDefinition, metrics: Mapping[str, Any]) -> str | None:
    """What gave the expected outputs."""
    if not definition.a7.enable:
        return "testbench" if definition.simulation.testbench else None
    named = metrics.get("oracle")
    return str(named) if named else None


def same_author(definition: PipelineDefinition, metrics: Mapping[str, Any]) -> str:
    """Who wrote both the RTL and the expected outputs; empty if nobody did."""
    a1, a7 = definition.a1, definition.a7
    if not (a1.enable and a7.enable) or a1.backend != a7.backend or metrics.get("backend") == "contract":
        return ""
    if a1.backend == "llm" and a1.llm.model == a7.llm.model and a1.llm.adapter == a7.llm.adapter:
        return f"the language model {a1.llm.model}"
    if a1.backend == "command" and _program(a1) == _program(a7):
        return f"the program {_program(a1)}"
    return ""


def _program(maker: Maker) -> str:
    """The program of a command, or the script that its interpreter runs."""
    words = [word for word in maker.command if not word.startswith("-")]
    names = [Path(word).name for word in words]
    for word, name in zip(words, names, strict=True):
        if name.rstrip("0123456789.") not in _INTERPRETERS and name not in _INTERPRETERS:
            return word
    return words[0] if words else ""
