"""Refuses RTL that contains what no circuit has, and could therefore influence its own verdict."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from simorc.config.contracts.resolved import ResolvedContract
from simorc.pipeline.batches import made
from simorc.pipeline.outcome import Fault, StageFailed, StageOutcome
from simorc.pipeline.tools import Limits, find_tool, read_log
from simorc.pipeline.verilog.modules import code_only, module_names
from simorc.pipeline.verilog.slang import CIRCUIT_PROGRAM, ask_slang
from simorc.pipeline.workplace import Workplace

_CONDITION = re.compile(r"`\s*(?:ifdef|ifndef|elsif)\s+(\w+)")
_DEFINITION = re.compile(r"`\s*define\s+(\w+)")
_SHOWN = 4


def check_circuit(place: Workplace, contract: ResolvedContract | None, work: Path) -> None:
    """Raises StageFailed (unsafe_code): the RTL prints, waits, reads files, knows the time, changes or reads
    another module, or is another circuit for another tool.

    It is read without the testbench and the vectors, so nothing of them can be included or named.
    """
    alone = made(work / "alone")
    rtl = alone / f"{place.request.top}.sv"
    shutil.copyfile(_rtl(place), rtl)
    others = [place.frozen(each) for each in place.definition.simulation.sources]
    for each in others:
        shutil.copyfile(each, alone / each.name)
    source = place.text("rtl")
    answer = ask_slang(
        place,
        [_without_macros(place, rtl), *others],
        place.request.top,
        ["circuit"],
        program=CIRCUIT_PROGRAM,
        raw=str(rtl),
        tested=conditional_macros(source),
        outside=sorted(set(module_names(place.text("testbench"))) - set(module_names(source))),
        parameters=dict(contract.parameters) if contract else {},
    )
    shutil.rmtree(alone)
    if answer["objections"]:
        raise _refused("; ".join(answer["objections"][:_SHOWN]))


def _rtl(place: Workplace) -> Path:
    path = place.given("rtl")
    assert path is not None
    return path


def _without_macros(place: Workplace, rtl: Path) -> Path:
    """The RTL as the simulator reads it, with its macros expanded and its files included."""
    words, expanded = place.definition.simulation, rtl.with_name("expanded.txt")
    command = [find_tool("iverilog"), f"-g{words.standard}", "-E", "-I", str(rtl.parent)]
    bounds = Limits(words.timeout, words.memory_limit, words.output_limit)
    ended = place.run([*command, "-o", str(expanded), str(rtl)], "circuit.log", bounds, inside=True)
    if ended.code or ended.timed_out or not expanded.is_file():
        said = " ".join(read_log(place.directory / "circuit.log", 2000).split())[:200]
        raise _refused(f"it does not pass the preprocessor without its testbench: {said or ended.how()}")
    return expanded


def conditional_macros(source: str) -> list[str]:
    """The macros that conditions of a source test and that it does not define itself, at most 16."""
    code = code_only(source)
    own = set(_DEFINITION.findall(code))
    return [name for name in dict.fromkeys(_CONDITION.findall(code)) if name not in own][:16]


def _refused(reason: str) -> StageFailed:
    message = f"the RTL contains what no circuit has: {reason}"
    return StageFailed(StageOutcome.failed(Fault.UNSAFE_CODE, message[:400], blamed="rtl"))
