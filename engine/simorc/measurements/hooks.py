"""Python measurements of users: ``file.py:function``, called with the waveforms and the parameters of the
case.

A hook file is executed only because a definition of the project names it, once per process, and only from
inside the project. Whatever it raises is the reason why that one measurement is missing.
"""

from __future__ import annotations

import ast
import importlib.util
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from simorc.config.names import did_you_mean
from simorc.errors import ExpressionError
from simorc.measurements.missing import MeasurementMissing
from simorc.measurements.waves import Waves


def hook_place(text: str, project_root: Path) -> tuple[Path, str]:
    """The file and the function's name of ``file.py:function``; ExpressionError unless inside the project."""
    file, colon, function = text.rpartition(":")
    if not colon or not file.endswith(".py") or not function.isidentifier():
        raise ExpressionError(f"expected file.py:function, not {text!r}")
    root = project_root.resolve()
    path = (root / file).resolve()
    if not path.is_relative_to(root):
        raise ExpressionError(f"{file} is outside the project")
    if not path.is_file():
        raise ExpressionError(f"{file} not found")
    return path, function


def check_hook(text: str, project_root: Path, arguments: Iterable[str] = ()) -> None:
    """Whether the file can be read as Python and binds the function's name, and whether the function takes
    the waveforms, the parameters and these arguments by name; none of it is run.

    Raises ExpressionError.
    """
    path, function = hook_place(text, project_root)
    try:
        module = ast.parse(path.read_bytes())
    except (SyntaxError, ValueError, OSError) as error:
        raise ExpressionError(f"{path.name}: {error}") from error
    bound = {name for node in ast.walk(module) for name in _bound(node)}
    if function not in bound and "*" not in bound:
        near = did_you_mean(function, bound)
        raise ExpressionError(f"{path.name} has no function {function}{near}")
    for node in module.body:
        if isinstance(node, ast.FunctionDef) and node.name == function and not node.decorator_list:
            _check_call(node, path.name, list(arguments))


def _check_call(function: ast.FunctionDef, file: str, named: list[str]) -> None:
    """Raise ExpressionError unless ``function(waves, parameters, **named)`` is a valid Python call."""
    takes = function.args
    positional = [each.arg for each in (*takes.posonlyargs, *takes.args)]
    if len(positional) < 2 and takes.vararg is None:
        raise ExpressionError(f"{file}: {function.name} must take two arguments: waves, parameters")
    known = {*positional[2:], *(each.arg for each in takes.kwonlyargs)}
    unknown = [name for name in named if name not in known] if takes.kwarg is None else []
    if unknown:
        near = did_you_mean(unknown[0], known)
        raise ExpressionError(f"{file}: {function.name} has no argument {unknown[0]}{near}")
    optional = len(takes.defaults)
    required = positional[2 : len(positional) - optional] if optional else positional[2:]
    pairs = zip(takes.kwonlyargs, takes.kw_defaults, strict=True)
    required += [each.arg for each, default in pairs if default is None]
    absent = [name for name in required if name not in named]
    if absent:
        raise ExpressionError(f"{file}: {function.name} needs args: {', '.join(absent)}")


def _bound(node: ast.AST) -> Iterator[str]:
    """The names a statement gives something to; ``*`` for whatever another module has."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id
    elif isinstance(node, ast.alias):
        yield node.asname or node.name


def run_hook(
    text: str,
    project_root: Path,
    waves: Waves,
    parameters: Mapping[str, Any],
    arguments: Mapping[str, Any] | None = None,
) -> float:
    """The number ``function(waves, parameters, **arguments)`` returns.

    Raises MeasurementMissing with file and line if the function fails.
    """
    path, function = hook_place(text, project_root)
    called = _guarded(text, lambda: _function(path, function, path.stat().st_mtime_ns))
    return float(_guarded(text, lambda: float(called(waves, dict(parameters), **(arguments or {})))))


def _function(path: Path, name: str, modified: int) -> Callable[..., Any]:
    found = getattr(_module(path, modified), name, None)
    if not callable(found):
        raise MeasurementMissing(f"{path.name} has no function {name}")
    called: Callable[..., Any] = found
    return called


class _AsWritten(SourceFileLoader):
    """Compiles the file each time. Python's own cache identifies a file by its size and the second in which
    it was saved: after two saves within a second it can return the older function, and it is written beside
    the file.
    """

    def get_code(self, fullname: str) -> CodeType:
        """The code of the file as it is now; OSError, SyntaxError or ValueError where it cannot be read."""
        code: CodeType = self.source_to_code(self.get_data(self.path), self.path)
        return code


@lru_cache(maxsize=64)
def _module(path: Path, modified: int) -> ModuleType:
    """The module of a file; ``modified`` makes an edited file load again."""
    name = f"simorc_hook_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path, loader=_AsWritten(name, str(path)))
    if spec is None or spec.loader is None:
        raise MeasurementMissing(f"cannot load {path.name}")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _guarded(text: str, call: Callable[[], Any]) -> Any:
    try:
        return call()
    except MeasurementMissing:
        raise
    except (Exception, SystemExit) as error:
        raise MeasurementMissing(f"{text}: {_where(error)}{type(error).__name__}: {error}") from error


def _where(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if frame.filename != __file__ and not frame.filename.startswith("<")]
    return f"{Path(own[-1].filename).name}:{own[-1].lineno}: " if own else ""
