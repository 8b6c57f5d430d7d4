"""Looks with pyslang for what no circuit has: ``python -I circuit_process.py REQUEST.json ANSWER.json``.

RTL that prints, reads files, waits, or reaches into another module can influence its own verdict. REQUEST
contains `files`: the RTL without macros, then further sources; `raw`: the RTL as it is written; `tested`: the
macros that its conditions test; `outside`: the modules of the testbench; `parameters` of the contract. The
answer contains `objections`, each with its line. It imports nothing of simorc.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

NO_PYSLANG = 3
"""Exit code without a working pyslang."""

try:
    from pyslang import Bag, ast, parsing, syntax
except (ImportError, AttributeError) as error:
    sys.stderr.write(f"{error}\n")
    sys.exit(NO_PYSLANG)

_CALLS = frozenset(
    [
        "$bits",
        "$cast",
        "$ceil",
        "$changed",
        "$clog2",
        "$countbits",
        "$countones",
        "$dimensions",
        "$error",
        "$fatal",
        "$fell",
        "$floor",
        "$high",
        "$increment",
        "$isunknown",
        "$itor",
        "$left",
        "$ln",
        "$log10",
        "$low",
        "$onehot",
        "$onehot0",
        "$past",
        "$pow",
        "$right",
        "$rose",
        "$rtoi",
        "$sampled",
        "$signed",
        "$size",
        "$sqrt",
        "$stable",
        "$unpacked_dimensions",
        "$unsigned",
    ]
)
"""Constants, views of bits, and messages that fail the simulation; nothing that knows time or files."""
_REFUSED = {
    "ProceduralForceStatement": "force",
    "ProceduralReleaseStatement": "release",
    "ProceduralAssignStatement": "assign in a process",
    "ProceduralDeassignStatement": "deassign",
    "DPIImport": "a DPI import",
    "DPIExport": "a DPI export",
    "BindDirective": "bind",
    "WaitStatement": "wait",
    "WaitForkStatement": "wait fork",
    "WaitOrderStatement": "wait_order",
    "BlockingEventTriggerStatement": "an event",
    "NonblockingEventTriggerStatement": "an event",
    "ParallelBlockStatement": "fork",
    "FinalBlock": "final",
    "ProgramDeclaration": "a program",
    "ConfigDeclaration": "a configuration",
    "ClassDeclaration": "a class",
    "CheckerDeclaration": "a checker",
    "RootScope": "$root",
}
_DELAYS = frozenset({"DelayControl", "Delay3", "OneStepDelay", "CycleDelay"})
_EVENTS = frozenset({"EventControl", "EventControlWithExpression", "ImplicitEventControl"})
_UNRESOLVED = frozenset(  # codes of pyslang
    [
        "CouldNotResolveHierarchicalPath",
        "DotOnType",
        "InvalidAccess",
        "InvalidMemberAccess",
        "UndeclaredIdentifier",
        "UnknownMember",
        "UnknownModule",
        "UnknownPackage",
        "UnknownPrimitive",
    ]
)
_NO_CIRCUIT = ("Assert", "Assume", "Cover", "Assertion")


def main() -> int:
    """Answer the request."""
    request = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    trees = [syntax.SyntaxTree.fromText(_text(path), path) for path in request["files"]]
    found = [*_constructs(trees[0], frozenset(request["outside"]))]
    found += _unresolved(trees, request["parameters"])
    found += _variants(_text(request["raw"]), request["tested"])
    Path(sys.argv[2]).write_text(json.dumps({"objections": list(dict.fromkeys(found))}), encoding="utf-8")
    return 0


def _text(path: str) -> str:
    return Path(path).read_text(encoding="utf-8", errors="replace")


def _kind(node: Any) -> str:
    return str(node.kind).rpartition(".")[2]


def _nodes(node: Any, parents: tuple[str, ...] = ()) -> Iterator[tuple[Any, str, tuple[str, ...]]]:
    kind = _kind(node)
    yield node, kind, parents
    for child in node:
        if child is not None and not isinstance(child, parsing.Token):
            yield from _nodes(child, (*parents, kind))


def _constructs(tree: Any, outside: frozenset[str]) -> Iterator[str]:
    """What is written and is no part of a circuit."""
    for node, kind, parents in _nodes(tree.root):
        words = _construct(node, kind, parents, outside)
        if words:
            line = tree.sourceManager.getLineNumber(node.sourceRange.start)
            yield f"line {line}: {words}"


def _construct(node: Any, kind: str, parents: tuple[str, ...], outside: frozenset[str]) -> str:
    if kind in _REFUSED:
        return _REFUSED[kind]
    if kind == "SystemName":
        name = str(node).strip()
        return "" if name in _CALLS else name
    if kind in _DELAYS and not _of_nonblocking(parents):
        return "a delay"
    if kind in _EVENTS and "InitialBlock" in parents:
        return "an initial block that waits"
    if kind == "ScopedName" and _first(node) in outside:
        return f"the name {str(node).strip()} of the testbench"
    return ""


def _of_nonblocking(parents: Sequence[str]) -> bool:
    """``q <= #1 d`` is common in circuits, for the waveforms alone."""
    return tuple(parents[-2:]) == ("NonblockingAssignmentExpression", "TimingControlExpression")


