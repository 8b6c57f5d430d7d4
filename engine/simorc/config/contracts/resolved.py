"""A contract with all widths and values as numbers: plain data that is written as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Direction = Literal["input", "output", "inout"]
ANY = -1
"""In the weights of an input: any value of its width."""


@dataclass(frozen=True)
class PortShape:
    """A port with its width in bits; `valid_when` is the condition under which an output is compared."""

    name: str
    direction: Direction
    width: int
    valid_when: str | None = None


@dataclass(frozen=True)
class ResetShape:
    """The reset's port, its active level (0 or 1), and ``async`` or ``sync``."""

    port: str
    active: int
    kind: Literal["async", "sync"]


@dataclass(frozen=True)
class Register:
    """A register of the rules: its width in bits and its value after a reset."""

    width: int
    reset: int


@dataclass(frozen=True)
class RuleSet:
    """Rules as text, whose expressions are checked."""

    state: Mapping[str, Register]
    let: Mapping[str, str]
    next: Mapping[str, str]
    out: Mapping[str, str]


@dataclass(frozen=True)
class Step:
    """A directed step with numbers."""

    set: Mapping[str, int]
    cycles: int
    expect: Mapping[str, int]
    note: str = ""


@dataclass(frozen=True)
class Phase:
    """Cycles of random inputs. `weights`: input -> pairs of value and weight; `hold`: input -> least and most
    cycles that it keeps a value; `reset` is a probability.
    """

    cycles: int
    weights: Mapping[str, tuple[tuple[int, float], ...]]
    hold: Mapping[str, tuple[int, int]]
    reset: float


@dataclass(frozen=True)
class ResolvedContract:
    """One module's contract. `ports` are without clock and reset; `model` is a path relative to the contract.

    `oracle` is ``model``, ``rules``, ``steps`` or empty.
    """

    module: str
    parameters: Mapping[str, int]
    clock: str | None
    edge: Literal["posedge", "negedge"]
    reset: ResetShape | None
    ports: tuple[PortShape, ...]
    oracle: Literal["model", "rules", "steps", ""]
    model: str | None = None
    rules: RuleSet | None = None
    steps: tuple[Step, ...] = ()
    seed: int = 1
    directed: tuple[Step, ...] = ()
    phases: tuple[Phase, ...] = ()
    mutation: float = 0.9
    texts: Mapping[str, str] = field(default_factory=dict)
    """Width expressions of ports and registers as written, by name."""

    @property
    def inputs(self) -> tuple[PortShape, ...]:
        return tuple(port for port in self.ports if port.direction == "input")

    @property
    def outputs(self) -> tuple[PortShape, ...]:
        return tuple(port for port in self.ports if port.direction == "output")

    @property
    def widths(self) -> dict[str, int]:
        """Width of every port, clock and reset included, and of every register."""
        special = [self.clock] if self.clock else []
        special += [self.reset.port] if self.reset else []
        state = self.rules.state if self.rules else {}
        registers = {name: register.width for name, register in state.items()}
        return {**registers, **dict.fromkeys(special, 1), **{port.name: port.width for port in self.ports}}

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> ResolvedContract:
        """Back from `as_json`."""
        rules = data["rules"]
        read = {
            **data,
            "reset": ResetShape(**data["reset"]) if data["reset"] else None,
            "ports": tuple(PortShape(**port) for port in data["ports"]),
            "rules": None if rules is None else _rules(rules),
            "steps": tuple(Step(**step) for step in data["steps"]),
            "directed": tuple(Step(**step) for step in data["directed"]),
            "phases": tuple(_phase(phase) for phase in data["phases"]),
        }
        return cls(**read)


def _rules(data: Mapping[str, Any]) -> RuleSet:
    state = {name: Register(**register) for name, register in data["state"].items()}
    return RuleSet(state, data["let"], data["next"], data["out"])


def _phase(data: Mapping[str, Any]) -> Phase:
    weights = {name: tuple((int(v), float(w)) for v, w in pairs) for name, pairs in data["weights"].items()}
    hold = {name: (int(least), int(most)) for name, (least, most) in data["hold"].items()}
    return Phase(data["cycles"], weights, hold, data["reset"])
