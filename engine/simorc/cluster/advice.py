"""What to do about a job that will wait forever, by the reason of the batch scheduler."""

from __future__ import annotations

_ADVICE = {
    "JobHeldUser": "the job is held; release it: scontrol release {job}",
    "JobHeldAdmin": "an administrator holds the job; contact them",
    "DependencyNeverSatisfied": "the job depends on a failed job; check execution.cluster.args",
    "BadConstraints": "no node has the requested resources; check execution.cluster (memory, cpus, args)",
    "InvalidQOS": "the quality of service does not exist; check execution.cluster.qos",
    "InvalidAccount": "the account does not exist; check execution.cluster.account",
    "AccountNotAllowed": "the partition does not accept this account; check execution.cluster",
    "QOSNotAllowed": "the partition does not accept this quality of service; check execution.cluster",
    "PartitionDown": "the partition is down; set another execution.cluster.partition",
    "PartitionTimeLimit": "the time limit exceeds that of the partition; check execution.cluster.walltime",
    "PartitionNodeLimit": (
        "the partition has no node with these resources; check execution.cluster (memory, cpus)"
    ),
    "launch failed requeued held": "the job could not be started on its node; contact the administrator",
}


def advice_on(reason: str, job: str) -> str:
    """One line a person can act on."""
    return _ADVICE.get(reason, ("check the settings execution.cluster, or contact the administrator")).format(
        job=job
    )
