"""Runs many short commands: ``python -S -E command_batch.py BATCH.json``, started once with limits.

BATCH contains `workers`, `answer` (a path) and `jobs`: each a list of commands {argv, directory, log,
seconds} that run one after another while they succeed. The answer becomes a list of lists of [exit code,
timed out, seconds]. It imports nothing of simorc; its programs are in its process group and end with it.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

End = tuple[int, bool, float]


def main() -> int:
    """Run all jobs, and write how each of their commands ended."""
    batch = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    with ThreadPoolExecutor(batch["workers"]) as workers:
        ends = list(workers.map(run_job, batch["jobs"]))
    Path(batch["answer"]).write_text(json.dumps(ends), encoding="utf-8")
    return 0


def run_job(commands: list[dict[str, Any]]) -> list[End]:
    """Run the commands of a job until one fails."""
    ends: list[End] = []
    for command in commands:
        ends.append(_run(command))
        if ends[-1][0] or ends[-1][1]:
            break
    return ends


def _run(command: dict[str, Any]) -> End:
    began = time.monotonic()
    with Path(command["log"]).open("wb") as log:
        process = subprocess.Popen(
            command["argv"],
            cwd=command["directory"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            process.wait(command["seconds"])
            timed_out = False
        except subprocess.TimeoutExpired:
            timed_out = True
            process.kill()
            process.wait()
    return process.returncode, timed_out, time.monotonic() - began


if __name__ == "__main__":
    sys.exit(main())
