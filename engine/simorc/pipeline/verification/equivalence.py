"""Proves with yosys and ABC that a mutant does the same as the design, in every reachable state.

A mutant of an edge or of the reset is never excused: the proof treats an asynchronous reset as synchronous.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from simorc.config.contracts.resolved import ResolvedContract
from simorc.pipeline.batches import BatchCommand, made, run_batch
from simorc.pipeline.tools import find_tool, read_log
from simorc.pipeline.verilog.slang import Mutant
from simorc.pipeline.workplace import Workplace

_PROVED = "Property proved"
_SCRIPT = """\
{gold}
design -stash gold
{gate}
design -stash gate
design -copy-from gold -as gold {top}
design -copy-from gate -as gate {top}
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
{parameters}
prep -flatten -top {top}
async2sync
memory_map
opt -full"""


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
    prove = f"read_aiger miter.aig; strash; pdr -T {max(1, round(seconds))}"
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
    chosen = "\n".join(
        f"chparam -set {name} {value} {contract.module}" for name, value in contract.parameters.items()
    )
    read = {
        side: _READ.format(files=" ".join([f"{side}.sv", *others]), parameters=chosen, top=contract.module)
        for side in ("gold", "gate")
    }
    return _SCRIPT.format(
        **read,
        top=contract.module,
        clock="-clock" if contract.edge == "posedge" else "-clockn",
        clock_port=contract.clock,
        reset="-reset" if reset.active else "-resetn",
        reset_port=reset.port,
    )
