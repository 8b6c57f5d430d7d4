"""`scripts/house` counts what it says it counts."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest
from playing import ROOT


@pytest.fixture(scope="module")
def house() -> ModuleType:
    spec = importlib.util.spec_from_file_location("house", ROOT / "scripts" / "house.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["house"] = module
    spec.loader.exec_module(module)
    return module


def package(directory: Path) -> Path:
    files = {
        "__init__.py": '"""A package."""\nfrom small.core import run\n__all__ = ["run"]\n',
        "core.py": 'def run(x: int) -> int:\n    """Two\n    lines.\n    """\n    y = x\n    return y\n',
        "parts/__init__.py": "",
        "parts/first.py": "from .. import core\nclass Part:\n    def go(self, x):\n        return core\n",
        "parts/second.py": "from small.core import run\nfrom small.parts.first import Part\n",
        "tests/test_core.py": "def test_a():\n    " + "assert True\n    " * 50 + "\n",
    }
    for name, text in files.items():
        path = directory / "small" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return directory / "small"


def test_a_small_package(house: ModuleType, tmp_path: Path) -> None:
    found = house.house_of("small", [package(tmp_path)])
    assert (found.files, found.folders, found.modules_per_folder) == (5, 2, 2)
    assert (found.longest_module, found.longest_function) == (6, 3)
    assert found.mean_function == pytest.approx(2.5)
    assert found.documented == pytest.approx(2 / 8)
    assert found.annotated == pytest.approx(0.5)
    assert found.public_names == 1
    assert found.central == ("core", "parts.first")
    assert found.in_cycles == 0


def test_modules_that_import_each_other_are_found(house: ModuleType, tmp_path: Path) -> None:
    made = package(tmp_path)
    (made / "core.py").write_text("def run() -> None:\n    from small.parts import second\n")
    modules = list(house.modules_of(made))
    assert house.modules_in_cycles(modules, [made]) == [
        "small.core",
        "small.parts.first",
        "small.parts.second",
    ]


def test_no_modules_of_simorc_import_each_other(house: ModuleType) -> None:
    modules = [module for directory in house.OWN for module in house.modules_of(directory)]
    assert house.modules_in_cycles(modules, house.OWN) == []


def test_an_unknown_package_is_refused(house: ModuleType) -> None:
    with pytest.raises(SystemExit, match="package not found: no_such_package"):
        house.directory_of("no_such_package")


def test_a_table_has_a_column_for_each_package(house: ModuleType, tmp_path: Path) -> None:
    found = house.house_of("small", [package(tmp_path)])
    lines = house.table([found, found]).splitlines()
    assert lines[0] == "| | small | small |"
    assert all(line.count("|") == 4 for line in lines)
