"""Resolves a contract: widths and values become numbers; reports every key that is wrong."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from simorc.config.contracts.expression import MOST_BITS, parse_expression
from simorc.config.contracts.resolved import (
    ANY,
    Phase,
    PortShape,
    Register,
    ResetShape,
    ResolvedContract,
    RuleSet,
    Step,
)
from simorc.config.models.contract import (
    Contract,
    ContractRules,
    ContractStep,
    StimulusPhase,
    formula,
)
from simorc.config.models.fields import kind_of
from simorc.config.names import did_you_mean, listed
from simorc.config.yaml.source import KeyPath
from simorc.errors import ExpressionError

Complaint = tuple[KeyPath, str]
_LITERAL = re.compile(r"(?:\d+\s*)?'\s*[sS]?([bodhBODH])\s*([0-9a-fA-F_]+)")
_BASES = {"b": 2, "o": 8, "d": 10, "h": 16}
MOST_CYCLES = 100_000


class _Resolution:
    """Resolves one contract; `wrong` gathers what cannot be resolved."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self.wrong: list[Complaint] = []
        self.parameters = dict(contract.parameters)
        self.ports = self._ports()
        self.widths = {port.name: port.width for port in self.ports}

    def note(self, key: KeyPath, message: str) -> None:
        self.wrong.append((key, message))

    def number(self, key: KeyPath, text: str, known: Mapping[str, int], least: int = 0) -> int:
        """The value of an expression of parameters; `least` where it is wrong, which is noted."""
        try:
            value = parse_expression(_plain(text), known)(known)
        except ExpressionError as error:
            self.note(key, _told(error, text))
            return least
        if value < least or value.bit_length() > MOST_BITS:
            self.note(key, f"'{text}' is {value}: must be at least {least} and at most {MOST_BITS} bits wide")
            return least
        return value

    def _ports(self) -> tuple[PortShape, ...]:
        contract, shapes = self.contract, []
        special = self._special()
        for name, port in contract.ports.items():
            width = self.number(("ports", name, "width"), port.width, self.parameters, 1)
            if width > MOST_BITS:
                self.note(("ports", name, "width"), f"more than {MOST_BITS} bits")
                width = 1
            if name in special:
                if port.direction != "input" or width != 1:
                    self.note(("ports", name), f"the {special[name]} is an input of one bit")
                continue
            shapes.append(PortShape(name, port.direction, width, port.valid_when))
        return tuple(shapes)

    def _special(self) -> dict[str, str]:
        contract = self.contract
        special = {contract.clock.port: "clock"} if contract.clock else {}
        if contract.reset is not None:
            if contract.reset.port in special:
                self.note(("reset", "port"), "the reset and the clock are the same port")
            special[contract.reset.port] = "reset"
            if contract.clock is None and contract.reset.kind == "sync":
                self.note(("reset", "kind"), "a synchronous reset needs a clock")
        return special


def resolve(contract: Contract) -> tuple[ResolvedContract, list[Complaint]]:
    """The contract with numbers, and what is wrong with it, with the key of each."""
    work = _Resolution(contract)
    reset = contract.reset
    oracle = _oracle(work)
    resolved = ResolvedContract(
        module=contract.module,
        parameters=work.parameters,
        clock=contract.clock.port if contract.clock else None,
        edge=contract.clock.edge if contract.clock else "posedge",
        reset=ResetShape(reset.port, int(reset.active == "high"), reset.kind) if reset else None,
        ports=work.ports,
        oracle=oracle,  # type: ignore[arg-type]
        model=contract.model,
        rules=_rules(work, contract.rules) if contract.rules is not None else None,
        steps=_steps(work, ("steps",), contract.steps, expecting=True),
        seed=contract.stimulus.seed,
        directed=_steps(work, ("stimulus", "steps"), contract.stimulus.steps, expecting=False),
        phases=_phases(work),
        mutation=contract.require.mutation,
        texts=_width_texts(contract),
    )
    _check_whole(work, resolved)
    return resolved, work.wrong


def _oracle(work: _Resolution) -> str:
    contract = work.contract
    given = {
        "model": contract.model is not None,
        "rules": contract.rules is not None,
        "steps": bool(contract.steps),
    }
    named = [name for name, there in given.items() if there]
    if len(named) > 1:
        work.note((named[1],), f"the oracle is either {' or '.join(named)}; name one")
    return named[0] if named else ""


def _check_whole(work: _Resolution, resolved: ResolvedContract) -> None:
    names = {*work.widths, *resolved.parameters}
    if not resolved.outputs:
        work.note(("ports",), "the design has no output")
    for name in resolved.parameters.keys() & work.widths.keys():
        work.note(("ports", name), "also the name of a parameter")
    for port in resolved.ports:
        if port.direction == "inout" and resolved.oracle:
            work.note(
                ("ports", port.name, "direction"),
                f"an inout port cannot be verified by {resolved.oracle}; use a testbench of your own",
            )
        if port.valid_when is not None:
            key: KeyPath = ("ports", port.name, "valid_when")
            if port.direction != "output":
                work.note(key, "only an output is compared")
            _checked(work, key, port.valid_when, names)
    cycles = sum(phase.cycles for phase in resolved.phases)
    cycles += sum(step.cycles for step in (*resolved.directed, *resolved.steps))
    if cycles > MOST_CYCLES:
        work.note(("stimulus",), f"{cycles} cycles in all, at most {MOST_CYCLES}")


