"""Stage simulation: compiles with iverilog and runs vvp in its own directory, within limits."""

from __future__ import annotations

import shutil
from pathlib import Path

from simorc.config.contracts.resolved import ResolvedContract
from simorc.pipeline.outcome import Fault, StageOutcome, failure
from simorc.pipeline.stages.vector_testbench import TESTBENCH
from simorc.pipeline.tools import Ended, Limits, find_tool, log_lines, read_log
from simorc.pipeline.verification.contract_file import contract_of
from simorc.pipeline.verification.counterexample import explain
from simorc.pipeline.verification.interface import check_interface
from simorc.pipeline.verification.vectors import VECTORS, read_sequence
from simorc.pipeline.verilog.modules import code_only
from simorc.pipeline.verilog.safety import MOST, complaint, forged_verdict
from simorc.pipeline.verilog.verdict import judge_compilation, judge_simulation
from simorc.pipeline.workplace import Workplace

DUMP = "simorc_waves"
WAVES = "waves.vcd"
_OF_TESTBENCH = frozenset({Fault.TIMEOUT, Fault.NO_VERDICT, Fault.OUTPUT_LIMIT})
"""What blames the testbench, which has to end by itself and to give a verdict."""
_DUMPER = f'module {DUMP};\n  initial begin\n    $dumpfile("{WAVES}");\n    $dumpvars;\n  end\nendmodule\n'


def simulate(place: Workplace) -> StageOutcome:
    """Compile and run the testbench; the log, the waveforms and the verdict are kept."""
    contract = contract_of(place)
    sources = gather(place, place.output)
    check_sources(place)
    if contract is not None:
        rtl = place.given("rtl")
        assert rtl is not None
        check_interface(place, contract, rtl)
    _preprocess(place, sources)
    compiled = _compile(place, sources)
    return compiled if compiled is not None else _run(place, contract)


def gather(place: Workplace, directory: Path, *, waves: bool = True) -> list[str]:
    """Copies of all sources in one directory, with the vectors; returns the names of the sources.

    With `waves`, a testbench that keeps no waveforms gets a module that does.
    """
    rtl, testbench = place.given("rtl"), place.given("testbench")
    assert rtl is not None and testbench is not None
    copies = {f"{place.request.top}.sv": rtl, TESTBENCH: testbench}
    copies |= {Path(each).name: place.frozen(each) for each in place.definition.simulation.sources}
    for name, source in copies.items():
        shutil.copyfile(source, directory / name)
    vectors = place.given("vectors")
    if vectors is not None:
        shutil.copyfile(vectors, directory / VECTORS)
    names = list(copies)
    if waves and "$dumpfile" not in code_only(place.text("testbench")):
        (directory / f"{DUMP}.sv").write_text(_DUMPER, encoding="utf-8")
        names.append(f"{DUMP}.sv")
    return names


def check_sources(place: Workplace) -> None:
    """Raises StageFailed (unsafe_code) for sources that are not compiled."""
    for name in ("rtl", "testbench"):
        if reason := complaint(place.text(name)):
            raise failure(Fault.UNSAFE_CODE, f"{name}: {reason}")
    if reason := forged_verdict(place.text("rtl"), place.definition.simulation.pass_marker):
        raise failure(Fault.UNSAFE_CODE, reason)


def _preprocess(place: Workplace, sources: list[str]) -> None:
    """Look at the sources once more with all macros expanded, which can assemble a name from parts."""
    _tool(place, ["iverilog", *_flags(place), "-E", "-o", "preprocessed.sv", *sources], "preprocess.log")
    expanded = place.output / "preprocessed.sv"
    if expanded.is_file():
        if expanded.stat().st_size > MOST:
            raise failure(Fault.UNSAFE_CODE, f"macros expand to more than {MOST // 1024**2} MiB")
        if reason := complaint(expanded.read_text(encoding="utf-8", errors="replace")):
            raise failure(Fault.UNSAFE_CODE, f"after macros: {reason}")
        expanded.unlink()


def _flags(place: Workplace) -> list[str]:
    return [f"-g{place.definition.simulation.standard}", "-Wall"]


def _compile(place: Workplace, sources: list[str]) -> StageOutcome | None:
    """None where it compiled, the failure otherwise."""
    ended = _tool(place, ["iverilog", *_flags(place), "-o", "sim.vvp", *sources], "compile.log")
    log = read_log(place.directory / "compile.log")
    verdict, blamed = judge_compilation(log, ended, TESTBENCH)
    if verdict.fault is None:
        return None
    return StageOutcome.failed(
        verdict.fault,
        verdict.message,
        metrics={"errors": verdict.errors, "seconds": round(ended.seconds, 3)},
        artefacts={"compile_log": "compile.log", "simulation_log": "compile.log"},
        blamed=blamed,
    )


def _run(place: Workplace, contract: ResolvedContract | None) -> StageOutcome:
    words = place.definition.simulation
    ended = _tool(place, ["vvp", "-n", "sim.vvp", *(f"+{word}" for word in words.plusargs)], "simulation.log")
    verdict = judge_simulation(log_lines(place.directory / "simulation.log"), ended, words)
    metrics = {"errors": verdict.errors, "seconds": round(ended.seconds, 3), "exit_code": ended.code}
    artefacts = {"compile_log": "compile.log", "simulation_log": "simulation.log", **_waves(place)}
    if verdict.fault is None:
        return StageOutcome.passed(metrics=metrics, artefacts=artefacts)
    blamed = _blamed(place, verdict.fault)
    sequence = place.given("sequence")
    if contract is not None and sequence is not None and verdict.fault is Fault.TEST_FAILED:
        vectors, log = read_sequence(sequence), place.directory / "simulation.log"
        artefacts |= explain(place, contract, vectors, log, place.output / "sim.vvp")
    return StageOutcome.failed(
        verdict.fault, verdict.message, metrics=metrics, artefacts=artefacts, blamed=blamed
    )


def _blamed(place: Workplace, fault: Fault) -> str:
    """The cause of a failed simulation. A testbench of simorc ends by itself, unless the RTL never does."""
    a7 = place.definition.a7
    own = place.given("vectors") is not None or (a7.enable and a7.backend == "template" and not a7.template)
    if fault is Fault.CRASHED:
        return ""
    return "testbench" if fault in _OF_TESTBENCH and not own else "rtl"


def _waves(place: Workplace) -> dict[str, str]:
    """The largest VCD the simulation left."""
    found = sorted(place.output.glob("*.vcd"), key=lambda path: path.stat().st_size)
    return {"vcd": place.made(found[-1])} if found else {}


def _tool(place: Workplace, command: list[str], log: str) -> Ended:
    words = place.definition.simulation
    bounds = Limits(words.timeout, words.memory_limit, words.output_limit)
    return place.run([find_tool(command[0]), *command[1:]], log, bounds, inside=True)
