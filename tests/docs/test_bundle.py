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

from tests.waiting import PATIENCE

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
            timeout=PATIENCE,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
    printed = subprocess.run([str(target / "bin" / "simorc")], capture_output=True, text=True, check=True)
    assert printed.stdout == "hello\n"


def test_a_bundle_says_how_it_is_used(bundle: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(bundle)], capture_output=True, text=True, timeout=PATIENCE, check=False
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
    printed = capsys.readouterr().out
    assert "textual" in printed
    assert "MIT" in printed


def test_a_licence_that_does_not_go_with_ours_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    licences = script("licences")
    printed = {"good": "MIT", "bad": "LicenseRef-Proprietary", "silent": ""}
    monkeypatch.setattr(licences, "packages", lambda: list(printed))
    monkeypatch.setattr(licences, "licence_of", printed.__getitem__)
    assert licences.main() == 1
    assert "bad, silent" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("expression", "goes"),
    [
        ("MIT", True),
        ("Apache-2.0 AND MIT", True),
        ("GPL-2.0-only", False),
        ("GPL-2.0-only OR MIT", True),
        ("(EPL-2.0 OR Apache-2.0) AND BSD-3-Clause", True),
        ("(EPL-2.0 OR MIT) AND SSPL-1.0", False),
        ("GPL-3.0-or-later WITH GCC-exception-3.1", True),
        ("MIT and something", False),
        ("", False),
    ],
)
def test_licence_expressions(expression: str, goes: bool) -> None:
    assert script("licences").compatible(expression) == goes


def test_what_is_outdated_is_told_against_the_constraints(monkeypatch: pytest.MonkeyPatch) -> None:
    outdated = script("outdated")
    held = outdated.constraints()
    newest = {"textual": "99.0", "numpy": "99.1", "pip": "99.2", "rich": held["rich"]}
    found = {each.name: each for each in outdated.newer(newest)}
    assert set(found) == {"textual", "numpy"}, "pip is none of ours, rich is at its newest"
    assert found["textual"].bound == "<9,>=8.2"
    assert found["numpy"].bound == ""
    monkeypatch.setattr(outdated, "newest_versions", dict)
    assert outdated.main() == 0
    monkeypatch.setattr(outdated, "newest_versions", lambda: newest)
    assert outdated.main() == 1


@pytest.mark.parametrize(
    ("wheel", "fits"),
    [
        ("rich-14.2-py3-none-any.whl", True),
        ("numpy-2-cp311-cp311-manylinux_2_27_x86_64.manylinux_2_28_x86_64.whl", True),
        ("numpy-2-cp311-cp311-manylinux2014_x86_64.manylinux_2_17_x86_64.whl", True),
        ("x-1-cp311-cp311-manylinux_2_34_x86_64.whl", False),
        ("x-1-cp311-cp311-linux_x86_64.whl", False),
    ],
)
def test_wheels_of_a_bundle_fit_an_old_c_library(wheel: str, fits: bool) -> None:
    assert script("bundle").fits(wheel, "2.28") == fits


def test_platforms_go_from_the_newest_down() -> None:
    tags = script("bundle").platforms("aarch64", "2.28")
    assert tags[0] == "manylinux_2_28_aarch64"
    assert "manylinux_2_29_aarch64" not in tags
    assert {"manylinux_2_17_aarch64", "manylinux2014_aarch64"} <= set(tags)


def test_a_bundle_installs_where_there_is_no_network_at_all(bundle: Path, tmp_path: Path) -> None:
    target = tmp_path / "installed"
    alone = ["unshare", "--net", "--map-root-user", sys.executable, "-I", str(bundle), str(target)]
    if subprocess.run([*alone[:3], "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("no namespaces here")
    done = subprocess.run(alone, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (target / "bin" / "simorc").is_file()
