"""Simulates wrong designs with the testbench in force, and notes which of them it notices."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from simorc.config.models.pipeline_stages import Simulate
from simorc.pipeline.batches import BatchCommand, made, run_batch
from simorc.pipeline.tools import Ended, find_tool, log_lines, read_log
from simorc.pipeline.verilog.modules import blanked
from simorc.pipeline.verilog.verdict import judge_compilation, judge_simulation
from simorc.pipeline.workplace import Workplace

SLACK = 5.0
"""Seconds that a wrong design may simulate longer than five times the right one."""
SIM = "sim.vvp"


@dataclass(frozen=True)
class Noticed:
    """What became of one wrong design: ``noticed``, ``unnoticed``, or ``invalid`` if it does not compile."""

    state: str
    message: str = ""


class Stand:
    """A directory with all sources, in which the design's file is replaced by wrong ones."""

    def __init__(self, place: Workplace, directory: Path, names: Sequence[str]) -> None:
        self._place = place
        self.directory = directory
        self._names = list(names)
        self.design = directory / names[0]

    def judge(
        self, name: str, designs: Mapping[str, bytes], *, seconds: float, each: float
    ) -> dict[str, Noticed]:
        """Compile and simulate every design; `seconds` limits all of them, `each` one simulation."""
        if not designs:
            return {}
        jobs = [self._job(label, text, each) for label, text in designs.items()]
        ends = run_batch(self._place, name, jobs, seconds=seconds)
        found = {
            label: self._verdict(self.directory / label, job)
            for label, job in zip(designs, ends, strict=True)
        }
        for label in designs:
            shutil.rmtree(self.directory / label, ignore_errors=True)
        return found

    def _job(self, label: str, text: bytes, seconds: float) -> list[BatchCommand]:
        words = self._place.definition.simulation
        directory = made(self.directory / label)
        for path in self.directory.iterdir():
            if path.is_file() and path != self.design:
                os.link(path, directory / path.name)
        (directory / self.design.name).write_bytes(text)
        compiler = [find_tool("iverilog"), f"-g{words.standard}", "-o", SIM, *self._names]
        plusargs = [f"+{word}" for word in (*words.plusargs, "simorc_errors=1")]
        runner = [find_tool("vvp"), "-n", SIM, *plusargs]
        where = str(directory)
        return [
            BatchCommand(compiler, where, str(directory / "compile.log"), words.timeout),
            BatchCommand(runner, where, str(directory / "simulation.log"), seconds),
        ]

    def _verdict(self, directory: Path, ends: Sequence[Ended]) -> Noticed:
        return verdict(directory, ends, self._place.definition.simulation)


def verdict(directory: Path, ends: Sequence[Ended], words: Simulate) -> Noticed:
    """What the logs of a wrong design and the ends of its two programs amount to."""
    if len(ends) == 1:
        log = read_log(directory / "compile.log")
        judged, _ = judge_compilation(log, ends[0], "")
        return Noticed("invalid", judged.message or ends[0].how())
    judged = judge_simulation(log_lines(directory / "simulation.log"), ends[1], words)
    if judged.fault is None:
        return Noticed("unnoticed")
    return Noticed("noticed", judged.message)


@dataclass(frozen=True)
class Stub:
    """A design with an output that is stuck at 0, 1 or x (unknown)."""

    output: str
    level: str

    @property
    def label(self) -> str:
        return f"stub_{self.output}_{self.level}"

    def __str__(self) -> str:
        return f"{self.output} stuck at {self.level}"


def stubs_of(outputs: Sequence[str]) -> list[Stub]:
    """Each output stuck at 0, at 1 and at x, which a comparison with == or != does not notice."""
    return [Stub(output, level) for output in outputs for level in "01x"]


def stub_text(source: str, module: str, stub: Stub) -> bytes:
    """The source of the design with the stub's output forced."""
    return before_end(source, module, f"  initial force {stub.output} = '{stub.level};\n").encode()


def before_end(source: str, module: str, text: str) -> str:
    """The source with `text` before the ``endmodule`` of a module."""
    code = blanked(source)
    start = re.search(rf"(?<![\w$])module\s+(?:automatic\s+)?{re.escape(module)}\b", code)
    end = re.search(r"(?<![\w$])endmodule\b", code[start.end() :]) if start else None
    if start is None or end is None:
        return source
    place = start.end() + end.start()
    return source[:place] + "\n" + text + source[place:]
