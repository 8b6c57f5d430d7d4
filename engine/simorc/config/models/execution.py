"""The sections of settings: ``simulator``, ``netlister``, ``execution``.

Each may be in sim_setup.yaml and an environment; simulator and execution in a testbench and a sweep, too.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from simorc.config.models import defaults
from simorc.config.models.convergence import Convergence, Retry
from simorc.config.models.fields import Bytes, Name, Quantity, Scalar, Seconds, Section, Text, Texts, Whole


def _version(text: str) -> str:
    if not re.fullmatch(r"\d+(\.\d+)*", text):
        raise ValueError(f"invalid version {text!r}: write 44 or 44.2")
    return text


class SimulatorSettings(Section):
    """The simulator and its options."""

    name: Name = defaults.SIMULATOR
    """The simulator: ngspice, or an adapter for another simulator."""
    executable: Text = defaults.EXECUTABLE
    """The program: a name found in PATH, or a path."""
    args: Texts = ()
    """Additional arguments of its command line."""
    spiceinit: Text | None = None
    """A .spiceinit for every case; process kits have one. A path."""
    library: Text | None = None
    """The ngspice library for warm sessions, a path or `none`; default: the library of the executable."""
    min_version: Annotated[Text, AfterValidator(_version)] | None = None
    """The oldest accepted version; an older simulator is refused (exit code 5)."""


class NetlisterSettings(Section):
    """The program that generates netlists from schematics."""

    name: Name = "xschem"
    """The netlister."""
    executable: Text = "xschem"
    """The program: a name found in PATH, or a path."""
    rcfile: Text | None = None
    """The xschemrc file. A path."""
    command: Texts | None = None
    """A command line to use instead, with {schematic}, {output}, {directory}. It runs without a shell."""
    library_paths: Texts = ()
    """Directories with symbols. Paths."""


class Cluster(Section):
    """Where and how jobs of a cluster executor are submitted."""

    partition: Text | None = None
    """Partition (Slurm) or queue (LSF, SGE)."""
    account: Text | None = None
    """Account or project to charge."""
    qos: Text | None = None
    """Quality of service."""
    walltime: Seconds = defaults.WALLTIME
    """Time limit of one job, in seconds."""
    memory: Bytes | None = None
    """Memory of one job, in bytes."""
    cpus: Annotated[Whole, Field(ge=1)] = defaults.JOB_CPUS
    """CPUs of one job: the number of cases that run in it at once."""
    chunk: Annotated[Whole, Field(ge=1)] | None = None
    """Cases per job; default: as many as take `chunk_time`."""
    chunk_time: Seconds = defaults.CHUNK_TIME
    """Target duration of one job, in seconds."""
    max_jobs: Annotated[Whole, Field(ge=1)] | None = None
    """Jobs in the queue at once; default: the limit of the scheduler."""
    args: Texts = ()
    """Additional arguments of the submit command."""
    setup: Texts = ()
    """Lines run on the node before simorc, such as `module load ngspice`."""
    scratch: Text | None = None
    """Working directory on the node, such as $TMPDIR; default: the run directory."""
    bring_home: Literal["all", "measurements"] = defaults.BRING_HOME
    """Which files of a case are copied to the run: all, or only those of failed cases (measurements)."""
    python: Text | None = None
    """Path of the Python with simorc on the nodes; default: the path of this Python."""
    poll: Seconds = defaults.POLL
    """Interval between queries to the scheduler, in seconds."""


def _warm(value: Any) -> Any:
    return {True: "auto", False: "off"}[value] if isinstance(value, bool) else value


class ExecutionSettings(Section):
    """Where and how cases run, and their limits."""

    executor: Name = defaults.EXECUTOR
    """local, slurm, lsf, sge, or the name of an installed executor."""
    jobs: Annotated[Whole, Field(ge=1, le=100_000)] | None = None
    """Cases that run at once; default: the CPUs that this process may use."""
    max_load: Annotated[Quantity, Field(ge=1)] | None = None
    """If more processes than this run on the machine, fewer cases run at once; default: no limit."""
    shared_jobs: Annotated[Whole, Field(ge=1, le=100_000)] | None = None
    """Cases at once in all runs of this project and user; default: the CPUs of each machine, or `jobs`."""
    priority: Annotated[Whole, Field(ge=1, le=100)] = defaults.PRIORITY
    """Weight of a run among runs that share a machine: priority 2 gets twice as many cases at once as
    priority 1.
    """
    threads: Annotated[Whole, Field(ge=1, le=1024)] = defaults.THREADS
    """Threads of one simulator."""
    timeout: Seconds | None = None
    """Time limit of one case, in seconds; default: no limit."""
    timeout_grace: Seconds | None = None
    """Additional time for a case that still makes progress at its `timeout`, in seconds; default: none."""
    sweep_timeout: Seconds | None = None
    """Time limit of the whole run, in seconds; default: no limit."""
    stuck: Seconds | None = None
    """How long a case may run without progress, in seconds; default: no limit."""
    retries: Annotated[Whole, Field(ge=0, le=100)] = defaults.RETRIES
    """How often a case is tried again after a failure that may be temporary (a lost worker, no memory)."""
    retry: Retry = Retry()
    """Retries by kind of failure, and the delays before them."""
    nice: Annotated[Whole, Field(ge=0, le=19)] = defaults.NICE
    """Added to the niceness of the simulator."""
    warm: Annotated[Literal["auto", "off", "verify"], BeforeValidator(_warm)] = defaults.WARM
    """Warm sessions between cases: auto (verified by samples), off, or verify (every case is compared)."""
    warm_check: Annotated[Whole, Field(ge=0)] = defaults.WARM_CHECK
    """After how many warm cases one is also run cold and compared; 0: only the first verification of a deck.
    """
    warm_cases: Annotated[Whole, Field(ge=1)] = defaults.WARM_CASES
    """Number of cases after which a warm session is replaced."""
    warm_memory: Bytes = defaults.WARM_MEMORY
    """Memory in bytes at which a warm session is replaced."""
    cut_kit: bool = True
    """Whether files are read without what a deck cannot reach, once a case was the same both ways."""
    memory_limit: Bytes | None = None
    """Memory limit of one case, in bytes; default: no limit."""
    raw_limit: Bytes | None = None
    """Size limit of the waveforms of one case, in bytes; default: no limit."""
    log_limit: Bytes = defaults.LOG_LIMIT
    """Size limit of the log of one case, in bytes."""
    disk_floor: Bytes = defaults.DISK_FLOOR
    """A run pauses if the free disk space is less than this, in bytes."""
    durable: bool = True
    """Whether a case counts as completed only when its files and its result are on the disk, so that they
    survive a power loss.
    """
    keep: Annotated[Whole, Field(ge=1)] | None = None
    """How many finished runs of a sweep are kept; default: all."""
    compress: bool = False
    """Whether waveforms are compressed (results.raw.gz) after a case is measured; all commands read them as
    before.
    """
    convergence: Convergence = Convergence()
    """Fallback steps for cases that do not converge."""
    cluster: Cluster = Cluster()
    """Where and how jobs of a cluster executor are submitted."""


class Environment(Section):
    """Overrides selected by ``--env`` or ``SIMORC_ENV``: another machine, another kit."""

    description: Text = ""
    """Description of the environment."""
    simulator: SimulatorSettings | None = None
    """Settings of the simulator."""
    netlister: NetlisterSettings | None = None
    """Settings of the netlister."""
    execution: ExecutionSettings | None = None
    """Settings of the execution."""
    parameters: dict[Name, Scalar] = Field(default_factory=dict)
    """Defaults of testbench parameters."""
