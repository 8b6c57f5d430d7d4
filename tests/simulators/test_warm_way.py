"""Which way warm sessions are driven: the executable's own library, the pipe, or none, and why."""

from __future__ import annotations

import json
import os
import pwd
import sys
from pathlib import Path

import pytest

from simorc.simulators.ngspice import session_way as warm_way
from simorc.simulators.ngspice.cold import Ngspice
from simorc.simulators.ngspice.session_way import candidates, find_warm_way, place_own_init

SETTINGS = {"sourcepath": "( . {scripts} )", "rndseed": "1"}
FAKE_WORKER = """
import json, sys
from pathlib import Path
library = Path(sys.argv[1])
if not library.is_file():
    sys.exit(f"Error: {library}: cannot open shared object file")
told = json.loads(library.read_text())
sys.stdin.read()
print(f"** ngspice-{told['version']} shared library")
print("simorc-settings")
print("sharedmode")
for name, value in told["settings"].items():
    print(f"{name}\\t{value}")
print("simorc-end")
print(f"simorc-library {library}")
"""
FAKE_NGSPICE = """#!{python}
import sys
if "-p" in sys.argv:
    if {pipe}:
        sys.stdin.read()
        print("simorc-end")
    sys.exit(0 if {pipe} else 139)
print("** ngspice-{version} : Circuit level simulation program")
print("simorc-settings")
print("  batchmode")
for name, value in {settings!r}.items():
    print(f"  {{name}}\\t{{value}}")
print("simorc-end")
"""


class Installation:
    """A fake ngspice below `root`, with libraries that `FAKE_WORKER` reads."""

    def __init__(self, root: Path, version: str = "46", *, pipe: bool = False) -> None:
        self.root = root
        self.scripts = root / "share" / "ngspice" / "scripts"
        self.settings = {name: text.format(scripts=self.scripts) for name, text in SETTINGS.items()}
        for directory in ("bin", "lib/x86_64-linux-gnu", "share/ngspice/scripts"):
            (root / directory).mkdir(parents=True)
        (self.scripts / "spinit").write_text("* none\n")
        self.program = root / "bin" / "ngspice"
        self.program.write_text(
            FAKE_NGSPICE.format(python=sys.executable, version=version, pipe=pipe, settings=self.settings)
        )
        self.program.chmod(0o755)

    def library(self, version: str, place: str = "lib/x86_64-linux-gnu", **settings: str) -> Path:
        path = self.root / place / "libngspice.so.0"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"version": version, "settings": {**self.settings, **settings}}))
        return path


