"""RTL from the rules of a contract, without a language model.

A rule's value is a whole number of any size that is cut to the width of its target. Sums, products and
bitwise operations give the same low bits when computed in the target's width; comparisons, right shifts and
divisions are computed as signed numbers that are wide enough for every intermediate value.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Collection, Mapping

from simorc.config.contracts.expression import BINARY, COMPARISONS, Expression, is_truth, parse_expression
from simorc.config.contracts.resolved import ResolvedContract, RuleSet
from simorc.errors import ExpressionError
from simorc.pipeline.outcome import Fault, failure
from simorc.pipeline.verification.contract_file import interface_text
from simorc.pipeline.verification.verilog_width import constant_in_verilog, width_in_verilog

_RING = (ast.Add, ast.Sub, ast.Mult, ast.BitAnd, ast.BitOr, ast.BitXor)
"""Operators whose low bits depend on low bits alone."""
_PLAIN = 1 << 31
_MOST_SHIFT = 8


def rtl_of_rules(contract: ResolvedContract) -> str:
    """The module. Raises StageFailed (oracle_failed) for a rule that has no Verilog form."""
    rules = contract.rules
    assert rules is not None
    try:
        return _Module(contract, rules).text()
    except ExpressionError as error:
        raise failure(Fault.ORACLE_FAILED, f"rules: {error.message}: {error.text}") from None


def condition_in_verilog(contract: ResolvedContract, text: str) -> str:
    """A condition of the contract's ports in Verilog. Raises ExpressionError if it has no Verilog form."""
    names = {*contract.parameters, *(port.name for port in contract.ports)}
    module = _Module(contract, RuleSet({}, {}, {}, {}))
    return _Writer(module, text).truth(parse_expression(text, names).tree)


class _Module:
    """Writes one module."""

    def __init__(self, contract: ResolvedContract, rules: RuleSet) -> None:
        self.contract = contract
        self.rules = rules
        self.inputs = {port.name for port in contract.inputs}
        self.known = {*contract.parameters, *rules.state, *self.inputs}
        let: dict[str, ast.expr] = {}
        for name, text in rules.let.items():
            let[name] = _inlined(parse_expression(text, {*self.known, *let}).tree, let)
        self.let = let

    def text(self) -> str:
        return "\n".join(
            [self._head(), *self._declarations(), *self._registers(), *self._outputs(), "endmodule", ""]
        )

    def _head(self) -> str:
        header = interface_text(self.contract).removesuffix("endmodule\n").rstrip()
        return f"// {self.contract.module}: generated from the rules of its contract.\n{header}"

    def _declarations(self) -> list[str]:
        return [
            f"  logic {self._range(name)}{name};" for name in self.rules.state if not self._is_output(name)
        ] + [
            f"  logic {self._range(name)}{name}_state;"
            for name in self.rules.state
            if self._is_output(name) and name in self.rules.out
        ]

    def _is_output(self, name: str) -> bool:
        return any(port.name == name for port in self.contract.outputs)

    def _register(self, name: str) -> str:
        """The register's name in the module: an output with a rule of its own has another."""
        return f"{name}_state" if self._is_output(name) and name in self.rules.out else name

    def _width(self, name: str) -> str:
        return width_in_verilog(self.contract.texts.get(name, "1"))

    def _range(self, name: str) -> str:
        width = self._width(name)
        if width == "1":
            return ""
        return f"[{int(width) - 1}:0] " if width.isdigit() else f"[{width}-1:0] "

    def _registers(self) -> list[str]:
        rules, contract = self.rules, self.contract
        if not rules.state:
            return []
        edges = f"{contract.edge} {contract.clock}"
        reset, lines = contract.reset, []
        if reset is not None and reset.kind == "async":
            edges += f" or {'posedge' if reset.active else 'negedge'} {reset.port}"
        lines = ["", f"  always_ff @({edges}) begin"]
        following = [
            f"      {self._register(name)} <= {self._rule(text, name)};" for name, text in rules.next.items()
        ]
        if reset is None:
            return [*lines, *(line[2:] for line in following), "  end"]
        values = [
            f"      {self._register(name)} <= {self._literal(register.reset, name)};"
            for name, register in rules.state.items()
        ]
        condition = reset.port if reset.active else f"!{reset.port}"
        return [
            *lines,
            f"    if ({condition}) begin",
            *values,
            "    end else begin",
            *following,
            "    end",
            "  end",
        ]

    def _outputs(self) -> list[str]:
        return [
            "",
            *(f"  assign {name} = {self._rule(text, name)};" for name, text in self.rules.out.items()),
        ]

    def _literal(self, value: int, name: str) -> str:
        width = self._width(name)
        return f"{width}'d{value}" if width.isdigit() else f"{_cast(width)}'({_number(value)})"

    def _rule(self, text: str, target: str) -> str:
        expression = parse_expression(text, {*self.known, *self.let})
        tree = _inlined(expression.tree, self.let)
        return _Writer(self, text).modular(tree, self._width(target))


