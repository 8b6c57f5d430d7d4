"""A pipeline run as lines of text, during the run and afterwards."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Iterator, Mapping
from types import FrameType
from typing import Any

import click

from simorc.config.names import stage_word
from simorc.pipeline.control import stop_pipeline
from simorc.pipeline.rundir.attempt_log import read_trace
from simorc.pipeline.rundir.layout import PipelineLayout
from simorc.regular_files import read_regular
from simorc.rundir.lock import runner_alive
from simorc.text import message_line, plain

LOOK_EVERY = 0.1
LINE_HEADER = ("seq", "stage", "attempt", "status", "kind", "seconds", "decision", "message")
_GO_ON = ("done", "")


def line_cells(line: Mapping[str, Any]) -> tuple[str, ...]:
    """One attempt as cells under `LINE_HEADER`."""
    action = line["decision"]["action"]
    return (
        str(line["seq"]),
        plain(stage_word(line["stage"])),
        str(line["attempt"]),
        line["status"],
        line["kind"] or "",
        f"{line['seconds']:.2f}",
        "" if action in _GO_ON else plain(line["decision"]["reason"] if action != "abort" else "abort"),
        message_line(line["message"]),
    )


def result_lines(result: Mapping[str, Any], layout: PipelineLayout) -> Iterator[str]:
    """The outcome and where its files are."""
    yield ""
    yield plain(f"{result['state']} {result['kind'] or ''} {result['message']}").rstrip()
    yield from verification_lines(result.get("verification"))
    names = ("rtl_file", "testbench_file", "simulation_log_file", "vcd_file")
    for name in names:
        if result[name]:
            label = name.removesuffix("_file").replace("_", " ")
            yield f"  {label}: {plain(str(layout.path / result[name]))}"


def verification_lines(verification: Mapping[str, Any] | None) -> Iterator[str]:
    """Whether the RTL is verified, by what, and what is missing."""
    if verification is None:  # written by an older simorc
        return
    yield plain(f"{verification['state']}{_by(verification)}")
    for reason in verification["reasons"]:
        yield plain(f"  {reason}")
    for survivor in verification["mutants"]["survivors"][:10]:
        yield plain(f"  not noticed: line {survivor['line']}: {survivor['change']}")


def _by(verification: Mapping[str, Any]) -> str:
    """``: model, 300 cycles, 1200 checks, 40 of 41 mutants noticed``."""
    words = [verification["oracle"]] if verification["oracle"] else []
    words += [f"{verification[key]} {key}" for key in ("cycles", "checks") if verification[key] is not None]
    mutants = verification["mutants"]
    if mutants["made"]:
        words.append(f"{mutants['killed']} of {mutants['made'] - mutants['equivalent']} mutants noticed")
    return f": {', '.join(words)}" if words else ""


def follow(layout: PipelineLayout, seen: int, as_json: bool) -> None:
    """Print each stage as it ends, until the runner is done. The first Ctrl-C requests it to stop; the second
    one stops following it.
    """
    asked = 0

    def interrupted(_signal: int, _frame: FrameType | None) -> None:
        nonlocal asked
        asked += 1
        stop_pipeline(layout)

    before = signal.signal(signal.SIGINT, interrupted)
    try:
        while asked < 2:
            alive = runner_alive(layout)
            lines = read_trace(layout.trace)
            for line in lines[seen:]:
                click.echo(json.dumps(line) if as_json else _spoken(line))
            seen = len(lines)
            if not alive:
                break
            time.sleep(LOOK_EVERY)
    finally:
        signal.signal(signal.SIGINT, before)
    if layout.result.is_file():
        result = json.loads(read_regular(layout.result))
        click.echo(json.dumps(result) if as_json else "\n".join([*result_lines(result, layout)][1:]))


def _spoken(line: Mapping[str, Any]) -> str:
    kind = f" {line['kind']}" if line["kind"] else ""
    text = f"{stage_word(line['stage']):<10} {line['status']}{kind} ({line['seconds']:.2f} s)"
    if line["message"]:
        text += f": {line['message']}"
    if line["decision"]["action"] not in _GO_ON:
        text += f" -> {line['decision']['action']}"
    return plain(text)
