"""The trace stays whole lines, whatever becomes of the disk or the runner."""

from __future__ import annotations

import errno
import json
import math
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


ODD = 'at 100 % of "x"\\ %s µ\n'


@pytest.mark.parametrize("text", [None, "", ODD])
@pytest.mark.parametrize("number", [0.1, -0.0, 1e300, 1764337021.123456, math.inf, math.nan, 3])
def test_a_line_has_every_value_of_its_row(tmp_path: Path, text: str | None, number: float) -> None:
    layout = RunLayout(tmp_path)
    warnings = json.dumps([{"kind": "k", "message": text, "count": 2}])
    verdict = ("failed", text, text, text, 1, text, text)
    metrics = {"gain": number, ODD: 2.5}
    trace = Trace(layout)
    trace.append([(1, 7, 2, *verdict, number, 0.5, text, warnings, 2**62, text)], {(7, 2): metrics}, {1: 3})
    trace.close()
    files = {"deck": "netlist.spice", "raw": "results.raw", "log": "simulator.log"}
    expected = {
        "stage": "simulate",
        "seq": 1,
        "case_id": 7,
        "attempt": 2,
        **dict(
            zip(("status", "kind", "message", "action", "warm", "cold_why", "rung"), verdict, strict=True)
        ),
        "started": number,
        "seconds": 0.5,
        "place": text,
        "warnings": json.loads(warnings),
        "fingerprint": 2**62,
        "deck_run": text,
        "circuit": 3,
        "metrics": metrics,
        "artefacts": {name: f"results/7/{file}" for name, file in files.items()},
    }
    assert layout.trace.read_text(encoding="utf-8") == json.dumps(expected, ensure_ascii=False) + "\n"
