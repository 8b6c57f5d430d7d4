from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest

from simorc.cli import errors as failures
from simorc.cli.command_table import CommandGroup
from simorc.errors import ConfigError, Problem, SimorcError, ToolMissing, UsageError

Simorc = Callable[..., Any]


def raising(error: BaseException) -> click.Command:
    @click.command("status")
    def command() -> None:
        raise error

    return command


@pytest.fixture
def fail_with(monkeypatch: pytest.MonkeyPatch, simorc: Simorc) -> Callable[[BaseException], Any]:
    """Run a command that ends with that error."""

    def run(error: BaseException) -> Any:
        monkeypatch.setattr(CommandGroup, "get_command", lambda self, ctx, name: raising(error))
        return simorc("status")

    return run


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (SimorcError("it broke", remedy="mend it"), 1),
        (UsageError("it broke", remedy="mend it"), 2),
        (ToolMissing("it broke", remedy="mend it"), 5),
    ],
)
def test_message_then_remedy(
    fail_with: Callable[[BaseException], Any], error: SimorcError, code: int
) -> None:
    printed = fail_with(error)
    assert (printed.code, printed.out) == (code, "")
    assert printed.err == "simorc: it broke\n        mend it\n"


def test_a_message_of_several_lines_keeps_them(fail_with: Callable[[BaseException], Any]) -> None:
    printed = fail_with(UsageError("first\nsec\x1bond", remedy="do this\nthen that")).err
    assert printed == "simorc: first\n        sec^[ond\n        do this\n        then that\n"


def test_every_problem_of_a_configuration_on_its_line(fail_with: Callable[[BaseException], Any]) -> None:
    problems = [
        Problem(Path("sweeps/b.yaml"), 4, 9, "parameters.vdaa", "not a parameter"),
        Problem(Path("a.yaml"), 0, 0, "", "no such file\x1b[2J"),
    ]
    printed = fail_with(ConfigError(problems))
    assert printed.code == 2
    assert printed.err.splitlines() == [
        "a.yaml: no such file^[[2J",
        "sweeps/b.yaml:4:9: parameters.vdaa: not a parameter",
        "2 problems found; nothing was started",
    ]


def test_a_bug_leaves_a_report(
    fail_with: Callable[[BaseException], Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    printed = fail_with(ZeroDivisionError("oops"))
    assert printed.code == failures.ExitCode.BUG == 70
    assert "internal error: ZeroDivisionError: oops" in printed.err
    assert "Traceback" not in printed.err
    (report,) = tmp_path.iterdir()
    assert str(report) in printed.err
    assert "Traceback" in report.read_text()


def test_a_bug_with_debugging_on(
    fail_with: Callable[[BaseException], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIMORC_DEBUG", "1")
    printed = fail_with(ZeroDivisionError("oops"))
    assert printed.code == 70
    assert "Traceback" in printed.err


def test_what_the_system_refuses_is_no_bug(fail_with: Callable[[BaseException], Any]) -> None:
    printed = fail_with(PermissionError(13, "Permission denied", "/there/run.sqlite"))
    assert printed.code == 1
    assert printed.err == "simorc: /there/run.sqlite: Permission denied\n"


@pytest.mark.parametrize("error", [KeyboardInterrupt(), click.Abort()])
def test_interrupted(fail_with: Callable[[BaseException], Any], error: BaseException) -> None:
    assert fail_with(error).code == 4


def test_unknown_command_names_the_near_one(simorc: Simorc) -> None:
    printed = simorc("statsu")
    assert printed.code == 2
    assert "did you mean 'status'?" in printed.err


def test_bare_simorc_without_a_terminal_prints_help(simorc: Simorc) -> None:
    printed = simorc()
    assert printed.code == 0
    assert "Usage: simorc" in printed.out
    assert "status" in printed.out
