"""The oracles of a contract: expected outputs of every row, by a Python model, by rules or by directed steps.

The oracle runs before the simulation and never in it, so that the simulator is the only judge.
"""

from __future__ import annotations

import importlib.util
import inspect
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from simorc.config.contracts.expression import Expression, parse_expression
from simorc.config.contracts.resolved import ResolvedContract
from simorc.errors import ExpressionError
from simorc.pipeline.verification.stimulus import Row

Values = Mapping[str, int | None]
Expected = tuple[int | None, ...]
"""Expected outputs in the contract's order; None is not compared."""


class OracleError(Exception):
    """The oracle gives no usable expected outputs; the message names the place."""


class Oracle(Protocol):
    """A design as a state machine: `reset`, the present outputs, and the clock's active edge."""

    def reset(self) -> None: ...
    def outputs(self, inputs: Mapping[str, int]) -> Values: ...
    def clock(self, inputs: Mapping[str, int]) -> None: ...


@dataclass(frozen=True)
class Expectation:
    """Expected outputs of one row, before and after the clock edge."""

    before: Expected
    after: Expected


class RulesOracle:
    """The rules of a contract."""

    def __init__(self, contract: ResolvedContract) -> None:
        rules = contract.rules
        assert rules is not None
        self._contract, self._state = contract, {}  # type: ignore[var-annotated]
        known = {*contract.parameters, *rules.state, *(port.name for port in contract.inputs), *rules.let}
        self._let = {name: parse_expression(text, known) for name, text in rules.let.items()}
        self._next = {name: parse_expression(text, known) for name, text in rules.next.items()}
        self._out = {name: parse_expression(text, known) for name, text in rules.out.items()}
        self._widths = contract.widths
        self.reset()

    def reset(self) -> None:
        rules = self._contract.rules
        assert rules is not None
        self._state = {name: register.reset for name, register in rules.state.items()}

    def outputs(self, inputs: Mapping[str, int]) -> Values:
        values = self._values(inputs)
        return {
            port.name: self._fitted(port.name, self._out[port.name], values, port.width)
            if port.name in self._out
            else self._state[port.name]
            for port in self._contract.outputs
        }

    def clock(self, inputs: Mapping[str, int]) -> None:
        values = self._values(inputs)
        rules = self._contract.rules
        assert rules is not None
        following = {
            name: self._fitted(name, each, values, rules.state[name].width)
            for name, each in self._next.items()
        }
        self._state = {**self._state, **following}

    def _values(self, inputs: Mapping[str, int]) -> dict[str, int]:
        values = {**self._contract.parameters, **self._state, **inputs}
        for name, expression in self._let.items():
            values[name] = self._value(name, expression, values)
        return values

    def _fitted(self, name: str, expression: Expression, values: Mapping[str, int], width: int) -> int:
        return self._value(name, expression, values) & ((1 << width) - 1)

    def _value(self, name: str, expression: Expression, values: Mapping[str, int]) -> int:
        try:
            return expression(values, self._widths)
        except ExpressionError as error:
            raise OracleError(f"rule of {name}: {error.message}: {expression.text}") from None


class ModelOracle:
    """The user's Python class, with every output checked."""

    def __init__(self, contract: ResolvedContract, model: Any) -> None:
        self._contract = contract
        self._model = model

    def reset(self) -> None:
        self._model.reset()

    def outputs(self, inputs: Mapping[str, int]) -> Values:
        given = self._model.outputs(dict(inputs))
        if not isinstance(given, Mapping):
            raise OracleError(f"outputs() returned {type(given).__name__}, not a dict of the outputs")
        names = [port.name for port in self._contract.outputs]
        extra, missing = sorted(set(given) - set(names)), sorted(set(names) - set(given))
        if extra or missing:
            what = [f"misses {', '.join(missing)}"] if missing else []
            what += [f"has {', '.join(map(str, extra))}, which the contract does not"] if extra else []
            raise OracleError(f"the result of outputs() {' and '.join(what)}")
        return {
            port.name: _number(port.name, given[port.name], port.width) for port in self._contract.outputs
        }

    def clock(self, inputs: Mapping[str, int]) -> None:
        self._model.clock(dict(inputs))


