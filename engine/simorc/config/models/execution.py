"""The sections of settings: ``simulator``, ``netlister``, ``execution``.

Each may stand in sim_setup.yaml and an environment; simulator and execution in a testbench and a sweep, too.
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
    """Which simulator, and how it is started."""

    name: Name = defaults.SIMULATOR
    """The simulator's adapter."""
    executable: Text = defaults.EXECUTABLE
    """The program: a name found in PATH, or a path."""
    args: Texts = ()
    """More arguments for its command line."""
    spiceinit: Text | None = None
    """A .spiceinit for every case; process kits need theirs. A path."""
    library: Text | None = None
    """The ngspice library for warm sessions, a path or `none`; default: the executable's own."""
    min_version: Annotated[Text, AfterValidator(_version)] | None = None
    """The oldest version that will do; an older simulator is refused (exit code 5)."""


class NetlisterSettings(Section):
    """Which program turns schematics into netlists."""

    name: Name = "xschem"
    """The netlister's adapter."""
    executable: Text = "xschem"
    """The program: a name found in PATH, or a path."""
    rcfile: Text | None = None
    """The xschemrc to read. A path."""
    command: Texts | None = None
    """A whole command line instead, with {schematic}, {output}, {directory}. No shell reads it."""
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
    """How long one job may take, in seconds."""
    memory: Bytes | None = None
    """Memory of one job, in bytes."""
    cpus: Annotated[Whole, Field(ge=1)] = defaults.JOB_CPUS
    """CPUs of one job: that many cases run in it at once."""
    chunk: Annotated[Whole, Field(ge=1)] | None = None
    """Cases per job; default: as many as fill `chunk_time`."""
    chunk_time: Seconds = defaults.CHUNK_TIME
    """How long one job should take, in seconds."""
    max_jobs: Annotated[Whole, Field(ge=1)] | None = None
    """Jobs in the queue at once; default: what the scheduler allows."""
    args: Texts = ()
    """More arguments for the submit command."""
    setup: Texts = ()
    """Lines run on the node before simorc, such as `module load ngspice`."""
    scratch: Text | None = None
    """A directory on the node to simulate in; $TMPDIR is the node's. Default: the run directory."""
    bring_home: Literal["all", "measurements"] = defaults.BRING_HOME
    """What is kept of a case: everything, or its measurements and, if it failed, everything."""
    python: Text | None = None
    """The Python with simorc on the nodes; default: this very one, by its path."""
    poll: Seconds = defaults.POLL
    """How often the scheduler is asked about its jobs, in seconds."""


def _warm(value: Any) -> Any:
    return {True: "auto", False: "off"}[value] if isinstance(value, bool) else value


class ExecutionSettings(Section):
    """Where and how cases are executed, and how far they may go."""

    executor: Name = defaults.EXECUTOR
    """local, slurm, lsf, sge, or the name of an installed executor."""
    jobs: Annotated[Whole, Field(ge=1, le=100_000)] | None = None
    """Cases at once; default: the CPUs this process may use."""
    max_load: Annotated[Quantity, Field(ge=1)] | None = None
    """Running processes of the whole machine above which fewer cases run at once; default: not heeded."""
    shared_jobs: Annotated[Whole, Field(ge=1, le=100_000)] | None = None
    """Cases at once in all runs of this project and user together; default: on each machine as many as its
    CPUs, or as `jobs`.
    """
    priority: Annotated[Whole, Field(ge=1, le=100)] = defaults.PRIORITY
    """Weight of a run among those that share: one of 2 gets twice as many cases at once as one of 1."""
    threads: Annotated[Whole, Field(ge=1, le=1024)] = defaults.THREADS
    """Threads of one simulator."""
    timeout: Seconds | None = None
    """How long one case may take, in seconds; default: no limit."""
    timeout_grace: Seconds | None = None
    """How much longer than `timeout` a case may take while it progresses, in seconds; default: not at all."""
    sweep_timeout: Seconds | None = None
    """How long the whole sweep may take, in seconds; default: no limit."""
    stuck: Seconds | None = None
    """How long a case may stand without progress, in seconds; default: no limit."""
    retries: Annotated[Whole, Field(ge=0, le=100)] = defaults.RETRIES
    """How often a case is tried again after a failure that may pass (a lost worker, no memory)."""
    retry: Retry = Retry()
    """Retries by kind of failure, and the pauses before them."""
    nice: Annotated[Whole, Field(ge=0, le=19)] = defaults.NICE
    """Added to the simulator's niceness."""
    warm: Annotated[Literal["auto", "off", "verify"], BeforeValidator(_warm)] = defaults.WARM
    """Simulator sessions kept between cases: while they give the same bytes, never, or always checked."""
    warm_check: Annotated[Whole, Field(ge=0)] = defaults.WARM_CHECK
    """How many warm cases may pass before one is run cold too and compared; 0: only what proves a deck."""
    warm_cases: Annotated[Whole, Field(ge=1)] = defaults.WARM_CASES
    """After how many cases a warm session is replaced."""
    warm_memory: Bytes = defaults.WARM_MEMORY
    """Memory in bytes at which a warm session is replaced."""
    cut_kit: bool = True
    """Whether files are read without what a deck cannot reach, once a case was the same both ways."""
    memory_limit: Bytes | None = None
    """Memory one case may take, in bytes; default: no limit."""
    raw_limit: Bytes | None = None
    """Size of one case's waveforms, in bytes; default: no limit."""
    log_limit: Bytes = defaults.LOG_LIMIT
    """Size of one case's log, in bytes."""
    disk_floor: Bytes = defaults.DISK_FLOOR
    """Free bytes on the disk below which a run pauses."""
    keep: Annotated[Whole, Field(ge=1)] | None = None
    """How many finished runs of a sweep stay; default: all."""
    compress: bool = False
    """Whether waveforms are compressed (results.raw.gz) once a case is measured; they read as before."""
    convergence: Convergence = Convergence()
    """What is tried when a case does not converge."""
    cluster: Cluster = Cluster()
    """Where and how jobs of a cluster executor are submitted."""


class Environment(Section):
    """Overrides chosen by ``--env`` or ``SIMORC_ENV``: another machine, another kit."""

    description: Text = ""
    """What it is for."""
    simulator: SimulatorSettings | None = None
    """Settings of the simulator that differ."""
    netlister: NetlisterSettings | None = None
    """Settings of the netlister that differ."""
    execution: ExecutionSettings | None = None
    """Settings of the execution that differ."""
    parameters: dict[Name, Scalar] = Field(default_factory=dict)
    """Defaults of testbench parameters that differ."""
