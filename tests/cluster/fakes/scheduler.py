"""A batch system for tests that speaks the commands of LSF or Grid Engine, by the name it is called under.

State is one JSON file, ``$FAKE_SCHEDULER/state.json``; every element runs as a process of its own at once.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HOME = Path(os.environ["FAKE_SCHEDULER"])


@contextmanager
def state() -> Iterator[dict[str, Any]]:
    with (HOME / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        path = HOME / "state.json"
        jobs: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
        yield jobs
        path.write_text(json.dumps(jobs))


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in {"Z", "X"}
    except OSError:
        return False


def start(name: str, count: int, output: str, script: str, variables: dict[str, str]) -> str:
    with state() as jobs:
        job = str(100 + len(jobs))
        pids = {}
        for element in range(1, count + 1):
            environment = {**os.environ, **{key: str(element) for key in variables["element"].split()}}
            environment[variables["job"]] = job
            out = output.replace("%I", str(element)).replace("$TASK_ID", str(element))
            with Path(out).open("ab") as stream:
                process = subprocess.Popen(
                    [script], env=environment, stdout=stream, stderr=stream, start_new_session=True
                )
            pids[str(element)] = process.pid
        jobs[job] = {"name": name, "pids": pids, "held": False}
    return job


def kill(job: str) -> bool:
    with state() as jobs:
        if job not in jobs:
            return False
        for pid in jobs[job]["pids"].values():
            if alive(pid):
                os.killpg(pid, signal.SIGTERM)
    return True


def say(text: str) -> None:
    sys.stdout.write(text + "\n")


def option(name: str) -> str:
    return sys.argv[sys.argv.index(name) + 1]


def bsub() -> int:
    found = re.fullmatch(r"(.+)\[1-(\d+)\](?:%\d+)?", option("-J"))
    assert found is not None
    variables = {"element": "LSB_JOBINDEX", "job": "LSB_JOBID"}
    job = start(found[1], int(found[2]), option("-o"), sys.argv[-1], variables)
    say(f"Job <{job}> is submitted to default queue <normal>.")
    return 0


def bjobs() -> int:
    with state() as jobs:
        found = [(job, printed) for job, printed in jobs.items() if printed["name"] == option("-J")]
        for job, printed in found:
            for element, pid in printed["pids"].items():
                status, host = ("RUN", "hostA") if alive(pid) else ("DONE", "-")
                say(f"{job}|{element}|{status}|{host}|{printed['name']}[{element}]|-")
    if not found:
        sys.stderr.write(f"Job <{option('-J')}> is not found\n")
        return 255
    return 0


def bkill() -> int:
    if kill(sys.argv[-1]):
        return 0
    sys.stderr.write(f"Job <{sys.argv[-1]}>: No matching job found\n")
    return 255


def bparams() -> int:
    say("MAX_JOB_ARRAY_SIZE = 500")
    return 0


def qsub() -> int:
    count = int(option("-t").removeprefix("1-"))
    variables = {"element": "SGE_TASK_ID", "job": "JOB_ID"}
    job = start(option("-N"), count, option("-o"), sys.argv[-1], variables)
    say(f"{job}.1-{count}:1")
    return 0


def qstat() -> int:
    lines = ["<?xml version='1.0'?>", "<job_info><queue_info>"]
    with state() as jobs:
        for job, printed in jobs.items():
            for element, pid in printed["pids"].items():
                if alive(pid):
                    lines.append(
                        f'<job_list state="running"><JB_job_number>{job}</JB_job_number>'
                        f"<JB_name>{printed['name']}</JB_name><state>r</state>"
                        f"<queue_name>all.q@hostA</queue_name><tasks>{element}</tasks></job_list>"
                    )
    say("\n".join([*lines, "</queue_info><job_info></job_info></job_info>"]))
    return 0


def qdel() -> int:
    if kill(sys.argv[-1]):
        return 0
    sys.stderr.write(f'denied: job "{sys.argv[-1]}" does not exist\n')
    return 1


def qconf() -> int:
    say("max_u_jobs                   0\nmax_aj_tasks                 75000")
    return 0


if __name__ == "__main__":
    sys.exit(globals()[Path(sys.argv[0]).name]())
