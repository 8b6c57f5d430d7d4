"""Pipes, devices and links in the place of a run's files: no command waits for them or reads through them."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from simorc.rundir.layout import RunLayout

from .conftest import Said

SECRET = "secret of somebody else"
COMMANDS = (
    ("status",),
    ("show", "RUN", "4"),
    ("log", "RUN", "4"),
    ("results", "RUN"),
    ("fsck", "RUN"),
    ("measure", "RUN"),
    ("plot", "RUN", "--case", "4"),
    ("datasheet", "RUN"),
    ("report", "RUN"),
    ("note", "RUN", "text"),
    ("archive", "RUN", "--out", "archived.tar.gz"),
    ("fsck", "RUN", "--repair"),
    ("run", "RUN"),
    ("clean", "RUN", "--yes"),
)
PIPE, DEVICE, LINK = "pipe", "device", "link"


@pytest.fixture(autouse=True)
def never_waits() -> Iterator[None]:
    """A command that waits for the other end of a pipe is interrupted instead of hanging the suite."""

    def interrupt(*_: object) -> None:
        pytest.fail("it waits for a special file")

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.alarm(120)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def put(path: Path, kind: str, secret: Path) -> None:
    """Replace a file of the run by something else."""
    path.unlink(missing_ok=True)
    if kind == PIPE:
        os.mkfifo(path)
    else:
        path.symlink_to("/dev/zero" if kind == DEVICE else secret)


@pytest.mark.parametrize("kind", [PIPE, DEVICE, LINK])
@pytest.mark.parametrize(
    "names",
    [
        ("results/4/netlist.spice", "results/4/simulator.log", "results/4/results.raw"),
        ("results/4/results.raw.gz", "locked.json", "runner.lock"),
        ("metadata.csv", "trace.jsonl"),
        ("manifest.json",),
        ("run.sqlite",),
        ("runner.json", ".status/case_4.json", "requests/1-stop.json"),
        ("remarks.json", "inputs/tb.spice.j2", "runner.log"),
    ],
    ids=lambda names: names[0],
)
def test_no_command_reads_through_a_special_file(
    finished_run: RunLayout,
    simorc: Callable[..., Said],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    names: tuple[str, ...],
) -> None:
    monkeypatch.chdir(finished_run.path.parents[1])
    secret = tmp_path / "secret.txt"
    secret.write_text(f"{SECRET}\n" * 3)
    for name in names:
        (finished_run.path / name).parent.mkdir(exist_ok=True)
        put(finished_run.path / name, kind, secret)
    for command in COMMANDS:
        printed = simorc(*(finished_run.name if word == "RUN" else word for word in command))
        assert printed.code in range(6), (command, printed)
        assert SECRET not in printed.out + printed.err, command
    assert secret.read_text() == f"{SECRET}\n" * 3


def test_fsck_names_a_link_in_the_place_of_a_file(
    finished_run: RunLayout, simorc: Callable[..., Said], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(finished_run.path.parents[1])
    elsewhere = tmp_path / "elsewhere.csv"
    elsewhere.write_text("case_id,status\n")
    finished_run.metadata_csv.symlink_to(elsewhere)
    printed = simorc("fsck", finished_run.name)
    assert printed.code != 0
    assert "metadata.csv" in printed.out
    assert "is a link, a pipe or a device" in printed.out