def _inlined(tree: ast.expr, let: Mapping[str, ast.expr]) -> ast.expr:
    """The tree with the names of `let` replaced by their expressions."""

    class Inline(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.expr:
            return let.get(node.id, node)

        def visit_Call(self, node: ast.Call) -> ast.expr:
            node = ast.Call(node.func, [self.visit(each) for each in node.args], [])
            return ast.copy_location(node, tree)

    copied: ast.expr = Inline().visit(ast.parse(ast.unparse(tree), mode="eval").body)
    return ast.fix_missing_locations(copied)


def _cast(width: str) -> str:
    """A width as the first part of a cast."""
    return width if width.isdigit() or width.isidentifier() else f"({width})"


def _number(value: int) -> str:
    return str(value) if value < _PLAIN else f"{value.bit_length()}'d{value}"


class _Writer:
    """Writes the expressions of one rule."""

    def __init__(self, module: _Module, text: str) -> None:
        self._module = module
        self._text = text

    def _fail(self, reason: str) -> ExpressionError:
        return ExpressionError(reason, text=self._text)

    def modular(self, node: ast.expr, width: str) -> str:
        """The low bits of a value, in the width of its target."""
        if isinstance(node, ast.Name) and node.id not in self._module.contract.parameters:
            name = self._module._register(node.id)
            return name if self._module._width(node.id) == width else f"{_cast(width)}'({name})"
        if isinstance(node, ast.Constant):
            value = int(node.value)  # type: ignore[arg-type]
            return (
                f"{width}'d{value % (1 << int(width))}"
                if width.isdigit()
                else f"{_cast(width)}'({_number(value)})"
            )
        if isinstance(node, ast.BinOp) and isinstance(node.op, _RING):
            left, right = self.modular(node.left, width), self.modular(node.right, width)
            return f"({left} {BINARY[type(node.op)]} {right})"
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            return f"(-{self.modular(node.operand, width)})"
        if isinstance(node, ast.IfExp):
            chosen = f"{self.modular(node.body, width)} : {self.modular(node.orelse, width)}"
            return f"({self.truth(node.test)} ? {chosen})"
        if is_truth(node):
            return self.truth(node) if width == "1" else f"{_cast(width)}'({self.truth(node)})"
        if self._has_width(node):
            own = self.bits(node)
            return f"{_cast(width)}'({own})"
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.LShift) and self._fixed(node.right):
            return f"({self.modular(node.left, width)} << {constant_in_verilog(node.right, self._text)})"
        return f"{_cast(width)}'({self.exact(node, self.bound(node))})"

    def truth(self, node: ast.expr) -> str:
        """One bit: whether a value is not 0."""
        if isinstance(node, ast.Compare):
            wide = self.bound(node)
            values = [self.exact(each, wide) for each in (node.left, *node.comparators)]
            pairs = zip(values, values[1:], node.ops, strict=False)
            parts = [f"({left} {COMPARISONS[type(op)]} {right})" for left, right, op in pairs]
            return parts[0] if len(parts) == 1 else f"({' && '.join(parts)})"
        if isinstance(node, ast.BoolOp):
            sign = " && " if isinstance(node.op, ast.And) else " || "
            return f"({sign.join(self.truth(each) for each in node.values)})"
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            return f"(!{self.truth(node.operand)})"
        if self._is_bit(node):
            return self.bits(node)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "parity":
            return f"(^{self.bits(node.args[0])})"
        return f"({self.exact(node, self.bound(node))} != 0)"

    def _is_bit(self, node: ast.expr) -> bool:
        if isinstance(node, ast.Name):
            parameter = node.id in self._module.contract.parameters
            return not parameter and self._module._width(node.id) == "1"
        return isinstance(node, ast.Subscript) and not isinstance(node.slice, ast.Slice)

    def _has_width(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Subscript) or (
            (isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Invert))
            or (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "cat")
        )

    def bits(self, node: ast.expr) -> str:
        """A value of a known width, in that width."""
        if isinstance(node, ast.Name):
            return self._module._register(node.id)
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
            name = self._module._register(node.value.id)
            if isinstance(node.slice, ast.Slice):
                high, low = self._limits(node.slice)
                return f"{name}[{high}:{low}]"
            if self._module._width(node.value.id) == "1":
                return name
            return f"{name}[{self._index(node.slice)}]"
        if isinstance(node, ast.BinOp):
            width = self.width(node)
            return self.modular(node, width)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Invert):
            return f"{_cast(self.width(node.operand))}'(~{self.bits(node.operand)})"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "cat":
            return "{" + ", ".join(self.bits(each) for each in node.args) + "}"
        if isinstance(node, ast.IfExp):
            return self.modular(node, self.width(node))
        if is_truth(node):
            return self.truth(node)
        raise self._fail("~ and cat need operands of a known width")

    def _limits(self, part: ast.Slice) -> tuple[str, str]:
        assert part.lower is not None and part.upper is not None
        return constant_in_verilog(part.lower, self._text), constant_in_verilog(part.upper, self._text)

    def _index(self, node: ast.expr) -> str:
        if self._fixed(node):
            return constant_in_verilog(node, self._text)
        if isinstance(node, ast.Name):
            return self._module._register(node.id)
        raise self._fail("the number of a bit is a constant or a name")

    def width(self, node: ast.expr) -> str:
        """The width of a value that has one, in Verilog."""
        if isinstance(node, ast.Name):
            return self._module._width(node.id)
        if isinstance(node, ast.Subscript):
            if not isinstance(node.slice, ast.Slice):
                return "1"
            high, low = self._limits(node.slice)
            return str(int(high) - int(low) + 1) if high.isdigit() and low.isdigit() else f"{high}-{low}+1"
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Invert):
            return self.width(node.operand)
        if is_truth(node):
            return "1"
        if isinstance(node, ast.BinOp | ast.IfExp):
            sides = (node.left, node.right) if isinstance(node, ast.BinOp) else (node.body, node.orelse)
            left, right = (self.width(each) for each in sides)
            if left == right:
                return left
            if left.isdigit() and right.isdigit():
                return str(max(int(left), int(right)))
            return f"({left}) > ({right}) ? ({left}) : ({right})"
        if isinstance(node, ast.Call):
            widths = [self.width(each) for each in node.args]
            return (
                str(sum(map(int, widths)))
                if all(each.isdigit() for each in widths)
                else "+".join(f"({w})" for w in widths)
            )
        raise self._fail("this value has no known width")

    def _fixed(self, node: ast.expr) -> bool:
        """Whether a value depends on parameters alone."""
        names: Collection[str] = Expression(self._text, node).names
        return set(names) <= self._module.contract.parameters.keys()

    def exact(self, node: ast.expr, wide: str) -> str:
        """A value as a signed number of `wide` bits."""
        if isinstance(node, ast.Constant):
            return f"$signed({_cast(wide)}'({_number(int(node.value))}))"  # type: ignore[arg-type]
        if isinstance(node, ast.Name):
            return f"$signed({_cast(wide)}'({self._module._register(node.id)}))"
        if isinstance(node, ast.IfExp):
            return (
                f"({self.truth(node.test)} ? {self.exact(node.body, wide)} : {self.exact(node.orelse, wide)})"
            )
        if is_truth(node):
            return f"$signed({_cast(wide)}'({self.truth(node)}))"
        if self._has_width(node):
            return f"$signed({_cast(wide)}'({self.bits(node)}))"
        if isinstance(node, ast.UnaryOp):
            sign = "-" if isinstance(node.op, ast.USub) else ""
            return f"({sign}{self.exact(node.operand, wide)})"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            return self._function(node, node.func.id, wide)
        assert isinstance(node, ast.BinOp)
        return self._binary(node, wide)

    def _function(self, node: ast.Call, name: str, wide: str) -> str:
        if name == "clog2" and self._fixed(node.args[0]):
            return f"$signed({_cast(wide)}'($clog2({constant_in_verilog(node.args[0], self._text)})))"
        if name not in ("min", "max"):
            raise self._fail(f"{name} has no Verilog form here")
        left, right = (self.exact(each, wide) for each in node.args)
        return f"(({left} {'<' if name == 'min' else '>'} {right}) ? {left} : {right})"

    def _binary(self, node: ast.BinOp, wide: str) -> str:
        left, sign = node.left, BINARY[type(node.op)]
        if sign in ("<<", ">>"):
            count = (
                constant_in_verilog(node.right, self._text)
                if self._fixed(node.right)
                else self._index(node.right)
            )
            return f"({self.exact(left, wide)} {'<<<' if sign == '<<' else '>>>'} {count})"
        if sign == "**":
            if not (isinstance(left, ast.Constant) and left.value == 2 and self._fixed(node.right)):
                raise self._fail("a power has the form 2 ** n, where n depends on parameters alone")
            return f"($signed({_cast(wide)}'(1)) <<< {constant_in_verilog(node.right, self._text)})"
        if sign in ("//", "%") and not (self._positive(left) and self._positive(node.right)):
            raise self._fail("// and % need operands without a difference or a minus")
        return f"({self.exact(left, wide)} {'/' if sign == '//' else sign} {self.exact(node.right, wide)})"

    def _positive(self, node: ast.expr) -> bool:
        return not any(isinstance(each, ast.Sub | ast.USub) for each in ast.walk(node))

    def bound(self, node: ast.expr) -> str:
        """A number of bits, in Verilog, that holds every intermediate value of a node with its sign."""
        symbols: Counter[str] = Counter()
        bits = 2 + self._gather(node, symbols)
        parts = [name if count == 1 else f"{count}*{name}" for name, count in sorted(symbols.items())]
        return "+".join([*parts, str(bits)])

    def _gather(self, node: ast.AST, symbols: Counter[str]) -> int:
        if isinstance(node, ast.Name):
            if node.id in self._module.contract.parameters:
                return 32
            width = self._module._width(node.id)
            if width.isdigit():
                return int(width)
            symbols[width if width.isidentifier() or width.startswith(("(", "$")) else f"({width})"] += 1
            return 0
        if isinstance(node, ast.Constant):
            return max(1, int(node.value).bit_length())  # type: ignore[arg-type]
        parts = (child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr | ast.Slice))
        bits = 1 + sum(self._gather(child, symbols) for child in parts)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.LShift | ast.Pow):
            bits += self._growth(node.right, symbols)
        return bits

    def _growth(self, node: ast.expr, symbols: Counter[str]) -> int:
        if isinstance(node, ast.Constant):
            return int(node.value)  # type: ignore[arg-type]
        if self._fixed(node):
            symbols[f"({constant_in_verilog(node, self._text)})"] += 1
            return 0
        width = self.width(node)
        if not width.isdigit() or int(width) > _MOST_SHIFT:
            raise self._fail(
                f"a value shifted to the left by more than {_MOST_SHIFT} bits' worth is too wide"
            )
        return int((1 << int(width)) - 1)
