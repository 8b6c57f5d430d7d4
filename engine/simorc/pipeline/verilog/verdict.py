"""The verdict of a Verilog simulation, from its output, never from the exit code alone.

Icarus' vvp ends with 0 after ``$error``, after a ``$finish`` in the middle and after a testbench that
checks nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePath

from simorc.config.models.pipeline_stages import Simulate
from simorc.pipeline.outcome import Fault
from simorc.pipeline.tools import Ended

_ERROR = re.compile(
    r"^\s*(?:%?error|fatal)\b\s*:|\bassertion\b.*\b(?:failed|violated|error)\b", re.IGNORECASE
)
_TIME_UP = re.compile(r"^\s*(?:simulation |test )?time-?out\b", re.IGNORECASE)
_COMPILE = re.compile(
    r"^(?P<file>[^\s:][^:]*):(?P<line>\d+): (?P<text>.*(?:error|Unknown|Unable|invalid).*)$", re.I
)


@dataclass(frozen=True)
class Verdict:
    """`fault` is None where the simulation passed; `errors` counts the lines that report one."""

    fault: Fault | None
    message: str
    errors: int = 0


@dataclass
class _Heard:
    """What matters of a log, gathered line by line: it may be larger than memory."""

    first_error: str = ""
    errors: int = 0
    time_up: str = ""
    passed: bool = False
    last: str = ""

    def take(self, line: str, words: Simulate) -> None:
        text = line.strip()
        if _ERROR.search(line) or any(marker in line for marker in words.fail_markers if marker):
            self.first_error = self.first_error or text
            self.errors += 1
        elif _TIME_UP.match(line):
            self.time_up = self.time_up or text
        self.passed = self.passed or text.startswith(words.pass_marker)
        self.last = text or self.last

    def last_words(self) -> str:
        return f"last output: {self.last[:200]!r}" if self.last else "no output"


def judge_simulation(log: Iterable[str], ended: Ended, words: Simulate) -> Verdict:
    """What the lines of a simulation's log and its end amount to. Evidence of failure outweighs the
    marker.
    """
    heard = _Heard()
    for line in log:
        heard.take(line, words)
    fault, message = _fault(heard, ended, words)
    return Verdict(fault, message[:400], heard.errors)


def _fault(heard: _Heard, ended: Ended, words: Simulate) -> tuple[Fault | None, str]:
    if ended.timed_out:
        return Fault.TIMEOUT, f"the testbench did not end within {words.timeout:g} s"
    if ended.over_file_limit:
        return Fault.OUTPUT_LIMIT, f"the log or the waveforms grew over {words.output_limit} bytes"
    if heard.errors:
        more = f" (and {heard.errors - 1} more)" if heard.errors > 1 else ""
        return Fault.TEST_FAILED, heard.first_error[:300] + more
    if heard.time_up:
        return Fault.TIMEOUT, heard.time_up
    if ended.code < 0:
        return Fault.CRASHED, f"vvp was {ended.how()}"
    if ended.code:
        return Fault.TEST_FAILED, f"vvp ended with {ended.how()}: {heard.last_words()}"
    if not heard.passed:
        return Fault.NO_VERDICT, f"the simulation ended without {words.pass_marker!r}: {heard.last_words()}"
    return None, ""


def judge_compilation(log: str, ended: Ended, testbench: str) -> tuple[Verdict, str]:
    """The verdict on a compilation, and what it blames: ``testbench`` or ``rtl``."""
    if ended.timed_out:
        return Verdict(Fault.TIMEOUT, "the compiler did not end in time"), "rtl"
    found = [match for line in log.splitlines() if (match := _COMPILE.match(line))]
    if ended.code == 0:
        return Verdict(None, ""), ""
    first = found[0][0] if found else " ".join(log.split())[:300] or ended.how()
    blamed = "testbench" if found and PurePath(found[0]["file"]).name == testbench else "rtl"
    fault = Fault.CRASHED if ended.code < 0 else Fault.COMPILE_ERROR
    return Verdict(fault, first[:300], len(found)), blamed
