"""Expressions of a contract's parameters in Verilog: widths of ports and registers."""

from __future__ import annotations

import ast

from simorc.config.contracts.expression import BINARY, parse_expression
from simorc.errors import ExpressionError


def width_in_verilog(text: str) -> str:
    """A width expression of parameters in Verilog, such as ``$clog2(DEPTH)``."""
    names = {node.id for node in ast.walk(ast.parse(text.strip(), mode="eval")) if isinstance(node, ast.Name)}
    return constant_in_verilog(parse_expression(text, names).tree, text)


def constant_in_verilog(node: ast.expr, text: str) -> str:
    """An expression of parameters alone. Raises ExpressionError."""
    if isinstance(node, ast.Constant):
        return str(int(node.value))  # type: ignore[arg-type]
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.BinOp):
        sign = {"//": "/"}.get(BINARY[type(node.op)], BINARY[type(node.op)])
        return f"({constant_in_verilog(node.left, text)} {sign} {constant_in_verilog(node.right, text)})"
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        values = [constant_in_verilog(each, text) for each in node.args]
        if node.func.id == "clog2":
            return f"$clog2({values[0]})"
        if node.func.id in ("min", "max"):
            sign = "<" if node.func.id == "min" else ">"
            return f"({values[0]} {sign} {values[1]} ? {values[0]} : {values[1]})"
    raise ExpressionError("no Verilog form of this width", text=text)
