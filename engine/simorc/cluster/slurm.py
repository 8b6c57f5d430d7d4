"""The batch scheduler Slurm: sbatch, squeue, scancel and scontrol. No accounting database is needed."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence

from simorc.config.execution_record import Site
from simorc.errors import SubmissionRefused
from simorc.executors.batch_scheduler import (
    ArrayJob,
    Element,
    JobCommands,
    Phase,
    Submission,
    ask,
    change_job,
    minutes,
    submit_job,
)

DEFAULT_ARRAY_LIMIT = 1000
_FORMAT = "%j|%F|%K|%T|%N|%r"
_OVER = frozenset(
    {"BOOT_FAIL", "CANCELLED", "COMPLETED", "DEADLINE", "FAILED", "NODE_FAIL", "OUT_OF_MEMORY"}
    | {"PREEMPTED", "REVOKED", "TIMEOUT"}
)
_WAITING = frozenset({"PENDING", "REQUEUED", "REQUEUE_FED", "REQUEUE_HOLD", "SPECIAL_EXIT", "RESV_DEL_HOLD"})
_HOPELESS = frozenset(
    {"JobHeldUser", "JobHeldAdmin", "DependencyNeverSatisfied", "BadConstraints", "InvalidQOS"}
    | {"InvalidAccount", "PartitionDown", "PartitionTimeLimit", "PartitionNodeLimit", "AccountNotAllowed"}
    | {
        "QOSNotAllowed",
        "launch failed requeued held",
        "job requeued in held state",
        "AssocMaxWallDurationPerJobLimit",
    }
    | {"QOSMaxWallDurationPerJobLimit", "QOSMaxCpuPerJobLimit", "QOSMaxMemoryPerJob", "ReqNodeNotAvail"}
)


class Slurm(JobCommands):
    """A Slurm cluster."""

    name = "slurm"
    element_variable = "SLURM_ARRAY_TASK_ID"
    cancelling = ("scancel",)
    holding = ("scontrol", "hold")
    releasing = ("scontrol", "release")

    def submit(self, submission: Submission) -> str:
        array = f"1-{submission.elements}"
        if submission.throttle is not None:
            array += f"%{submission.throttle}"
        # B: the signal goes to the batch process itself, which simorc's chunk runner is.
        output = submit_job(
            "sbatch",
            "--parsable",
            f"--job-name={submission.name}",
            f"--array={array}",
            f"--output={submission.output}/%a.out",
            *("--open-mode=append", "--requeue", "--no-kill", "--signal=B:USR1@60"),
            *_resources(submission.site),
            *submission.site.args,
            str(submission.script),
        )
        lines = output.split()
        if not lines or not re.match(r"\d+", lines[-1]):
            raise SubmissionRefused(f"sbatch printed no job id: {output.strip()!r}")
        return lines[-1].partition(";")[0]

    def states(self, names: Sequence[str]) -> Mapping[str, ArrayJob]:
        user = str(os.getuid())
        output = ask(
            "squeue", "-h", "-r", "-t", "all", "-u", user, f"--name={','.join(names)}", "-o", _FORMAT
        )
        return parse_squeue(output)

    def throttle(self, job: str, elements: int) -> None:
        change_job("scontrol", "update", f"JobId={job}", f"ArrayTaskThrottle={elements}")

    def array_limit(self) -> int:
        found = re.search(r"^MaxArraySize\s*=\s*(\d+)", ask("scontrol", "show", "config"), re.MULTILINE)
        return max(1, int(found[1]) - 1) if found else DEFAULT_ARRAY_LIMIT

    def width(self, site: Site) -> int | None:
        where = ["-p", site.partition] if site.partition else []
        numbers = ask("sinfo", "-h", "-o", "%C", *where).split()
        total = sum(int(line.split("/")[3]) for line in numbers if re.fullmatch(r"\d+/\d+/\d+/\d+", line))
        return max(1, total // site.cpus) if total else None


def _resources(site: Site) -> list[str]:
    asked = {"partition": site.partition, "account": site.account, "qos": site.qos}
    options = [f"--{name}={value}" for name, value in asked.items() if value]
    if site.memory is not None:
        options.append(f"--mem={-(-site.memory // 1024**2)}M")
    return [*options, f"--time={minutes(site.walltime)}", f"--cpus-per-task={site.cpus}", "--ntasks=1"]


def parse_squeue(output: str) -> dict[str, ArrayJob]:
    """The array jobs in what ``squeue -r`` printed in our format, by name."""
    found: dict[str, dict[int, Element]] = {}
    jobs: dict[str, str] = {}
    for line in output.splitlines():
        fields = line.split("|", 5)
        if len(fields) != 6:
            continue
        name, job, index, state, node, reason = fields
        jobs[name] = job
        if index.isdigit():
            found.setdefault(name, {})[int(index)] = _element(state, node, reason)
    return {name: ArrayJob(job, found.get(name, {})) for name, job in jobs.items()}


def _element(state: str, node: str, reason: str) -> Element:
    if state in _OVER:
        return Element(Phase.OVER, node, reason)
    if state in _WAITING:
        return Element(Phase.WAITING, node, reason, reason in _HOPELESS)
    # Anything else, a state of a newer Slurm too, counts as alive: nothing is resubmitted on a guess.
    return Element(Phase.RUNNING, node, reason)
