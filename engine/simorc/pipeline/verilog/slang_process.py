"""Reads Verilog with pyslang: ``python -I slang_process.py REQUEST.json ANSWER.json``.

A separate process, because a parser that crashes on generated code must not end the runner. It imports
nothing of simorc. REQUEST contains `files`, `top`, `parameters`, and `want`: ``interface``, ``instances`` or
``mutants`` (with `seed` and `most`). The answer contains one key for each, and `errors` of the elaboration.
"""

from __future__ import annotations

import json
import os
import random
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

NO_PYSLANG = 3
"""Exit code without a working pyslang."""

try:
    from pyslang import ast, parsing, syntax
except (ImportError, AttributeError) as error:
    sys.stderr.write(f"{error}\n")
    sys.exit(NO_PYSLANG)

Edit = tuple[int, int, str]
_BINARY: dict[str, tuple[str, ...]] = {
    "+": ("-",),
    "-": ("+",),
    "*": ("+",),
    "/": ("*",),
    "%": ("+",),
    "&": ("|",),
    "|": ("&",),
    "^": ("&", "|"),
    "~^": ("^",),
    "&&": ("||",),
    "||": ("&&",),
    "==": ("!=",),
    "!=": ("==",),
    "===": ("!==",),
    "!==": ("===",),
    "<": ("<=", ">="),
    "<=": ("<", ">"),
    ">": (">=", "<="),
    ">=": (">", "<"),
    "<<": (">>",),
    ">>": ("<<",),
    ">>>": ("<<",),
}
_UNARY = {"!": "", "~": "", "-": "", "&": "|", "|": "&", "^": "~^", "~&": "&", "~|": "|"}
_EDGES = {"posedge": "negedge", "negedge": "posedge"}
_NOT_MUTATED = (
    "ModuleHeader",
    "VariableDimension",
    "EnumType",
    "TypedefDeclaration",
    "GenvarDeclaration",
    "LoopGenerate",
    "ForLoopStatement",
    "HierarchyInstantiation",
    "ConcurrentAssertionMember",
    "ImmediateAssertionMember",
    "ImmediateAssertStatement",
    "AssertPropertyStatement",
    "CoverPropertyStatement",
    "DelayControl",
    "FunctionPort",
)
"""Kinds of syntax whose own words are left alone; what a loop's body contains is still changed."""
_BODIES = ("statement", "block", "members")


def main() -> int:
    """Answer the request."""
    request = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    answer: dict[str, Any] = {}
    if {"interface", "instances"} & set(request["want"]):
        answer = _elaborated(request)
    if "mutants" in request["want"]:
        source = Path(request["files"][0]).read_text(encoding="utf-8", errors="replace")
        answer["mutants"] = mutants(source, request["seed"], request["most"], request.get("reset") or "")
    Path(sys.argv[2]).write_text(json.dumps(answer), encoding="utf-8")
    return 0


def _elaborated(request: dict[str, Any]) -> dict[str, Any]:
    bag = ast.CompilationOptions()
    bag.paramOverrides = [f"{name}={value}" for name, value in request["parameters"].items()]
    trees = [syntax.SyntaxTree.fromText(_text(path), path) for path in request["files"]]
    overridden = request["want"] == ["interface"]
    if overridden:
        bag.topModules = {request["top"]}
    compilation = ast.Compilation(_bag(bag))
    for tree in trees:
        compilation.addSyntaxTree(tree)
    tops = list(compilation.getRoot().topInstances)
    answer: dict[str, Any] = {"errors": _errors(compilation, trees)}
    if "interface" in request["want"]:
        found = [each for each in tops if each.name == request["top"]]
        answer["interface"] = _interface(found[0]) if found else None
    if "instances" in request["want"]:
        answer["instances"] = [
            instance for top in tops for instance in _instances(top.body, top.name, request["top"])
        ]
    return answer


def _bag(options: Any) -> Any:
    from pyslang import Bag

    bag = Bag()
    bag.compilationOptions = options
    return bag