def _checked(work: _Resolution, key: KeyPath, text: str, known: Collection[str]) -> bool:
    try:
        parse_expression(text, known)
    except ExpressionError as error:
        work.note(key, _told(error, text))
        return False
    return True


def _told(error: ExpressionError, text: str) -> str:
    place = f" (column {error.column} of '{text}')" if error.column and len(text) > 1 else ""
    return f"{error.message}{place}"


def _plain(text: str) -> str:
    """The text of a value with a Verilog literal (``8'hA5``) as a number."""
    match = _LITERAL.fullmatch(text.strip())
    if match is None:
        return text
    try:
        return str(int(match[2].replace("_", ""), _BASES[match[1].lower()]))
    except ValueError:
        return text


def _width_texts(contract: Contract) -> dict[str, str]:
    texts = {name: port.width for name, port in contract.ports.items()}
    for name, register in (contract.rules.state if contract.rules else {}).items():
        texts[name] = register.width or texts.get(name, "1")
    return texts


def _rules(work: _Resolution, rules: ContractRules) -> RuleSet:
    state = {name: _register(work, rules, name) for name in rules.state}
    inputs = {port.name for port in work.ports if port.direction == "input"}
    names = {*inputs, *state, *work.parameters}
    if work.contract.clock is None and state:
        work.note(("rules", "state"), "registers need a clock")
    for name, text in rules.let.items():  # in order: a later one may use an earlier one
        if name in names:
            work.note(("rules", "let", name), "is already a port, a register, a parameter or a let")
        _checked(work, ("rules", "let", name), text, names)
        names = {*names, name}
    for part, texts in (("next", rules.next), ("out", rules.out)):
        for name, text in texts.items():
            _checked(work, ("rules", part, name), text, names)
    _check_targets(work, rules, state)
    return RuleSet(state, dict(rules.let), dict(rules.next), dict(rules.out))


def _register(work: _Resolution, rules: ContractRules, name: str) -> Register:
    register, key = rules.state[name], ("rules", "state", name)
    if register.width is None and name not in work.widths:
        work.note(key, f"give the width of {name}: {{width: 1, reset: 0}}")
    own = work.widths.get(name, 1)
    given = register.width
    width = own if given is None else work.number((*key, "width"), given, work.parameters, 1)
    port = next((port for port in work.ports if port.name == name), None)
    if port is not None and port.direction != "output":
        work.note(key, f"{name} is an input; a register has a name of its own or that of an output")
    elif port is not None and width != port.width and name not in rules.out:
        work.note(key, f"the output {name} has {port.width} bits, the register {width}")
    reset = work.number((*key, "reset"), register.reset, work.parameters)
    if reset >> width:
        work.note((*key, "reset"), f"{reset} does not fit into {width} bits")
    return Register(width, reset)


def _check_targets(work: _Resolution, rules: ContractRules, state: Mapping[str, Register]) -> None:
    outputs = {port.name for port in work.ports if port.direction == "output"}
    for name in rules.next:
        if name not in state:
            work.note(("rules", "next", name), f"not a register{did_you_mean(name, state)}")
    for name in rules.out:
        if name not in outputs:
            message = f"not an output{did_you_mean(name, outputs)}; known: {listed(outputs)}"
            work.note(("rules", "out", name), message)
    for name in sorted(outputs - rules.out.keys() - state.keys()):
        work.note(("rules", "out"), f"no rule for the output {name}")


def _steps(
    work: _Resolution, key: KeyPath, steps: tuple[ContractStep, ...], *, expecting: bool
) -> tuple[Step, ...]:
    return tuple(_step(work, (*key, index), step, expecting) for index, step in enumerate(steps))


def _step(work: _Resolution, key: KeyPath, step: ContractStep, expecting: bool) -> Step:
    settable = {port.name: port.width for port in work.ports if port.direction == "input"}
    if work.contract.reset is not None:
        settable[work.contract.reset.port] = 1
    outputs = {port.name: port.width for port in work.ports if port.direction == "output"}
    if step.expect and not expecting:
        work.note((*key, "expect"), "the oracle gives the expected outputs; remove expect")
    values = _values(work, (*key, "set"), step.set, settable, "input")
    expected = _values(work, (*key, "expect"), step.expect, outputs, "output")
    return Step(values, step.cycles, expected, step.note)