@pytest.fixture(autouse=True)
def _fake_worker(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    worker = tmp_path / "worker.py"
    worker.write_text(FAKE_WORKER)
    monkeypatch.setattr(warm_way, "WORKER", worker)


def way_of(
    installation: Installation, library: str | None = None, args: tuple[str, ...] = ()
) -> warm_way.WarmWay:
    return find_warm_way(Ngspice(str(installation.program), args, library=library))


def test_the_library_beside_the_executable_is_taken(tmp_path: Path) -> None:
    here = Installation(tmp_path / "usr", pipe=True)
    path = here.library("46")
    way = way_of(here)
    assert (way.kind, way.library, way.version, way.reason) == ("library", str(path), "46", "")
    assert way.command[-1] == str(path)
    assert dict(way.environment) == {"SPICE_SCRIPTS": str(here.scripts)}


def test_an_executable_behind_a_link_brings_its_own_library(tmp_path: Path) -> None:
    here = Installation(tmp_path / "opt")
    path = here.library("46")
    link = tmp_path / "bin" / "ngspice"
    link.parent.mkdir()
    link.symlink_to(here.program)
    assert find_warm_way(Ngspice(str(link))).library == str(path)


def test_the_pipe_is_taken_where_there_is_no_library(tmp_path: Path) -> None:
    here = Installation(tmp_path / "usr", pipe=True)
    way = way_of(here)
    assert way.kind == "pipe"
    assert way.command == (str(here.program), "-p")
    assert "library not found" in way.reason
    assert "libngspice0" in way.remedy


def test_neither_says_why_and_what_to_install(tmp_path: Path) -> None:
    way = way_of(Installation(tmp_path / "usr"))
    assert way.kind == "none"
    assert "library not found" in way.reason
    assert "-p ends at once without a display" in way.reason
    assert "the library of ngspice 46 (package libngspice0" in way.remedy


def test_a_library_of_another_version_is_refused(tmp_path: Path) -> None:
    here = Installation(tmp_path / "usr")
    path = here.library("39")
    way = way_of(here)
    assert way.kind == "none"
    assert f"{path} is ngspice 39, the executable is 46" in way.reason


def test_the_next_library_is_tried_where_the_first_is_another_version(tmp_path: Path) -> None:
    here = Installation(tmp_path / "usr")
    here.library("45.2")
    second = here.library("46", "lib64")
    assert way_of(here).library == str(second)


def test_a_library_that_starts_with_other_settings_is_refused(tmp_path: Path) -> None:
    here = Installation(tmp_path / "usr")
    here.library("46", ngbehavior="hsa")
    way = way_of(here)
    assert way.kind == "none"
    assert "starts with other settings than the executable (ngbehavior)" in way.reason


def test_a_named_library_is_the_only_one_tried(tmp_path: Path) -> None:
    here = Installation(tmp_path / "usr", pipe=True)
    here.library("46")
    other = Installation(tmp_path / "other").library("46", sourcepath=here.settings["sourcepath"])
    assert way_of(here, str(other)).library == str(other)
    missing = way_of(here, "/nowhere/libngspice.so")
    assert missing.kind == "pipe"
    assert "/nowhere/libngspice.so cannot be loaded" in missing.reason


def test_no_library_is_tried_where_the_setting_says_none(tmp_path: Path) -> None:
    here = Installation(tmp_path / "usr", pipe=True)
    here.library("46")
    assert way_of(here, "none").kind == "pipe"


def test_arguments_cannot_be_given_to_a_library(tmp_path: Path) -> None:
    here = Installation(tmp_path / "usr", pipe=True)
    here.library("46")
    way = way_of(here, args=("-D", "a=1"))
    assert way.kind == "pipe"
    assert way.command == (str(here.program), "-D", "a=1", "-p")
    assert "simulator.args" in way.reason


def test_an_executable_that_does_not_answer_has_no_library(tmp_path: Path) -> None:
    here = Installation(tmp_path / "usr")
    here.library("46")
    here.program.write_text("#!/bin/sh\nexit 139\n")
    way = way_of(here)
    assert way.kind == "none"
    assert "does not report its version" in way.reason


def test_places_are_looked_through_in_order_and_once(tmp_path: Path) -> None:
    here = Installation(tmp_path / "usr")
    first, second = here.library("46"), here.library("46", "lib")
    (here.root / "lib64").mkdir()
    (here.root / "lib64" / "libngspice.so.0").symlink_to(second)
    found = list(candidates(str(here.program), None))
    assert found == [str(first), str(here.root / "lib64" / "libngspice.so.0"), "libngspice.so.0"]


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"HOME": "home"}, "home/.spiceinit"),
        ({"HOME": "home", "SPICE_USERINIT_DIR": "user"}, "user/spice.rc"),
        ({"HOME": "bare"}, None),
        ({"HOME": "bare", "USERPROFILE": "home"}, "home/.spiceinit"),
    ],
)
def test_the_library_reads_the_initialisation_file_of_the_executable(
    tmp_path: Path, variables: dict[str, str], expected: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("home", "user", "bare", "session", "password"):
        (tmp_path / name).mkdir()
    (tmp_path / "home" / ".spiceinit").write_text("set a\n")
    (tmp_path / "user" / "spice.rc").write_text("set b\n")
    (tmp_path / "password" / ".spiceinit").write_text("set c\n")
    monkeypatch.setattr(
        pwd,
        "getpwuid",
        lambda _: type("Entry", (), {"pw_dir": str(tmp_path / "password")})(),
    )
    session = tmp_path / "session"
    place_own_init(session, {name: str(tmp_path / value) for name, value in variables.items()})
    placed = session / ".spiceinit"
    if expected is None:
        assert placed.read_text() == "* none\n"
    else:
        assert os.path.realpath(placed) == str(tmp_path / expected)


def test_a_configured_initialisation_file_stays(tmp_path: Path) -> None:
    (tmp_path / "session").mkdir()
    (tmp_path / "session" / ".spiceinit").write_text("set d\n")
    place_own_init(tmp_path / "session", {"HOME": "/nonexistent"})
    assert (tmp_path / "session" / ".spiceinit").read_text() == "set d\n"
