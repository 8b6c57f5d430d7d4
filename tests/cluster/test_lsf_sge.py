"""Recorded answers of the schedulers' tools, and whole runs on a scheduler that speaks like LSF and SGE."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from simorc.cluster.lsf import Lsf, parse_bjobs
from simorc.cluster.sge import GridEngine, parse_qstat
from simorc.cluster.slurm import Slurm, parse_squeue
from simorc.config.execution_record import Site
from simorc.errors import SchedulerSilent, SubmissionRefused, ToolMissing
from simorc.executors.batch_scheduler import Phase, Scheduler, Submission
from tests.waiting import until

from .filter_project import Simorc

BJOBS = """\
1234|1|DONE|hostA|simorc-pvt-w0001-ab12cd[1]|-
1234|2|RUN|4*hostB|simorc-pvt-w0001-ab12cd[2]|-
1234|3|PEND|-|simorc-pvt-w0001-ab12cd[3]|New job is waiting for scheduling;
1234|4|PSUSP|-|simorc-pvt-w0001-ab12cd[4]|The job was suspended by the user while pending;
1234|5|UNKWN|hostC|simorc-pvt-w0001-ab12cd[5]|-
"""
QSTAT = """\
<?xml version='1.0'?>
<job_info xmlns:xsd="http://www.w3.org/2001/XMLSchema">
  <queue_info>
    <job_list state="running">
      <JB_job_number>77</JB_job_number><JAT_prio>0.55500</JAT_prio>
      <JB_name>simorc-pvt-w0001-ab12cd</JB_name><JB_owner>eda</JB_owner><state>r</state>
      <JAT_start_time>2026-01-02T03:04:05</JAT_start_time>
      <queue_name>all.q@node07</queue_name><slots>1</slots><tasks>2</tasks>
    </job_list>
  </queue_info>
  <job_info>
    <job_list state="pending">
      <JB_job_number>77</JB_job_number><JAT_prio>0.00000</JAT_prio>
      <JB_name>simorc-pvt-w0001-ab12cd</JB_name><JB_owner>eda</JB_owner><state>qw</state>
      <queue_name></queue_name><slots>1</slots><tasks>4-8:2,11</tasks>
    </job_list>
    <job_list state="pending">
      <JB_job_number>77</JB_job_number>
      <JB_name>simorc-pvt-w0001-ab12cd</JB_name><state>Eqw</state><queue_name></queue_name><tasks>3</tasks>
    </job_list>
  </job_info>
</job_info>
"""
SQUEUE = """\
simorc-pvt-w0001-ab12cd|501|1|COMPLETED|n1|None
simorc-pvt-w0001-ab12cd|501|2|RUNNING|n2|None
simorc-pvt-w0001-ab12cd|501|3|PENDING||Resources
simorc-pvt-w0001-ab12cd|501|4|PENDING||PartitionTimeLimit
simorc-pvt-w0001-ab12cd|501|5|NODE_FAIL|n3|NodeDown
simorc-pvt-w0001-ab12cd|501|6|SOME_NEW_STATE|n3|None
"""
NAME = "simorc-pvt-w0001-ab12cd"


def test_recorded_bjobs() -> None:
    job = parse_bjobs(BJOBS)[NAME]
    assert job.job == "1234"
    phases = {number: element.phase for number, element in job.elements.items()}
    assert phases == {
        1: Phase.OVER,
        2: Phase.RUNNING,
        3: Phase.WAITING,
        4: Phase.WAITING,
        5: Phase.RUNNING,
    }
    assert [number for number, element in job.elements.items() if element.hopeless] == [4]


def test_recorded_qstat() -> None:
    job = parse_qstat(QSTAT)[NAME]
    assert job.job == "77" and sorted(job.elements) == [2, 3, 4, 6, 8, 11]
    assert job.elements[2].node == "node07" and job.elements[2].phase is Phase.RUNNING
    assert job.elements[3].hopeless and job.elements[11].phase is Phase.WAITING
    with pytest.raises(SchedulerSilent):
        parse_qstat("error: commlib error: got select error")


def test_recorded_squeue() -> None:
    job = parse_squeue(SQUEUE)[NAME]
    alive = [number for number, element in job.elements.items() if element.alive]
    assert job.job == "501" and alive == [2, 3, 4, 6]
    assert [number for number, element in job.elements.items() if element.hopeless] == [4]


@pytest.fixture
def fake_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The commands of LSF and Grid Engine on PATH, played by one script."""
    commands = tmp_path / "commands"
    commands.mkdir()
    script = Path(__file__).parent / "fakes" / "scheduler.py"
    for name in ("bsub", "bjobs", "bkill", "bparams", "qsub", "qstat", "qdel", "qconf"):
        file = commands / name
        file.write_text(f"#!{sys.executable}\n" + script.read_text())
        file.chmod(0o755)
    monkeypatch.setenv("PATH", f"{commands}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("FAKE_SCHEDULER", str(tmp_path))
    return commands


@pytest.mark.parametrize("scheduler", [Lsf(), GridEngine()])
def test_submit_look_cancel(scheduler: Scheduler, fake_commands: Path, tmp_path: Path) -> None:
    script = tmp_path / "script.sh"
    script.write_text("#!/bin/sh\nsleep 60\n")
    script.chmod(0o755)
    job = scheduler.submit(Submission("simorc-a", script, 3, tmp_path, Site(), throttle=2))
    states = scheduler.states(["simorc-a", "simorc-b"])
    assert list(states) == ["simorc-a"] and states["simorc-a"].job == job
    assert all(states["simorc-a"].elements[number].alive for number in (1, 2, 3))
    scheduler.cancel(job)
    scheduler.cancel("999")
    until(
        lambda: (
            not any(
                element.alive
                for found in scheduler.states(["simorc-a"]).values()
                for element in found.elements.values()
            )
        )
    )
    assert scheduler.array_limit() in {500, 75_000}


@pytest.mark.ngspice
@pytest.mark.parametrize("name", ["lsf", "sge"])
def test_a_whole_run(name: str, fake_commands: Path, simorc_here: Simorc) -> None:
    environment = {
        **simorc_here.environment,
        "PATH": os.environ["PATH"],
        "FAKE_SCHEDULER": os.environ["FAKE_SCHEDULER"],
    }
    simorc = Simorc(simorc_here.root, environment)
    simorc("run", "few", "--executor", name)
    rows = simorc.results("last")
    assert {row["status"] for row in rows.values()} == {"completed"} and len(rows) == 6


@pytest.mark.parametrize(
    ("scheduler", "command"), [(Slurm(), "sbatch"), (Lsf(), "bsub"), (GridEngine(), "qsub")]
)
def test_refusal_silence_and_absence(
    scheduler: Scheduler, command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    submission = Submission("simorc-a", tmp_path / "script.sh", 3, tmp_path, Site())
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ToolMissing, match=command):
        scheduler.submit(submission)
    tool = tmp_path / command
    tool.write_text("#!/bin/sh\necho 'Invalid account' >&2\nexit 1\n")
    tool.chmod(0o755)
    with pytest.raises(SubmissionRefused, match="Invalid account"):
        scheduler.submit(submission)
    tool.write_text("#!/bin/sh\necho 'Socket timed out on send/recv operation' >&2\nexit 1\n")
    with pytest.raises(SchedulerSilent):
        scheduler.submit(submission)
