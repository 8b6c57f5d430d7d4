"""The input rows of a testbench: reset, directed steps, then random inputs drawn with a seed.

A row is one clock cycle, or, without `tick`, a comparison between two clock edges.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from simorc.config.contracts.resolved import ANY, Phase, ResolvedContract, Step

RESET_ROWS = 2
_PULSES = 0.3
"""Share of the asynchronous resets that come and go between two clock edges."""
_LONGEST_RESET = 3


@dataclass(frozen=True)
class Row:
    """The inputs of one row, in the order of the contract's inputs.

    `reset`: whether the reset is active. `tick`: whether the clock's active edge follows. `expect` are
    outputs that a directed step compares at the end of the row, None where the oracle gives all.
    """

    inputs: tuple[int, ...]
    reset: bool
    tick: bool
    expect: Mapping[str, int] | None = None
    note: str = ""


def rows_of(contract: ResolvedContract, seed: int, *, times: int = 1) -> list[Row]:
    """All rows of a testbench. `times` lengthens the random phases."""
    rows = list(_reset_rows(contract))
    if contract.oracle == "steps":
        return [*rows, *_directed(contract, contract.steps)]
    rows += _directed(contract, contract.directed)
    generator = random.Random(seed)
    for phase in contract.phases:
        rows += _random_rows(contract, replace(phase, cycles=phase.cycles * times), generator)
    return rows


def _reset_rows(contract: ResolvedContract) -> Iterator[Row]:
    if contract.reset is not None:
        still = (0,) * len(contract.inputs)
        yield from [Row(still, True, contract.clock is not None)] * RESET_ROWS


def _directed(contract: ResolvedContract, steps: tuple[Step, ...]) -> Iterator[Row]:
    """The rows of directed steps; an input keeps its value until it is set again."""
    values = {port.name: 0 for port in contract.inputs}
    reset = contract.reset
    active = False
    for number, step in enumerate(steps, 1):
        if reset is not None and reset.port in step.set:
            active = step.set[reset.port] == reset.active
        values |= {name: value for name, value in step.set.items() if name in values}
        clocked = contract.clock is not None and step.cycles > 0
        row = Row(tuple(values.values()), active, clocked, {}, f"step {number}: {step.note}".rstrip(": "))
        last = replace(row, expect=step.expect)
        yield from [*[row] * (step.cycles - 1), last] if clocked else [last]


def _random_rows(contract: ResolvedContract, phase: Phase, generator: random.Random) -> Iterator[Row]:
    left: dict[str, int] = {}
    values: dict[str, int] = {}
    active, clocked = 0, contract.clock is not None
    for _ in range(phase.cycles):
        for port in contract.inputs:
            left[port.name] = left.get(port.name, 0) - 1
            if left[port.name] < 0:
                values[port.name] = _draw(phase.weights.get(port.name, ((ANY, 1.0),)), port.width, generator)
                least, most = phase.hold.get(port.name, (1, 1))
                left[port.name] = generator.randint(least, most) - 1
        inputs = tuple(values[port.name] for port in contract.inputs)
        if contract.reset is not None and not active and generator.random() < phase.reset:
            if contract.reset.kind == "async" and generator.random() < _PULSES:
                yield Row(inputs, True, False)
            else:
                active = generator.randint(1, _LONGEST_RESET)
        yield Row(inputs, active > 0, clocked)
        active = max(0, active - 1)


def _draw(weights: tuple[tuple[int, float], ...], width: int, generator: random.Random) -> int:
    values = [value for value, _ in weights]
    chosen = generator.choices(values, [weight for _, weight in weights])[0]
    return generator.getrandbits(width) if chosen == ANY else chosen
