"""Vectors of a testbench: the stimulus and the expected outputs as a file for ``$readmemb``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simorc.config.contracts.resolved import ResolvedContract
from simorc.files import write_json
from simorc.pipeline.generation.rendering import render
from simorc.pipeline.outcome import Fault, failure
from simorc.pipeline.tools import Limits, read_log
from simorc.pipeline.verification.oracle_process import row_json, row_of
from simorc.pipeline.verification.oracles import Expectation, Expected
from simorc.pipeline.verification.stimulus import Row
from simorc.pipeline.workplace import Workplace

VECTORS = "vectors.mem"
SEQUENCE = "vectors.json"
"""The same rows with names, for a person and for the counterexample."""
TEMPLATE = Path(__file__).parent.parent / "templates" / "vectors.sv.j2"
_MODULE = "simorc.pipeline.verification.oracle_process"
_MEMORY = 1024**3


@dataclass(frozen=True)
class Vectors:
    """Rows and their expected outputs."""

    rows: Sequence[Row]
    expected: Sequence[Expectation]

    @property
    def checks(self) -> int:
        """How many output values are compared."""
        return sum(sum(value is not None for value in (*each.before, *each.after)) for each in self.expected)

    @property
    def cycles(self) -> int:
        """How many clock cycles there are, or comparisons of a combinational design."""
        return sum(row.tick for row in self.rows) or len(self.rows)


def ask_oracle(
    place: Workplace, contract: ResolvedContract, name: str, wanted: Mapping[str, Any]
) -> list[Vectors]:
    """Sequences from the oracle's own process. `wanted` has `seed` and `times`, or `sequences` of rows.

    Raises StageFailed (oracle_failed): an error in the model or its rules, or a limit.
    """
    request, answer, log = (
        place.directory / f"{name}.{end}" for end in ("request.json", "answer.json", "log")
    )
    written = {key: _plain(value) for key, value in wanted.items()}
    directory = str(contract_path(place).parent)
    write_json(request, {"contract": contract.as_json(), "directory": directory, **written}, durable=False)
    seconds = place.definition.a7.timeout
    ended = place.run_python(_MODULE, [str(request), str(answer)], log.name, Limits(seconds, _MEMORY))
    if ended.timed_out:
        raise failure(Fault.ORACLE_FAILED, f"the oracle did not end within {seconds:g} s")
    if ended.code or not answer.is_file():
        output = " ".join(read_log(log, 4096).split())[-300:]
        raise failure(Fault.ORACLE_FAILED, f"the oracle: {ended.how()}: {output}")
    answered = json.loads(answer.read_text(encoding="utf-8"))
    for path in (request, answer):
        path.unlink()
    if "problem" in answered:
        raise failure(Fault.ORACLE_FAILED, f"{contract.oracle}: {answered['problem']}")
    return [_sequence(each) for each in answered["sequences"]]


def contract_path(place: Workplace) -> Path:
    """The stored contract of the run."""
    assert place.definition.contract is not None
    return place.frozen(place.definition.contract)


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [[row_json(row) for row in rows] for rows in value]
    return value


def _sequence(data: Mapping[str, Any]) -> Vectors:
    expected = [Expectation(tuple(before), tuple(after)) for before, after in data["expected"]]
    return Vectors([row_of(each) for each in data["rows"]], expected)


def write_vectors(directory: Path, contract: ResolvedContract, sequence: Vectors) -> None:
    """Write the vectors of a sequence for ``$readmemb``, and the same with names."""
    lines = (
        word(contract, row, expected) + "\n"
        for row, expected in zip(sequence.rows, sequence.expected, strict=True)
    )
    (directory / VECTORS).write_text("".join(lines), encoding="ascii")


def write_sequence(path: Path, contract: ResolvedContract, sequence: Vectors) -> None:
    """Keep the rows and the expected outputs as JSON, with the names of the ports."""
    data = {
        "inputs": [port.name for port in contract.inputs],
        "outputs": [port.name for port in contract.outputs],
        "rows": [row_json(row) for row in sequence.rows],
        "expected": [[list(each.before), list(each.after)] for each in sequence.expected],
    }
    write_json(path, data)


def read_sequence(path: Path) -> Vectors:
    """Back from `write_sequence`."""
    return _sequence(json.loads(path.read_text(encoding="utf-8")))


def word(contract: ResolvedContract, row: Row, expected: Expectation) -> str:
    """One line: tick, reset, inputs, then value and mask of each output before and after the edge."""
    parts = [str(int(row.tick))]
    if contract.reset is not None:
        parts.append(str(contract.reset.active if row.reset else 1 - contract.reset.active))
    parts += [_bits(value, port.width) for value, port in zip(row.inputs, contract.inputs, strict=True)]
    for values in (expected.before, expected.after):
        parts += _compared(contract, values)
    return "_".join(parts)


def _compared(contract: ResolvedContract, values: Expected) -> Iterable[str]:
    for value, port in zip(values, contract.outputs, strict=True):
        yield _bits(value or 0, port.width)
        yield ("0" if value is None else "1") * port.width


def _bits(value: int, width: int) -> str:
    return format(value, f"0{width}b")


def word_bits(contract: ResolvedContract) -> int:
    """The number of bits of one word."""
    inputs = sum(port.width for port in contract.inputs)
    return 1 + (contract.reset is not None) + inputs + 4 * sum(port.width for port in contract.outputs)


def testbench_text(contract: ResolvedContract, rows: int, pass_marker: str, fail_marker: str) -> str:
    """The testbench that applies the vectors; it depends on the ports alone."""
    special = [name for name in (contract.clock, contract.reset.port if contract.reset else None) if name]
    values = {
        "top": contract.module,
        "file": VECTORS,
        "parameters": contract.parameters,
        "rows": rows,
        "bits": word_bits(contract),
        "clock": contract.clock,
        "edge": contract.edge,
        "reset": contract.reset.port if contract.reset else None,
        "inputs": contract.inputs,
        "outputs": contract.outputs,
        "ports": [*special, *(port.name for port in contract.ports)],
        "pass_marker": pass_marker,
        "fail_marker": fail_marker,
    }
    return render(TEMPLATE, values)
