"""The contract of a run: read from its copy, and shown as Verilog or as text for those who write code."""

from __future__ import annotations

from typing import Any

from simorc.config.contracts.resolved import ResolvedContract
from simorc.config.validate.contract_checks import load_contract
from simorc.pipeline.verification.verilog_width import width_in_verilog
from simorc.pipeline.workplace import Workplace


def contract_of(place: Workplace) -> ResolvedContract | None:
    """The contract of the place's run, None if it has none."""
    path = place.definition.contract
    return load_contract(place.frozen(path)) if path is not None else None


def contract_text(place: Workplace) -> str:
    """The contract as written, empty if there is none."""
    path = place.definition.contract
    return place.frozen(path).read_text(encoding="utf-8") if path is not None else ""


def contract_values(contract: ResolvedContract) -> dict[str, Any]:
    """What a template of RTL sees of the contract, with `interface`, the empty module."""
    return {**contract.as_json(), "interface": interface_text(contract)}


def interface_text(contract: ResolvedContract) -> str:
    """An empty module with the contract's parameters and ports: all that whoever writes a testbench sees."""
    special = [name for name in (contract.clock, contract.reset.port if contract.reset else None) if name]
    ports = [f"input logic {name}" for name in special]
    ports += [f"{port.direction} logic {_range(contract, port.name)}{port.name}" for port in contract.ports]
    return (
        f"module {contract.module}{parameter_list(contract)} (\n    "
        + ",\n    ".join(ports)
        + "\n);\nendmodule\n"
    )


def parameter_list(contract: ResolvedContract) -> str:
    """The parameters of the module's header, empty without any."""
    if not contract.parameters:
        return ""
    inside = ",\n    ".join(f"parameter int {name} = {value}" for name, value in contract.parameters.items())
    return f" #(\n    {inside}\n)"


def _range(contract: ResolvedContract, name: str) -> str:
    text = width_in_verilog(contract.texts.get(name, "1"))
    if text == "1":
        return ""
    return f"[{int(text) - 1}:0] " if text.isdigit() else f"[{text}-1:0] "
