"""The batch scheduler IBM Spectrum LSF: bsub, bjobs, bkill, bstop, bresume and bmod."""

from __future__ import annotations

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
_FIELDS = "jobid jobindex stat exec_host job_name pend_reason delimiter='|'"
_OVER = frozenset({"DONE", "EXIT", "ZOMBI"})
_WAITING = frozenset({"PEND", "PSUSP", "WAIT"})
_ARRAY = re.compile(r"\[.*\]$")


class Lsf(JobCommands):
    """An LSF cluster."""

    name = "lsf"
    element_variable = "LSB_JOBINDEX"
    cancelling = ("bkill",)
    holding = ("bstop",)
    releasing = ("bresume",)

    def submit(self, submission: Submission) -> str:
        throttle = "" if submission.throttle is None else f"%{submission.throttle}"
        output = submit_job(
            "bsub",
            *("-J", f"{submission.name}[1-{submission.elements}]{throttle}"),
            *("-o", f"{submission.output}/%I.out"),
            # -r: run it again if its host fails. USR2 comes a minute before the end of the time granted.
            *("-r", "-wa", "USR2", "-wt", "1"),
            *_resources(submission.site),
            *submission.site.args,
            str(submission.script),
        )
        found = re.search(r"Job <(\d+)>", output)
        if found is None:
            raise SubmissionRefused(f"bsub printed no job id: {output.strip()!r}")
        return found[1]

    def states(self, names: Sequence[str]) -> Mapping[str, ArrayJob]:
        found: dict[str, ArrayJob] = {}
        for name in names:
            # bjobs prints on stderr that there is no such job, with exit code 0 or 255 by version.
            output = ask("bjobs", "-a", "-noheader", "-o", _FIELDS, "-J", name, accept="is not found")
            found.update(parse_bjobs(output))
        return found

    def throttle(self, job: str, elements: int) -> None:
        change_job("bmod", "-J", f"%{elements}", job)

    def array_limit(self) -> int:
        found = re.search(r"MAX_JOB_ARRAY_SIZE\s*=\s*(\d+)", ask("bparams", "-a"))
        return int(found[1]) if found else DEFAULT_ARRAY_LIMIT

    def width(self, site: Site) -> int | None:
        """LSF reports slots by queue and user, not how many of them this user may have."""
        return None


def _resources(site: Site) -> list[str]:
    asked = {"-q": site.partition, "-P": site.account, "-sla": site.qos}
    options = [part for option, value in asked.items() if value for part in (option, value)]
    if site.memory is not None:
        megabytes = str(-(-site.memory // 1024**2))
        options += ["-M", f"{megabytes}MB", "-R", f"rusage[mem={megabytes}MB]"]
    options += ["-W", str(minutes(site.walltime)), "-n", str(site.cpus), "-R", "span[hosts=1]"]
    return options


def parse_bjobs(output: str) -> dict[str, ArrayJob]:
    """The array jobs in what bjobs printed in our format, by name."""
    jobs: dict[str, str] = {}
    elements: dict[str, dict[int, Element]] = {}
    for line in output.splitlines():
        fields = [field.strip() for field in line.split("|", 5)]
        if len(fields) != 6 or not fields[1].isdigit():
            continue
        job, index, state, node, written, reason = fields
        name = _ARRAY.sub("", written)
        jobs[name] = job
        elements.setdefault(name, {})[int(index)] = _element(state, node, reason)
    return {name: ArrayJob(job, elements[name]) for name, job in jobs.items()}


def _element(state: str, node: str, reason: str) -> Element:
    node = "" if node == "-" else node
    if state in _OVER:
        return Element(Phase.OVER, node, reason)
    if state in _WAITING:
        return Element(Phase.WAITING, node, reason, hopeless=state == "PSUSP")
    return Element(Phase.RUNNING, node, reason)