def _number(name: str, value: Any, width: int) -> int | None:
    if value is None:
        return None
    try:
        number = int(value)
    except (TypeError, ValueError):
        raise OracleError(f"outputs() gave {value!r} for {name}, not a whole number or None") from None
    if number != value or number < 0 or number >> width:
        raise OracleError(f"outputs() gave {value!r} for {name}, which has {width} bits")
    return number


def load_model(path: Path, contract: ResolvedContract) -> Any:
    """An object of the one class of a model file. Raises OracleError."""
    spec = importlib.util.spec_from_file_location("contract_model", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["contract_model"] = module
    spec.loader.exec_module(module)
    wanted = ["outputs", *(["clock"] if contract.clock else []), *(["reset"] if contract.reset else [])]
    classes = [
        each
        for each in vars(module).values()
        if inspect.isclass(each)
        and each.__module__ == "contract_model"
        and all(callable(getattr(each, method, None)) for method in wanted)
    ]
    if len(classes) != 1:
        named = f" ({', '.join(each.__name__ for each in classes)})" if classes else ""
        raise OracleError(f"{path.name} has {len(classes)} classes with {', '.join(wanted)}{named}, not one")
    return classes[0](**_accepted(classes[0], contract.parameters))


def _accepted(model: type, parameters: Mapping[str, int]) -> dict[str, int]:
    """The parameters that the class takes by name."""
    if model.__init__ is object.__init__:  # type: ignore[misc]
        return {}
    taken = inspect.signature(model).parameters
    if any(each.kind is inspect.Parameter.VAR_KEYWORD for each in taken.values()):
        return dict(parameters)
    return {name: value for name, value in parameters.items() if name in taken}


def oracle_of(contract: ResolvedContract, directory: Path) -> Oracle:
    """The contract's oracle, a model or rules, ready to use. Raises OracleError."""
    if contract.rules is not None:
        return RulesOracle(contract)
    assert contract.model is not None
    return ModelOracle(contract, load_model(directory / contract.model, contract))


def expectations(contract: ResolvedContract, oracle: Oracle | None, rows: Sequence[Row]) -> list[Expectation]:
    """The expected outputs of all rows; without an oracle those that directed steps name."""
    if oracle is None:
        return [_of_step(contract, row) for row in rows]
    mask = _Mask(contract)
    known = contract.reset is None or contract.reset.kind == "async"
    if contract.reset is not None and known:
        oracle.reset()
    found = []
    for row in rows:
        inputs = dict(zip((port.name for port in contract.inputs), row.inputs, strict=True))
        asynchronous = contract.reset is not None and contract.reset.kind == "async"
        if row.reset and asynchronous:
            oracle.reset()
        before = mask(oracle.outputs(inputs), inputs) if known else mask.nothing
        if row.tick:
            if row.reset:
                oracle.reset()
                known = True
            elif known:
                oracle.clock(inputs)
        after = mask(oracle.outputs(inputs), inputs) if known and row.tick else mask.nothing
        found.append(Expectation(before, after))
    return found


def _of_step(contract: ResolvedContract, row: Row) -> Expectation:
    expect = row.expect or {}
    values = tuple(expect.get(port.name) for port in contract.outputs)
    nothing = (None,) * len(values)
    return Expectation(nothing, values) if row.tick else Expectation(values, nothing)


class _Mask:
    """Expected outputs in order, None where `valid_when` does not hold."""

    def __init__(self, contract: ResolvedContract) -> None:
        self._contract = contract
        known = {*contract.parameters, *(port.name for port in contract.ports)}
        self._conditions = {
            port.name: parse_expression(port.valid_when, known)
            for port in contract.outputs
            if port.valid_when is not None
        }
        self.nothing: Expected = (None,) * len(contract.outputs)

    def __call__(self, outputs: Values, inputs: Mapping[str, int]) -> Expected:
        values = {**self._contract.parameters, **inputs, **outputs}
        return tuple(
            outputs[port.name] if self._holds(port.name, values) else None for port in self._contract.outputs
        )

    def _holds(self, name: str, values: Mapping[str, int | None]) -> bool:
        condition = self._conditions.get(name)
        if condition is None:
            return True
        known = {key: value for key, value in values.items() if value is not None}
        if not condition.names <= known.keys():
            return False  # it depends on an output that is not compared now
        return bool(condition(known, self._contract.widths))
