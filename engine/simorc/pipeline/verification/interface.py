"""Compares the ports and parameters of RTL with those of its contract, before anything else is judged."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from simorc.config.contracts.resolved import ResolvedContract
from simorc.pipeline.outcome import Fault, StageFailed, StageOutcome
from simorc.pipeline.verilog.slang import ask_slang
from simorc.pipeline.workplace import Workplace


def check_interface(place: Workplace, contract: ResolvedContract, rtl: Path) -> None:
    """Raises StageFailed if the module's ports or parameters differ from the contract (``interface``), or the
    RTL does not elaborate (``compile_error``).
    """
    sources = [rtl, *(place.frozen(path) for path in place.definition.simulation.sources)]
    values = dict(contract.parameters)
    answer = ask_slang(place, sources, contract.module, ["interface"], parameters=values)
    found = answer["interface"]
    if found is None:
        first = f": {answer['errors'][0]}" if answer["errors"] else ""
        _fail(Fault.COMPILE_ERROR, f"module {contract.module} does not elaborate{first}")
    missing = sorted(contract.parameters.keys() - set(found["parameters"]))
    if missing:
        _fail(Fault.INTERFACE, f"the contract has a parameter {', '.join(missing)}, the RTL does not")
    differences = compare(contract, found)
    if differences:
        _fail(Fault.INTERFACE, f"not the ports of the contract: {'; '.join(differences)}")


def _fail(kind: Fault, message: str) -> None:
    raise StageFailed(StageOutcome.failed(kind, message, blamed="rtl"))


def compare(contract: ResolvedContract, found: Mapping[str, Any]) -> list[str]:
    """Every difference between the contract's ports and those found, in words."""
    wanted = {port.name: (port.direction, port.width) for port in contract.ports}
    special = [name for name in (contract.clock, contract.reset.port if contract.reset else None) if name]
    wanted |= dict.fromkeys(special, ("input", 1))
    there = {port["name"]: (port["direction"], port["width"]) for port in found["ports"]}
    words = [f"{name} is missing" for name in wanted if name not in there]
    words += [f"{name} is not in the contract" for name in there if name not in wanted]
    for name in wanted.keys() & there.keys():
        if wanted[name] != there[name]:
            words.append(f"{name} is {_shape(there[name])}, not {_shape(wanted[name])}")
    return sorted(words)


def _shape(shape: tuple[str, int]) -> str:
    direction, width = shape
    return f"{direction} of {width} bit{'' if width == 1 else 's'}"
