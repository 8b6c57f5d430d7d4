from __future__ import annotations

import os
from pathlib import Path

from simorc.cpus import cgroup_quota, usable_cpus


def test_never_more_than_affinity_allows() -> None:
    assert 1 <= usable_cpus() <= len(os.sched_getaffinity(0))


def test_the_tightest_enclosing_group_counts(tmp_path: Path) -> None:
    inner = tmp_path / "outer" / "inner"
    inner.mkdir(parents=True)
    (tmp_path / "outer" / "cpu.max").write_text("150000 100000\n")
    (inner / "cpu.max").write_text("max 100000\n")
    membership = tmp_path / "membership"
    membership.write_text("0::/outer/inner\n")
    assert cgroup_quota(tmp_path, membership) == 1.5


def test_version_one(tmp_path: Path) -> None:
    group = tmp_path / "cpu" / "job"
    group.mkdir(parents=True)
    (group / "cpu.cfs_quota_us").write_text("400000\n")
    (group / "cpu.cfs_period_us").write_text("100000\n")
    membership = tmp_path / "membership"
    membership.write_text("4:cpu,cpuacct:/job\n2:memory:/elsewhere\n")
    assert cgroup_quota(tmp_path, membership) == 4.0


def test_no_group_no_limit(tmp_path: Path) -> None:
    assert cgroup_quota(tmp_path, tmp_path / "none") is None
