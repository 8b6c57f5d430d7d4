"""What the commands of a control block lead to."""

from __future__ import annotations

import pytest

from simorc.netlist.deck.control_flow import (
    branches,
    ends_in_run,
    is_optional,
    is_sure_to_write,
    until_quit,
    writes_raw,
    written_names,
)
from simorc.netlist.deck.parts import Command, commands_of


def commands(*lines: str) -> tuple[Command, ...]:
    return tuple(commands_of("\n".join(lines), 1))


def test_only_a_quit_outside_of_blocks_is_sure() -> None:
    before, quit_command = until_quit(commands("run", "quit", "print all"))
    assert [each.word for each in before] == ["run"]
    assert quit_command is not None
    assert quit_command.word == "quit"
    everything = commands("if 1 > 2", "quit", "end", "run")
    assert until_quit(everything) == (everything, None)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["run", "print all"], False),
        (["foreach x 1 2", "run", "end"], True),
        (["run", "linearize v(a)"], True),
        (["setplot new"], True),
        (["setplot tran1"], False),
        (["tran 1n $stop"], True),
    ],
)
def test_branches(lines: list[str], expected: bool) -> None:
    assert branches(commands(*lines)) is expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["run"], True),
        (["run", "print v(a)", "let x = 1", "set filetype=binary"], True),
        (["run", "alter r1 = 2"], False),
        (["run", "set temp=27"], False),
        (["run", "op"], False),
        (["if 1", "run", "end"], False),
        (["repeat 2", "run", "end"], True),
        (["run out.raw"], False),
        (["print all"], False),
    ],
)
def test_a_run_that_another_would_repeat(lines: list[str], expected: bool) -> None:
    assert ends_in_run(commands(*lines), into_a_file=False) is expected


def test_a_run_into_a_file_counts_if_asked() -> None:
    assert ends_in_run(commands("run out.raw"), into_a_file=True)


def test_optional_commands() -> None:
    inside = commands("if 1", "repeat 2", "op", "end", "end", "run")
    assert [is_optional(inside, place) for place in range(6)] == [False, True, True, True, True, False]


def test_raw_files_as_written() -> None:
    lines = commands("write", "write 'a b.raw' v(a)", "write $name", "run x.raw", "run", "wrdata y v(a)")
    assert list(written_names(lines)) == ["rawspice.raw", "a", "x.raw"]
    assert writes_raw(lines)
    assert not writes_raw(commands("run", "wrdata y v(a)"))


@pytest.mark.parametrize(
    ("lines", "sure"),
    [
        (["op", "write a.raw"], True),
        (["foreach x 1 2", "op", "end", "write a.raw"], True),
        (["run a.raw"], True),
        (["op", "if v(a) > 1", "write a.raw", "end"], False),
        (["op", "if v(a) > 1", "write a.raw", "else", "write b.raw", "end"], False),
        (["op", "foreach x $list", "write a_$x.raw", "end"], False),
        (["while 0", "repeat 2", "write a.raw", "end", "end"], False),
        (["dowhile k < 3", "run a.raw", "end"], False),
        (["op", "print all"], False),
    ],
)
def test_a_write_outside_of_every_block_is_sure(lines: list[str], sure: bool) -> None:
    assert is_sure_to_write(commands(*lines)) is sure


def test_double_quotes_belong_to_the_name_of_a_raw_file() -> None:
    assert list(written_names(commands("write 'a.raw' v(b)", 'write "b.raw"'))) == ["a.raw", '"b.raw"']
