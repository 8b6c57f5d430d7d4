"""Measures the size and structure of Python packages: files, functions, docstrings, folders.

scripts/house                  # the engine and the interface of simorc
scripts/house PACKAGE...       # a Markdown table of simorc and of packages, each a name or a directory

A package is the name of an installed package or the path of its directory. Tests are not counted.
"""

from __future__ import annotations

import argparse
import ast
import importlib.util
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OWN = (ROOT / "engine" / "simorc", ROOT / "simorc_tui")
CENTRAL = 10
FEWEST_LINES = 40

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """One Python file: its path, its lines, and its syntax tree."""

    path: Path
    lines: int
    tree: ast.Module

    @property
    def functions(self) -> list[Function]:
        return [node for node in ast.walk(self.tree) if isinstance(node, Function)]


@dataclass(frozen=True)
class House:
    """The measures of a package. Lengths are in lines; shares are from 0 to 1."""

    name: str
    files: int
    folders: int
    modules_per_folder: int
    longest_module: int
    longest_function: int
    mean_function: float
    documented: float
    annotated: float
    public_names: int
    central: tuple[str, ...]
    in_cycles: int


def modules_of(directory: Path) -> Iterator[Module]:
    """The modules of a package without its tests."""
    for path in sorted(directory.rglob("*.py")):
        if not {"tests", "test", "__pycache__"} & set(path.relative_to(directory).parts):
            text = path.read_text(encoding="utf-8", errors="replace")
            yield Module(path, text.count("\n"), ast.parse(text))


def house_of(name: str, directories: Sequence[Path]) -> House:
    """Measure a package that consists of one or several directories."""
    modules = [module for directory in directories for module in modules_of(directory)]
    functions = [function for module in modules for function in module.functions]
    lengths = [_length(function) for function in functions]
    per_folder = Counter(module.path.parent for module in modules if module.path.name != "__init__.py")
    public = [node for module in modules for node in _public(module.tree)]
    return House(
        name=name,
        files=len(modules),
        folders=len({module.path.parent for module in modules}),
        modules_per_folder=max(per_folder.values()),
        longest_module=max(module.lines for module in modules),
        longest_function=max(lengths),
        mean_function=sum(lengths) / len(lengths),
        documented=_share([ast.get_docstring(node) is not None for node in public]),
        annotated=_share([_annotated(function) for function in functions]),
        public_names=sum(len(_door(directory)) for directory in directories),
        central=central_modules(modules, directories),
        in_cycles=len(modules_in_cycles(modules, directories)),
    )


def _length(function: Function) -> int:
    """Lines of a function without decorators and without its docstring."""
    first = function.body[0]
    documented = ast.get_docstring(function, clean=False) is not None
    docstring = (first.end_lineno or first.lineno) - first.lineno + 1 if documented else 0
    return (function.end_lineno or function.lineno) - function.lineno + 1 - docstring


def _public(tree: ast.Module) -> Iterator[ast.Module | ast.ClassDef | Function]:
    """The module, and its public classes, functions and methods."""
    yield tree
    for node in tree.body:
        if isinstance(node, ast.ClassDef | Function) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                yield from (
                    each for each in node.body if isinstance(each, Function) and not each.name.startswith("_")
                )


def _share(facts: Sequence[bool]) -> float:
    return sum(facts) / len(facts) if facts else 0.0


def _annotated(function: Function) -> bool:
    """Whether the return value and all parameters, except self and cls, have annotations."""
    arguments = function.args
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    named += [each for each in (arguments.vararg, arguments.kwarg) if each is not None]
    parameters = [each for each in named if each.arg not in ("self", "cls")]
    return function.returns is not None and all(each.annotation is not None for each in parameters)


def _door(directory: Path) -> list[str]:
    """The names in ``__all__`` of the package, or those that its ``__init__.py`` imports or defines."""
    tree = ast.parse((directory / "__init__.py").read_text(encoding="utf-8"))
    names: list[str] = []
    for node in tree.body:
        if isinstance(node, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == "__all__" for target in node.targets
        ):
            return [each.value for each in ast.walk(node.value) if isinstance(each, ast.Constant)]
        if isinstance(node, ast.ImportFrom | ast.Import):
            names += [alias.asname or alias.name for alias in node.names]
        elif isinstance(node, ast.ClassDef | Function):
            names.append(node.name)
    return [name for name in names if not name.startswith("_") and name != "annotations"]


