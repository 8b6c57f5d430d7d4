"""The batch scheduler Grid Engine (Sun, Univa, Altair): qsub, qstat, qdel, qhold, qrls, qalter and qconf."""

from __future__ import annotations

import getpass
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator, Mapping, Sequence

from simorc.config.execution_record import Site
from simorc.errors import SchedulerSilent, SubmissionRefused
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

DEFAULT_ARRAY_LIMIT = 75_000
PARALLEL_ENVIRONMENT = "smp"


class GridEngine(JobCommands):
    """A Grid Engine cell."""

    name = "sge"
    element_variable = "SGE_TASK_ID"
    cancelling = ("qdel",)
    holding = ("qhold",)
    releasing = ("qrls",)

    def submit(self, submission: Submission) -> str:
        throttle = [] if submission.throttle is None else ["-tc", str(submission.throttle)]
        output = submit_job(
            "qsub",
            *("-terse", "-N", submission.name, "-t", f"1-{submission.elements}", *throttle),
            *("-o", f"{submission.output}/$TASK_ID.out", "-j", "y", "-S", "/bin/sh"),
            # -r: run it again if its host fails. -notify: SIGUSR2 before a kill.
            *("-r", "y", "-notify", "-V"),
            *_resources(submission.site),
            *submission.site.args,
            str(submission.script),
        )
        found = re.match(r"(\d+)", output.strip())
        if found is None:
            raise SubmissionRefused(f"qsub printed no job id: {output.strip()!r}")
        return found[1]

    def states(self, names: Sequence[str]) -> Mapping[str, ArrayJob]:
        output = ask("qstat", "-xml", "-g", "d", "-u", getpass.getuser())
        return {name: job for name, job in parse_qstat(output).items() if name in names}

    def throttle(self, job: str, elements: int) -> None:
        change_job("qalter", "-tc", str(elements), job)

    def array_limit(self) -> int:
        found = re.search(r"^max_aj_tasks\s+(\d+)", ask("qconf", "-sconf"), re.MULTILINE)
        return int(found[1]) if found and int(found[1]) else DEFAULT_ARRAY_LIMIT

    def width(self, site: Site) -> int | None:
        """How many slots a user may have is a matter of quotas that Grid Engine does not add up."""
        return None


def _resources(site: Site) -> list[str]:
    asked = {"-q": site.partition, "-P": site.account}
    options = [part for option, value in asked.items() if value for part in (option, value)]
    limits = [f"h_rt={minutes(site.walltime) * 60}"]
    if site.memory is not None:
        # Grid Engine counts memory per slot.
        limits.append(f"h_vmem={-(-site.memory // site.cpus // 1024**2)}M")
    if site.cpus > 1:
        options += ["-pe", PARALLEL_ENVIRONMENT, str(site.cpus)]
    return [*options, "-l", ",".join(limits)]


def parse_qstat(output: str) -> dict[str, ArrayJob]:
    """The array jobs in the output of ``qstat -xml -g d``, by name. Ended tasks are not listed."""
    try:
        root = ElementTree.fromstring(output)
    except ElementTree.ParseError as error:
        raise SchedulerSilent(f"qstat: the output is not XML: {error}") from error
    jobs: dict[str, str] = {}
    elements: dict[str, dict[int, Element]] = {}
    for entry in root.iter("job_list"):
        name = entry.findtext("JB_name", "")
        jobs[name] = entry.findtext("JB_job_number", "")
        element = _element(entry.findtext("state", ""), entry.findtext("queue_name") or "")
        for task in _tasks(entry.findtext("tasks", "1")):
            elements.setdefault(name, {})[task] = element
    return {name: ArrayJob(job, elements[name]) for name, job in jobs.items()}


def _tasks(text: str) -> Iterator[int]:
    """``3``, ``4-100:2`` and lists of these."""
    for part in text.split(","):
        found = re.fullmatch(r"(\d+)(?:-(\d+)(?::(\d+))?)?", part.strip())
        if found:
            first = int(found[1])
            yield from range(first, int(found[2] or first) + 1, int(found[3] or 1))


def _element(state: str, queue: str) -> Element:
    node = queue.partition("@")[2]
    if "E" in state:
        return Element(Phase.WAITING, node, "in error state", hopeless=True)
    if "h" in state:
        return Element(Phase.WAITING, node, "held", hopeless=True)
    if "q" in state or "w" in state:
        return Element(Phase.WAITING, node, state)
    return Element(Phase.RUNNING, node, state)
