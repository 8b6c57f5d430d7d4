"""The trace stays whole lines, whatever becomes of the disk or the runner."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import pytest

from simorc.rundir.attempts.attempt_log import Trace
from simorc.rundir.layout import RunLayout


def row(seq: int) -> tuple[object, ...]:
    return (seq, seq, 1, "completed", None, "", "done", 0, None, None, 0.0, 0.1, "here", None, None, None)


def reported(layout: RunLayout) -> list[int]:
    return [json.loads(line)["seq"] for line in layout.trace.read_text().splitlines()]


def test_a_full_disk_leaves_no_torn_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    layout = RunLayout(tmp_path)
    trace = Trace(layout)
    trace.append([row(1)], {})
    room = [40]

    def short_write(file: int, text: bytes) -> int:
        if not room:
            raise OSError(errno.ENOSPC, "no space left")
        return write(file, text[: room.pop()])

    write = os.write
    monkeypatch.setattr(os, "write", short_write)
    with pytest.raises(OSError, match="no space"):
        trace.append([row(2), row(3)], {})
    monkeypatch.undo()
    assert reported(layout) == [1] and trace.last_seq == 1
    trace.append([row(2), row(3)], {})
    trace.close()
    assert reported(layout) == [1, 2, 3]


def test_a_torn_end_is_cut_off_by_the_next_runner(tmp_path: Path) -> None:
    layout = RunLayout(tmp_path)
    trace = Trace(layout)
    trace.append([row(1), row(2)], {(2, 1): {"gain": 40.0}})
    trace.close()
    whole = layout.trace.read_bytes()
    layout.trace.write_bytes(whole[:-10])
    trace = Trace(layout)
    assert trace.last_seq == 1
    trace.append([row(2)], {})
    trace.close()
    assert reported(layout) == [1, 2]