def central_modules(modules: Sequence[Module], directories: Sequence[Path]) -> tuple[str, ...]:
    """The modules that most other modules of the package import, as dotted names below the package."""
    names = {_dotted(module.path, directories): module for module in modules}
    imports = Counter[str]()
    for module in modules:
        imports.update({name for name in _imported(module, directories) if name in names})
    ranked = sorted(imports.items(), key=lambda item: (-item[1], item[0]))
    return tuple(name.partition(".")[2] for name, _ in ranked if "." in name)[:CENTRAL]


def modules_in_cycles(modules: Sequence[Module], directories: Sequence[Path]) -> list[str]:
    """The modules that import themselves through others; imports for types alone and in functions count."""
    names = {_dotted(module.path, directories) for module in modules}
    imports = {
        _dotted(module.path, directories): _modules_imported(module, directories, names) for module in modules
    }
    return sorted(name for name in names if name in _reached(name, imports))


def _modules_imported(module: Module, directories: Sequence[Path], names: Collection[str]) -> set[str]:
    """As `_imported`, but a package alone only where one of its own names is taken."""
    found = {name for name in _imported(module, directories) if name in names}
    return {name for name in found if not any(each.startswith(f"{name}.") for each in found)}


def _reached(start: str, imports: Mapping[str, set[str]]) -> set[str]:
    """All modules that `start` imports, directly or through others."""
    reached: set[str] = set()
    ahead = list(imports[start])
    while ahead:
        name = ahead.pop()
        if name not in reached:
            reached.add(name)
            ahead += imports[name]
    return reached


def _dotted(path: Path, directories: Sequence[Path]) -> str:
    """The dotted name of a module: ``httpx._client``."""
    directory = next(each for each in directories if path.is_relative_to(each))
    parts = path.relative_to(directory.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imported(module: Module, directories: Sequence[Path]) -> set[str]:
    """The dotted names that a module imports, relative imports resolved."""
    package = _dotted(module.path, directories).split(".")
    if module.path.name != "__init__.py":
        package = package[:-1]
    found: set[str] = set()
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            dotted = ".".join([*base, *([node.module] if node.module else [])])
            found |= {dotted} | {f"{dotted}.{alias.name}" for alias in node.names}
    return found


def directory_of(package: str) -> Path:
    """The directory of an installed package, or the path itself. Raises SystemExit if there is none."""
    if Path(package).is_dir():
        return Path(package)
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit(f"package not found: {package}")
    return Path(spec.submodule_search_locations[0])


ROWS = (
    ("modules", lambda house: f"{house.files:,}"),
    ("folders", lambda house: f"{house.folders:,}"),
    ("modules in the largest folder", lambda house: f"{house.modules_per_folder:,}"),
    ("longest module, lines", lambda house: f"{house.longest_module:,}"),
    ("longest function, lines", lambda house: f"{house.longest_function:,}"),
    ("mean function, lines", lambda house: f"{house.mean_function:.1f}"),
    ("public names with a docstring", lambda house: f"{house.documented:.0%}"),
    ("annotated functions", lambda house: f"{house.annotated:.0%}"),
    ("names of the package itself", lambda house: f"{house.public_names:,}"),
    ("modules in import cycles", lambda house: f"{house.in_cycles:,}"),
    ("most imported modules", lambda house: ", ".join(f"`{name}`" for name in house.central)),
)


def table(houses: Sequence[House]) -> str:
    """A Markdown table with one column per package."""
    lines = ["| | " + " | ".join(house.name for house in houses) + " |", "|---" * (len(houses) + 1) + "|"]
    lines += [f"| {title} | " + " | ".join(cell(house) for house in houses) + " |" for title, cell in ROWS]
    return "\n".join(lines)


def main() -> None:
    """Print the table of simorc and of the packages on the command line."""
    parser = argparse.ArgumentParser(prog="scripts/house", description=__doc__.splitlines()[0])
    parser.add_argument("package", nargs="*", help="name of an installed package, or its directory")
    packages = parser.parse_args().package
    houses = [house_of("simorc", OWN)]
    houses += [house_of(Path(package).name, [directory_of(package)]) for package in packages]
    print(table(houses))


if __name__ == "__main__":
    main()
