"""The number of CPUs that this process may use."""

from __future__ import annotations

import math
import os
from pathlib import Path

_CGROUPS = Path("/sys/fs/cgroup")


def usable_cpus() -> int:
    """CPUs by affinity (taskset, a batch system) and by cgroup quota (a container), at least 1."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    quota = cgroup_quota()
    return max(1, allowed if quota is None else min(allowed, math.ceil(quota)))


def cgroup_quota(root: Path = _CGROUPS, membership: Path = Path("/proc/self/cgroup")) -> float | None:
    """CPUs the tightest enclosing control group (version 1 or 2) grants; None: as many as there are."""
    quotas = [quota for folder in _groups(root, membership) if (quota := _quota_of(folder)) is not None]
    return min(quotas, default=None)


def _groups(root: Path, membership: Path) -> list[Path]:
    """The control groups of this process, from its own up to the root."""
    folders = [root, root / "cpu"]
    for line in _text(membership).splitlines():
        _, controllers, name = [*line.split(":", 2), "", ""][:3]
        if controllers not in ("", "cpu", "cpu,cpuacct"):
            continue
        own = (root if not controllers else root / "cpu") / name.strip("/")
        folders += [own, *(parent for parent in own.parents if parent.is_relative_to(root))]
    return list(dict.fromkeys(folders))


def _quota_of(folder: Path) -> float | None:
    quota, period = [*_text(folder / "cpu.max").split(), "", ""][:2]
    if not quota:
        quota, period = (
            _text(folder / "cpu.cfs_quota_us").strip(),
            _text(folder / "cpu.cfs_period_us").strip(),
        )
    if not quota.isdigit() or not period.isdigit() or int(period) == 0:
        return None
    return int(quota) / int(period)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""
