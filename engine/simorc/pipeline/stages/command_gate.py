"""A gate that runs a program: synthesis, export, a check of the user."""

from __future__ import annotations

from simorc.config.models.pipeline_stages import Command
from simorc.pipeline.generation.backends import words
from simorc.pipeline.outcome import Fault, StageOutcome, failure
from simorc.pipeline.tools import Limits, read_log
from simorc.pipeline.workplace import Workplace


def pass_command(place: Workplace) -> StageOutcome:
    """Run the program; it passes with exit code 0 and all its outputs in place."""
    gate = place.definition.stages[place.request.stage]
    assert isinstance(gate, Command)
    log = place.directory / "command.log"
    command = words(place, gate.command, place.output)
    ended = place.run(command, log.name, Limits(gate.timeout, gate.memory_limit))
    artefacts = {"command_log": place.made(log)}
    if ended.timed_out:
        raise failure(
            Fault.TIMEOUT, f"{command[0]} did not end within {gate.timeout:g} s", artefacts=artefacts
        )
    if ended.code:
        output = " ".join(read_log(log, 4096).split())[-300:] or "no output"
        raise failure(Fault.GATE_FAILED, f"{command[0]}: {ended.how()}: {output}", artefacts=artefacts)
    missing = [name for name in gate.outputs if not (place.output / name).exists()]
    if missing:
        raise failure(Fault.GATE_FAILED, f"it did not write {', '.join(missing)}", artefacts=artefacts)
    artefacts |= {name: place.made(place.output / name) for name in gate.outputs}
    return StageOutcome.passed(metrics={"seconds": round(ended.seconds, 3)}, artefacts=artefacts)
