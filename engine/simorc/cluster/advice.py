"""What to do about a job that will wait for ever, by the scheduler's reason."""

from __future__ import annotations

_ADVICE = {
    "JobHeldUser": "it is held; release it with: scontrol release {job}",
    "JobHeldAdmin": "an administrator holds it; ask them",
    "DependencyNeverSatisfied": "it waits for a job that failed; see execution.cluster.args",
    "BadConstraints": "no node is like that; see execution.cluster (memory, cpus, args)",
    "InvalidQOS": "no such quality of service here; see execution.cluster.qos",
    "InvalidAccount": "no such account here; see execution.cluster.account",
    "AccountNotAllowed": "the partition does not take this account; see execution.cluster",
    "QOSNotAllowed": "the partition does not take this quality of service; see execution.cluster",
    "PartitionDown": "the partition is down; name another in execution.cluster.partition",
    "PartitionTimeLimit": "the partition does not grant so much time; see execution.cluster.walltime",
    "PartitionNodeLimit": "the partition has no such nodes; see execution.cluster (memory, cpus)",
    "launch failed requeued held": "it could not be started on its node; ask the administrator",
}


def advice_on(reason: str, job: str) -> str:
    """One line a person can act on."""
    return _ADVICE.get(reason, "see the settings execution.cluster, or ask the administrator").format(job=job)
