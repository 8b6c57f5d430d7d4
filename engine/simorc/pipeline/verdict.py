"""The verdict on a Verilog simulation: from what was printed, never from the exit code alone.

Icarus' vvp ends with 0 after ``$error``, after a ``$finish`` in the middle and after a testbench that
checks nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePath

from simorc.config.pipeline_models import Simulate
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


def judge_simulation(log: str, ended: Ended, words: Simulate) -> Verdict:
    """What a simulation's log and end amount to. Evidence of failure outweighs the pass marker."""
    lines = log.splitlines()
    errors = [line.strip() for line in lines if _is_error(line, words)]
    if ended.timed_out:
        return Verdict(Fault.TIMEOUT, f"the testbench did not end within {words.timeout:g} s", len(errors))
    if ended.over_file_limit:
        message = f"the log or the waveforms grew over {words.output_limit} bytes"
        return Verdict(Fault.OUTPUT_LIMIT, message, len(errors))
    if errors:
        return Verdict(Fault.TEST_FAILED, _counted(errors), len(errors))
    time_up = next((line.strip() for line in lines if _TIME_UP.match(line)), None)
    if time_up:
        return Verdict(Fault.TIMEOUT, time_up[:300])
    if ended.code < 0:
        return Verdict(Fault.CRASHED, f"vvp was {ended.how()}")
    if ended.code:
        return Verdict(Fault.TEST_FAILED, f"vvp ended with {ended.how()}: {_last(lines)}")
    if not any(line.strip().startswith(words.pass_marker) for line in lines):
        return Verdict(
            Fault.NO_VERDICT, f"the simulation ended without {words.pass_marker!r}: {_last(lines)}"
        )
    return Verdict(None, "")


def _is_error(line: str, words: Simulate) -> bool:
    return bool(_ERROR.search(line)) or any(marker in line for marker in words.fail_markers if marker)


def _counted(errors: list[str]) -> str:
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return errors[0][:300] + more


def _last(lines: list[str]) -> str:
    said = [line.strip() for line in lines if line.strip()]
    return f"it last said {said[-1][:200]!r}" if said else "it said nothing"


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
