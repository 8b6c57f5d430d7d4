"""Proves with yosys and ABC that a mutant does the same as the design, in every reachable state.

A mutant of an edge or of the reset is never excused: the proof treats an asynchronous reset as synchronous.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from simorc.config.contracts.resolved import PortShape, ResolvedContract
from simorc.errors import ExpressionError
from simorc.pipeline.batches import BatchCommand, made, run_batch
from simorc.pipeline.tools import find_tool, read_log
from simorc.pipeline.verification.rule_rtl import condition_in_verilog
from simorc.pipeline.verilog.slang import Mutant
from simorc.pipeline.workplace import Workplace

_PROVED = "Property proved"
_WRAPPER = "simorc_compared"
_SCRIPT = """\
{gold}
design -stash gold
{gate}
design -stash gate
design -copy-from gold -as gold {wrapper}
design -copy-from gate -as gate {wrapper}
miter -equiv -flatten gold gate miter
hierarchy -top miter
sim {clock} in_{clock_port} {reset} in_{reset_port} -rstlen 3 -n 3 -w miter
dffunmap
techmap
opt_expr
opt_clean
aigmap
opt_clean
write_aiger -zinit miter.aig
"""
_READ = """\
read_verilog -sv {files}
prep -flatten -top {wrapper}
async2sync
memory_map
opt -full"""
_PROVE = "read_aiger miter.aig; strash; scorr; dc2; pdr -T {seconds}"
"""Registers that correspond are merged first, which proves most mutants by itself."""


def can_prove(contract: ResolvedContract | None) -> bool:
    """Whether the programs are installed, and the design has the clock and the reset that a proof needs."""
    there = shutil.which("yosys") is not None and shutil.which("yosys-abc") is not None
    return there and contract is not None and contract.clock is not None and contract.reset is not None


def equivalent(
    place: Workplace,
    contract: ResolvedContract,
    design: Path,
    sources: Sequence[Path],
    survivors: Sequence[Mutant],
) -> list[Mutant]:
    """Those of the survivors that are proved to do the same as the design."""
    candidates = [mutant for mutant in survivors if not mutant.reset]
    if not candidates:
        return []
    work, seconds = made(place.directory / "proofs"), place.definition.qualify.proof_time
    jobs, logs, text = [], [], design.read_bytes()
    for number, mutant in enumerate(candidates):
        directory = made(work / str(number))
        (directory / "gold.sv").write_bytes(text)
        (directory / "gate.sv").write_bytes(mutant.applied(text))
        for source in sources:
            shutil.copyfile(source, directory / source.name)
        (directory / f"{_WRAPPER}.sv").write_text(wrapper(contract), encoding="utf-8")
        (directory / "proof.ys").write_text(
            script(contract, [each.name for each in sources]), encoding="utf-8"
        )
        logs.append(directory / "proof.log")
        jobs.append(_job(directory, logs[-1], seconds))
    run_batch(place, "proofs_run", jobs, seconds=(seconds * 2 + 5) * len(jobs))
    proved = [mutant for mutant, log in zip(candidates, logs, strict=True) if _says_proved(log)]
    shutil.rmtree(work, ignore_errors=True)
    return proved


def _job(directory: Path, log: Path, seconds: float) -> list[BatchCommand]:
    prove = _PROVE.format(seconds=max(1, round(seconds)))
    synthesis = [find_tool("yosys"), "-q", "proof.ys"]
    return [
        BatchCommand(synthesis, str(directory), str(directory / "synthesis.log"), seconds),
        BatchCommand([find_tool("yosys-abc"), "-c", prove], str(directory), str(log), seconds + 2),
    ]


def _says_proved(log: Path) -> bool:
    return log.is_file() and _PROVED in read_log(log)


def script(contract: ResolvedContract, others: Sequence[str]) -> str:
    """The script of yosys: joins design and mutant, starts both after a reset, writes an AIGER file."""
    reset = contract.reset
    assert reset is not None and contract.clock is not None
    read = {
        side: _READ.format(files=" ".join([f"{side}.sv", *others, f"{_WRAPPER}.sv"]), wrapper=_WRAPPER)
        for side in ("gold", "gate")
    }
    return _SCRIPT.format(
        **read,
        wrapper=_WRAPPER,
        clock="-clock" if contract.edge == "posedge" else "-clockn",
        clock_port=contract.clock,
        reset="-reset" if reset.active else "-resetn",
        reset_port=reset.port,
    )


def wrapper(contract: ResolvedContract) -> str:
    """A module around the design with the contract's parameters; its outputs are those of the design, and 0
    while the contract does not compare them.
    """
    special = [name for name in (contract.clock, contract.reset.port if contract.reset else None) if name]
    ports = [f"input {name}" for name in special]
    ports += [f"input [{port.width - 1}:0] {port.name}" for port in contract.inputs]
    ports += [f"output [{port.width - 1}:0] compared_{port.name}" for port in contract.outputs]
    lines = [f"  localparam {name} = {value};" for name, value in contract.parameters.items()]
    lines += [f"  wire [{port.width - 1}:0] {port.name};" for port in contract.outputs]
    names = [*special, *(port.name for port in contract.ports)]
    chosen = ", ".join(f".{name}({value})" for name, value in contract.parameters.items())
    connected = ", ".join(f".{name}({name})" for name in names)
    lines.append(f"  {contract.module} {f'#({chosen}) ' if chosen else ''}dut ({connected});")
    for port in contract.outputs:
        masked = f"{_condition(contract, port)} ? {port.name} : 0" if port.valid_when else port.name
        lines.append(f"  assign compared_{port.name} = {masked};")
    return f"module {_WRAPPER} ({', '.join(ports)});\n" + "\n".join(lines) + "\nendmodule\n"


def _condition(contract: ResolvedContract, port: PortShape) -> str:
    """The condition of an output's comparison in Verilog; without a Verilog form it always holds."""
    assert port.valid_when is not None
    try:
        return condition_in_verilog(contract, port.valid_when)
    except ExpressionError:
        return "1"
