"""The bundle for servers without network, from wheels made here."""

from __future__ import annotations

import ensurepip
import importlib.util
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"


def script(name: str) -> ModuleType:
    """A script as a module."""
    spec = importlib.util.spec_from_file_location(f"simorc_script_{name}", SCRIPTS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def write_wheel(directory: Path) -> None:
    """A package whose command says hello."""
    info = "greeting-1.0.dist-info"
    files = {
        "greeting.py": "def main():\n    print('hello')\n",
        f"{info}/METADATA": "Metadata-Version: 2.1\nName: greeting\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": "[console_scripts]\nsimorc = greeting:main\n",
    }
    record = "".join(f"{name},,\n" for name in [*files, f"{info}/RECORD"])
    with zipfile.ZipFile(directory / "greeting-1.0-py3-none-any.whl", "w") as wheel:
        for name, text in {**files, f"{info}/RECORD": record}.items():
            wheel.writestr(name, text)


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    write_wheel(wheels)
    pip = sorted((Path(ensurepip.__file__).parent / "_bundled").glob("pip-*.whl"))
    if not pip:
        pytest.skip("this Python comes without a pip of its own")
    shutil.copy(pip[-1], wheels)
    made = tmp_path / "bundle.pyz"
    script("bundle").write_bundle(wheels, made)
    return made


def test_a_bundle_installs_with_nothing_but_python(bundle: Path, tmp_path: Path) -> None:
    target = tmp_path / "installed"
    for _ in range(2):  # the second time is an update
        done = subprocess.run(
            [sys.executable, "-I", str(bundle), str(target)],
            env={"PATH": "/nowhere", "PIP_INDEX_URL": "http://127.0.0.1:9/"},
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
    said = subprocess.run([str(target / "bin" / "simorc")], capture_output=True, text=True, check=True)
    assert said.stdout == "hello\n"


def test_a_bundle_says_how_it_is_used(bundle: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(bundle)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert "usage: python3 bundle.pyz DIR" in done.stderr


def test_the_installer_is_plain_enough_to_refuse_an_old_python() -> None:
    text = (SCRIPTS / "bundle_installer.py").read_text()
    compile(text, "installer", "exec", dont_inherit=True)
    assert "from __future__" not in text
    assert 'f"' not in text


def test_licences_are_told_for_every_package(capsys: pytest.CaptureFixture[str]) -> None:
    licences = script("licences")
    assert licences.main() == 0, capsys.readouterr().out
    said = capsys.readouterr().out
    assert "textual" in said
    assert "MIT" in said