def _values(
    work: _Resolution, key: KeyPath, texts: Mapping[str, str], widths: Mapping[str, int], kind: str
) -> dict[str, int]:
    values = {}
    for name, text in texts.items():
        if name not in widths:
            message = f"not an {kind}{did_you_mean(name, widths)}; known: {listed(widths)}"
            work.note((*key, name), message)
            continue
        values[name] = work.number((*key, name), text, work.parameters)
        if values[name] >> widths[name]:
            work.note((*key, name), f"{values[name]} does not fit into {widths[name]} bits")
            values[name] = 0
    return values


def _phases(work: _Resolution) -> tuple[Phase, ...]:
    stimulus = work.contract.stimulus
    if work.contract.rules is None and work.contract.model is None:
        return ()
    if not stimulus.phases:
        return tuple(_default_phases(work))
    return tuple(_phase(work, ("stimulus", "phases", n), each) for n, each in enumerate(stimulus.phases))


def _default_phases(work: _Resolution) -> Iterator[Phase]:
    """Inputs at random, mostly 1, mostly 0, and slow ones; wide inputs often at their limits."""
    stimulus = work.contract.stimulus
    inputs = {port.name: port.width for port in work.ports if port.direction == "input"}
    for share, chance, hold in ((0.3, 0.5, 1), (0.2, 0.9, 1), (0.2, 0.15, 1), (0.3, 0.5, 24)):
        weights = {name: _default_weights(width, chance) for name, width in inputs.items()}
        holds = dict.fromkeys(inputs, (1, hold)) if hold > 1 else {}
        reset = stimulus.reset if hold == 1 else stimulus.reset / 4
        yield Phase(max(1, round(stimulus.cycles * share)), weights, holds, reset)


def _default_weights(width: int, chance: float) -> tuple[tuple[int, float], ...]:
    if width == 1:
        return ((0, 1 - chance), (1, chance))
    return ((ANY, 0.8), (0, 0.1), ((1 << width) - 1, 0.1))


def _phase(work: _Resolution, key: KeyPath, phase: StimulusPhase) -> Phase:
    inputs = {port.name: port.width for port in work.ports if port.direction == "input"}
    anything: tuple[tuple[int, float], ...] = ((ANY, 1.0),)
    weights = dict.fromkeys(inputs, anything)
    for part, entries in (("inputs", phase.inputs), ("hold", phase.hold)):
        for name in entries.keys() - inputs.keys():
            message = f"not an input{did_you_mean(name, inputs)}; known: {listed(inputs)}"
            work.note((*key, part, name), message)
    for name, given in phase.inputs.items():
        if name in inputs:
            weights[name] = _weights(work, (*key, "inputs", name), given, inputs[name])
    hold = {
        name: _hold(work, (*key, "hold", name), given) for name, given in phase.hold.items() if name in inputs
    }
    reset = work.contract.stimulus.reset if phase.reset is None else phase.reset
    return Phase(phase.cycles, weights, hold, reset)


def _weights(work: _Resolution, key: KeyPath, given: Any, width: int) -> tuple[tuple[int, float], ...]:
    """The values of an input and their weights, from one of three spellings."""
    if isinstance(given, list | tuple):
        return tuple((_value(work, (*key, n), each, width), 1.0) for n, each in enumerate(given)) or (
            (ANY, 1.0),
        )
    if isinstance(given, Mapping):
        pairs = tuple(
            (_value(work, (*key, name), name, width), _weight(work, (*key, name), weight))
            for name, weight in given.items()
        )
        if not any(weight for _, weight in pairs):
            work.note(key, "every weight is 0")
            return ((ANY, 1.0),)
        return pairs
    if isinstance(given, int | float) and not isinstance(given, bool) and 0 <= given <= 1:
        ones = (1 << width) - 1
        return ((0, 1 - float(given)), (ones if width == 1 else ANY, float(given)))
    work.note(
        key, f"expected a probability from 0 to 1, a list of values, or value: weight, not {kind_of(given)}"
    )
    return ((ANY, 1.0),)


def _value(work: _Resolution, key: KeyPath, given: Any, width: int) -> int:
    if given in ("random", "any"):
        return ANY
    try:
        text = formula(given)
    except ValueError as error:
        work.note(key, str(error))
        return 0
    value = work.number(key, text, work.parameters)
    if value >> width:
        work.note(key, f"{value} does not fit into {width} bits")
        return 0
    return value


def _weight(work: _Resolution, key: KeyPath, given: Any) -> float:
    if isinstance(given, int | float) and not isinstance(given, bool) and given >= 0:
        return float(given)
    work.note(key, f"expected a weight of at least 0, not {kind_of(given)}")
    return 0.0


def _hold(work: _Resolution, key: KeyPath, given: Any) -> tuple[int, int]:
    bounds = list(given) if isinstance(given, list | tuple) else [given, given]
    whole = [
        int(each)
        for each in bounds
        if isinstance(each, int | float) and not isinstance(each, bool) and each >= 1
    ]
    if len(bounds) != 2 or len(whole) != 2 or whole[0] > whole[1]:
        work.note(key, f"expected a number of cycles or [least, most], not {kind_of(given)}")
        return (1, 1)
    return (whole[0], whole[1])