def _text(path: str) -> str:
    return Path(path).read_text(encoding="utf-8", errors="replace")


def _errors(compilation: Any, trees: list[Any]) -> list[str]:
    found = []
    for each in compilation.getAllDiagnostics():
        if each.isError():
            manager = trees[0].sourceManager
            where = f"{manager.getFileName(each.location)}:{manager.getLineNumber(each.location)}"
            found.append(f"{where}: {str(each.code).removeprefix('DiagCode(').removesuffix(')')}")
    return found[:20]


def _interface(instance: Any) -> dict[str, Any]:
    ports = [
        {
            "name": port.name,
            "direction": {"In": "input", "Out": "output", "InOut": "inout"}.get(
                str(port.direction).rpartition(".")[2], "other"
            ),
            "width": port.type.bitWidth,
        }
        for port in instance.body.portList
    ]
    parameters = [each.name for each in instance.body.parameters if not each.isLocalParam]
    return {"ports": ports, "parameters": parameters}


def _instances(body: Any, path: str, module: str) -> Iterator[dict[str, Any]]:
    """Every instance of `module` below, with its output ports that are not connected."""
    for member in body:
        kind = str(member.kind).rpartition(".")[2]
        if kind == "Instance":
            here = f"{path}.{member.name}"
            if member.definition.name == module:
                yield {
                    "path": here,
                    "open": [each.port.name for each in member.portConnections if _open(each)],
                }
            else:
                yield from _instances(member.body, here, module)
        elif kind in ("GenerateBlock", "GenerateBlockArray", "InstanceArray"):
            yield from _instances(member, path, module)


def _open(connection: Any) -> bool:
    return connection.expression is None and str(connection.port.direction).endswith("Out")