def _first(node: Any) -> str:
    while _kind(node) == "ScopedName":
        node = node[0]
    return str(node).strip().partition("[")[0]


def _unresolved(trees: list[Any], parameters: dict[str, int]) -> Iterator[str]:
    """Names that mean nothing without the testbench."""
    options = ast.CompilationOptions()
    options.paramOverrides = [f"{name}={value}" for name, value in parameters.items()]
    bag = Bag()
    bag.compilationOptions = options
    compilation = ast.Compilation(bag)
    for tree in trees:
        compilation.addSyntaxTree(tree)
    manager = trees[0].sourceManager
    for each in compilation.getAllDiagnostics():
        code = str(each.code).removeprefix("DiagCode(").removesuffix(")")
        if code in _UNRESOLVED:
            name = next((str(argument) for argument in each.args), "a name")
            yield f"line {manager.getLineNumber(each.location)}: {name}, which is not part of the design"


def _variants(source: str, tested: Sequence[str]) -> Iterator[str]:
    """Macros of other tools that make another circuit of the same source, which no simulation here sees."""
    here = {"__ICARUS__"}
    simulated = _circuit(source, here)
    for name in tested:
        if _circuit(source, here ^ {name}) != simulated:
            yield f"a circuit that depends on the macro {name}, so that another tool reads another one"
    if len(tested) > 1 and _circuit(source, here ^ set(tested)) != simulated:
        yield f"a circuit that depends on the macros {', '.join(tested)}"


def _circuit(source: str, macros: set[str]) -> list[str]:
    """The words of a source without assertions and messages, with these macros set to 1."""
    options = parsing.PreprocessorOptions()
    options.predefines = [f"{name}=1" for name in sorted(macros)]
    bag = Bag()
    bag.preprocessorOptions = options
    manager = syntax.SyntaxTree.getDefaultSourceManager()
    tree = syntax.SyntaxTree.fromText(source, manager, "source.sv", "", bag)
    return list(_words(tree.root))


def _words(node: Any) -> Iterator[str]:
    if isinstance(node, parsing.Token):
        yield node.valueText or node.rawText
        return
    if any(word in _kind(node) for word in _NO_CIRCUIT) or _only_messages(node):
        return
    for child in node:
        if child is not None:
            yield from _words(child)


def _only_messages(node: Any) -> bool:
    """A process or a statement that calls system tasks and assigns nothing."""
    if _kind(node) == "ExpressionStatement":
        return str(node).lstrip().startswith("$")
    process = _kind(node) == "InitialBlock" or _kind(node).startswith("Always")
    return process and not any("Assignment" in kind or "Unary" in kind for _, kind, _ in _nodes(node))


if __name__ == "__main__":
    os._exit(main())  # without taking down what pyslang has made: a quarter of the work
