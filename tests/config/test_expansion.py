"""Variables and ~ in strings of the configuration, and the paths they become."""

from __future__ import annotations

from pathlib import Path

import pytest

from simorc.config.expansion import UnsetVariable, against, expand, is_file, is_folder, within

KNOWN = {"PDK": "/pdk", "EMPTY": ""}


@pytest.mark.parametrize(
    ("text", "expanded"),
    [
        ("${PDK}/lib", "/pdk/lib"),
        ("${PDK}${PDK}", "/pdk/pdk"),
        ("$PDK", "$PDK"),
        ("a $${PDK} costs 5$$", "a ${PDK} costs 5$"),
        ("${NONE:-/usr}", "/usr"),
        ("${EMPTY:-/usr}", "/usr"),
        ("${PDK:-/usr}", "/pdk"),
        ("${EMPTY}x", "x"),
        ("a~b", "a~b"),
    ],
)
def test_variables(text: str, expanded: str) -> None:
    assert expand(text, KNOWN) == expanded


def test_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    assert expand("~/x", {}) == "/home/me/x"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("${PDKK}", r"\$\{PDKK\} is not set \(did you mean 'PDK'\?\)"),
        ("${PYENV_RO}", r"is not set$"),
        ("${}", "is not a variable"),
        ("${a b}", "is not a variable"),
        ("${1}", "is not a variable"),
        ("x ${", "is not a variable"),
    ],
)
def test_what_is_no_variable_is_an_error(text: str, message: str) -> None:
    with pytest.raises(UnsetVariable, match=message):
        expand(text, KNOWN)


def test_paths_count_from_the_directory_of_their_file() -> None:
    assert against("../dut.spice", Path("/p/testbenches")) == Path("/p/dut.spice")
    assert against("/pdk/x.lib", Path("/p")) == Path("/pdk/x.lib")
    assert within(Path("/p/a/b"), Path("/p")) == "a/b"
    assert within(Path("/pdk/x"), Path("/p")) == "/pdk/x"


def test_a_name_too_long_for_the_system_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "f").touch()
    assert is_file(tmp_path / "f") and not is_folder(tmp_path / "f") and is_folder(tmp_path)
    assert not is_file(tmp_path / ("x" * 5000))
    assert not is_folder(tmp_path / ("x" * 5000))