class _Mutator:
    """Walks a syntax tree and notes edits of the source."""

    def __init__(self, source: str, reset: str) -> None:
        self.tree = syntax.SyntaxTree.fromText(source, "source.sv")
        # Offsets of pyslang count bytes.
        self.source = source.encode()
        self.reset = reset
        self.found: list[dict[str, Any]] = []

    def walk(self, node: Any, parents: tuple[str, ...] = ()) -> None:
        kind = str(node.kind).rpartition(".")[2]
        if not self._quiet(parents, kind):
            self._mutate(node, kind, parents)
        below = [child for child in node if child is not None and not isinstance(child, parsing.Token)]
        # The first part of a cast or of a repetition is a width.
        for child in below[1:] if kind in ("CastExpression", "MultipleConcatenationExpression") else below:
            self.walk(child, (*parents, kind))

    def _quiet(self, parents: tuple[str, ...], kind: str) -> bool:
        """Whether this part keeps its words: a declaration, or the head of a loop."""
        inner = 0
        for place, each in enumerate(parents):
            if each in _NOT_MUTATED:
                inner = place + 1
        if kind in _NOT_MUTATED:
            return True
        if not inner:
            return False
        loop = parents[inner - 1] in ("ForLoopStatement", "LoopGenerate")
        below = parents[inner:]
        return not (loop and any(each.endswith(("Statement", "Block", "Assign")) for each in (*below, kind)))

    def _mutate(self, node: Any, kind: str, parents: tuple[str, ...]) -> None:
        parent = parents[-1] if parents else ""
        if kind.endswith("AssignmentExpression") and parent == "ExpressionStatement":
            self._note(node, "statement", (*self._span(node), ""), "removed")
        elif kind.endswith("Expression") and hasattr(node, "operatorToken"):
            self._operator(node, kind)
        elif kind == "ConditionalPredicate":
            start, end = self._span(node)
            text = self._cut(start, end)
            if not re.fullmatch(r"!\s*\w+", text):  # without its ! it is a mutant already
                self._note(node, "condition", (start, end, f"!({text})"))
        elif kind == "SignalEventExpression":
            word = node.edge.rawText
            if word in _EDGES:
                self._token(node, "edge", node.edge, _EDGES[word])
        elif "Literal" in kind or kind == "IntegerVectorExpression":
            self._literal(node, kind)

    def _operator(self, node: Any, kind: str) -> None:
        word = node.operatorToken.rawText
        if "Unary" in kind:
            if word in _UNARY:
                self._token(node, "operator", node.operatorToken, _UNARY[word])
        elif not kind.endswith("AssignmentExpression"):
            for other in _BINARY.get(word, ()):
                self._token(node, "operator", node.operatorToken, other)

    def _literal(self, node: Any, kind: str) -> None:
        if kind == "UnbasedUnsizedLiteralExpression":
            text = node.literal.rawText
            other = {"'0": "'1", "'1": "'0"}.get(text)
            if other:
                self._token(node, "constant", node.literal, other)
        elif kind == "IntegerLiteralExpression":
            text = node.literal.rawText.replace("_", "")
            if text.isdigit():
                self._token(node, "constant", node.literal, str(int(text) + 1))
        elif kind == "IntegerVectorExpression":
            self._vector(node)

    def _vector(self, node: Any) -> None:
        base = node.base.rawText[-1].lower()
        digits, size = node.value.rawText.replace("_", ""), node.size.rawText.replace("_", "")
        radix = {"b": 2, "o": 8, "d": 10, "h": 16}.get(base)
        try:
            value = int(digits, radix or 10)
            bits = int(size or "32")
        except ValueError:
            return  # x or z
        changed = value + 1 if value + 1 < 1 << bits else value - 1
        form = {2: "b", 8: "o", 10: "d", 16: "x"}[radix or 10]
        self._token(node, "constant", node.value, format(max(0, changed), form))

    def _token(self, node: Any, kind: str, token: Any, text: str) -> None:
        start = token.location.offset
        end = start + len(token.rawText.encode())
        self._note(node, kind, (start, end, text), around=self._span(node))

    def _span(self, node: Any) -> tuple[int, int]:
        return node.sourceRange.start.offset, node.sourceRange.end.offset

    def _cut(self, start: int, end: int) -> str:
        return self.source[start:end].decode(errors="replace")

    def _note(
        self, node: Any, kind: str, edit: Edit, words: str = "", around: tuple[int, int] | None = None
    ) -> None:
        manager, start = self.tree.sourceManager, node.sourceRange.start
        if manager.isMacroLoc(start) or manager.isMacroLoc(node.sourceRange.end):
            return  # its text is that of a macro, which other places use as well
        low, high = around or self._span(node)
        old = _one_line(self._cut(low, high))
        shifted = self._cut(low, edit[0]) + edit[2] + self._cut(edit[1], high)
        new = words or _one_line(shifted)
        if old == new:
            return
        self.found.append(
            {
                "line": self.source.count(b"\n", 0, edit[0]) + 1,
                "kind": kind,
                "change": f"{old} -> {new}",
                "edit": list(edit),
                "reset": kind == "edge"
                or bool(self.reset and re.search(rf"\b{re.escape(self.reset)}\b", old)),
            }
        )

    def _names_reset(self, text: str) -> bool:
        return bool(self.reset) and re.search(rf"\b{re.escape(self.reset)}\b", text) is not None


def _one_line(text: str) -> str:
    short = " ".join(text.split())
    return short if len(short) <= 60 else f"{short[:57]}..."


def mutants(source: str, seed: int, most: int, reset: str = "") -> list[dict[str, Any]]:
    """At most `most` single changes of a source, drawn with `seed`, in the order of their lines.

    Each has `line`, `kind`, `change`, `edit` (start, end, text; in bytes) and `reset`: whether it changes an
    edge or what the reset does.
    """
    mutator = _Mutator(source, reset)
    mutator.walk(mutator.tree.root)
    unique = list({tuple(each["edit"]): each for each in mutator.found}.values())
    chosen = unique if len(unique) <= most else random.Random(seed).sample(unique, most)
    return sorted(chosen, key=lambda each: tuple(each["edit"]))


if __name__ == "__main__":
    os._exit(main())  # without taking down what pyslang has made: a quarter of the work
