"""The scheduler of a cluster that loses nodes, answers, log lines, and the scheduler itself."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path

import anyio
import pytest

from simorc.cluster import cluster_scheduler as scheduler_module
from simorc.cluster.array_files import control_of, open_job_arrays
from simorc.cluster.cluster_scheduler import ClusterScheduler
from simorc.config.execution_record import Site
from simorc.config.project import Project
from simorc.errors import SubmissionImpossible, SubmissionRefused
from simorc.executors.batch_scheduler import Scheduler, Submission, is_final
from simorc.launch.build import build_run
from simorc.rundir.circuit.circuits import settings_of
from simorc.rundir.layout import RunLayout
from simorc.rundir.manifest import load_manifest
from simorc.rundir.store.writer import Store
from simorc.rundir.summary import summarise
from simorc.runner.preparation import Preparation

from .simulated_cluster import SimulatedCluster


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is paused for: the simulated cluster answers in this process, with the work of its nodes."""
    monkeypatch.setattr(scheduler_module, "GATHER_EVERY", 0.001)
    monkeypatch.setattr(scheduler_module, "PAUSE_PER_ROUND", 0)
    monkeypatch.setattr(scheduler_module, "PAUSE_PER_QUERY", 0)
    monkeypatch.setattr(scheduler_module, "GONE_AFTER", 0.0)
    monkeypatch.setattr(scheduler_module, "REFUSED_PAUSE", 0.01)


def big_run(root: Path, cases: int) -> RunLayout:
    sweep = root / "sweeps" / "many.yaml"
    sweep.write_text(f"testbench: rc\nparameters: {{r: {{start: 1k, stop: 9k, num: {cases}}}}}\n")
    return build_run(Project.load(root), "many")


def site(**settings: object) -> Site:
    return Site.of({"poll": 1e-3, "chunk_time": 20, **settings})


async def conduct(
    layout: RunLayout, cluster: Scheduler, where: Site, *, die_when: Callable[[], bool] | None = None
) -> ClusterScheduler:
    """One scheduler's life, to its end or to a sudden death."""
    manifest = load_manifest(layout)
    settings = settings_of(layout, manifest, {"warm": "off"})
    preparation = Preparation(layout, manifest, settings)
    with Store(layout, preparation.plan) as store:
        scheduler = ClusterScheduler(layout, preparation, store, cluster, where, settings)

        async def write_now_and_then() -> None:
            while die_when is None or not die_when():
                store.flush()
                await anyio.sleep(0.005)
            tasks.cancel_scope.cancel()

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(write_now_and_then)
            await scheduler.run()
            tasks.cancel_scope.cancel()
        if die_when is None:
            store.flush()
            scheduler.settle()
    return scheduler


def rows(layout: RunLayout, sql: str) -> list[tuple[object, ...]]:
    db = sqlite3.connect(layout.database)
    try:
        return db.execute(sql).fetchall()
    finally:
        db.close()


def reached(cluster: SimulatedCluster, steps: int) -> bool:
    return cluster.steps >= steps


def test_a_thousand_nodes_with_losses(filter_project: Path) -> None:
    layout = big_run(filter_project, 8_000)
    cluster = SimulatedCluster(1000, 8_000, misfortune=0.02)
    cluster.cases_per_step = 4

    async def many_lives() -> None:
        for steps in (2, 4, 6):
            await conduct(layout, cluster, site(), die_when=partial(reached, cluster, steps))
        await conduct(layout, cluster, site())

    anyio.run(many_lives)
    assert all(cluster.happened[what] for what in ("killed", "torn", "requeued", "zombie")), cluster.happened
    assert rows(layout, "SELECT status, count(*) FROM cases GROUP BY 1") == [("completed", 8_000)]
    counted = rows(layout, "SELECT count(*), count(DISTINCT case_id) FROM attempts WHERE status='completed'")
    assert counted == [(8_000, 8_000)]
    assert rows(layout, "SELECT count(*) FROM cases WHERE m_vend IS NULL AND m_gain != id / 2.0") == [(0,)]
    assert open_job_arrays(layout) == []


def test_100000_cases_are_submitted_in_one_go(filter_project: Path) -> None:
    layout = big_run(filter_project, 100_000)
    cluster = SimulatedCluster(200, 100_000)
    cluster.cases_per_step = 0
    anyio.run(lambda: conduct(layout, cluster, site(chunk_time=300), die_when=partial(reached, cluster, 3)))
    job_arrays = open_job_arrays(layout)
    submitted = sum(len(piece) for job_array in job_arrays for chunk in job_array.chunks() for piece in chunk)
    assert submitted == 100_000
    assert len(cluster.tasks) == len(job_arrays) <= 2, "not a job for each node"


def test_a_silent_scheduler_decides_nothing(filter_project: Path) -> None:
    layout = big_run(filter_project, 100)
    cluster = SimulatedCluster(4, 100, misfortune=1.0)
    cluster.cases_per_step = 0
    cluster._strikes = lambda what: what == "silent"  # type: ignore[method-assign]
    anyio.run(lambda: conduct(layout, cluster, site(), die_when=partial(reached, cluster, 5)))
    assert len(open_job_arrays(layout)) == 1
    reported = rows(layout, "SELECT message FROM events WHERE kind='warning'")
    assert reported == [("the scheduler does not respond: busy",)]


def test_chunks_that_never_come_to_anything_fail_their_cases(filter_project: Path) -> None:
    layout = big_run(filter_project, 12)
    cluster = SimulatedCluster(4, 12)
    cluster.cases_per_step = 0
    cluster._strikes = lambda what: what == "killed"  # type: ignore[method-assign]
    anyio.run(lambda: conduct(layout, cluster, site()))
    assert rows(layout, "SELECT status, kind, count(*) FROM cases GROUP BY 1, 2") == [
        ("failed", "lost_worker", 12)
    ]
    [(message,)] = rows(layout, "SELECT DISTINCT message FROM cases")
    assert message == "submitted 4 times without a result: its job printed nothing"


class Refusing(SimulatedCluster):
    """Takes no more than three elements at once."""

    def submit(self, submission: Submission) -> str:
        if submission.elements > 3:
            raise SubmissionRefused("sbatch: error: QOSMaxSubmitJobPerUserLimit")
        return super().submit(submission)


def test_a_refused_submission_is_tried_with_fewer(filter_project: Path) -> None:
    layout = big_run(filter_project, 100)
    anyio.run(lambda: conduct(layout, Refusing(4, 100), site(chunk=7)))
    assert rows(layout, "SELECT status, count(*) FROM cases GROUP BY 1") == [("completed", 100)]


class NoSuchPartition(SimulatedCluster):
    """Takes nothing, and says that this will not change."""

    def submit(self, submission: Submission) -> str:
        raise SubmissionImpossible("sbatch: error: invalid partition specified: nope")


def test_a_final_refusal_ends_the_run_with_the_scheduler_s_words(filter_project: Path) -> None:
    layout = big_run(filter_project, 12)
    anyio.run(lambda: conduct(layout, NoSuchPartition(4, 12), site()))
    assert rows(layout, "SELECT status, count(*) FROM cases GROUP BY 1") in ([], [("pending", 12)])
    assert dict(rows(layout, "SELECT key, value FROM meta"))["state"] == "cancelled"
    assert summarise(layout).refusal == "sbatch: error: invalid partition specified: nope"


@pytest.mark.parametrize(
    ("words", "final"),
    [
        ("sbatch: error: invalid partition specified: nope", True),
        ("sbatch: error: Batch job submission failed: Requested node configuration is not available", True),
        ("sbatch: error: Memory specification can not be satisfied", True),
        (
            "sbatch: error: Invalid account or account/partition combination",
            True,
        ),
        ("bsub: nope: No such queue. Job not submitted.", True),
        ('qsub: Unable to run job: unknown resource "mem"', True),
        ("sbatch: error: QOSMaxSubmitJobPerUserLimit", False),
        ("sbatch: error: Slurm temporarily unable to accept job, sleeping and retrying", False),
        ("bsub: Pending job threshold reached. Retrying in 60 seconds", False),
    ],
)
def test_which_refusals_are_final(words: str, final: bool) -> None:
    assert is_final(words) is final


def test_cancelled_cases_stay_pending_and_pause_holds(filter_project: Path) -> None:
    layout = big_run(filter_project, 60)
    cluster = SimulatedCluster(2, 60)
    cluster.cases_per_step = 1

    async def steered() -> None:
        manifest = load_manifest(layout)
        settings = settings_of(layout, manifest, {"warm": "off"})
        preparation = Preparation(layout, manifest, settings)
        with Store(layout, preparation.plan) as store:
            scheduler = ClusterScheduler(
                layout, preparation, store, cluster, site(max_jobs=2, chunk=5), settings
            )
            scheduler.pause("on request")
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(scheduler.run)
                await anyio.sleep(0.05)
                assert not open_job_arrays(layout)
                scheduler.cancel_cases([59, 60])
                scheduler.pause("on request")
                scheduler.resume("on request")
            assert not control_of(layout).paused
            assert store.statuses.counts()["completed"] == 58
            assert store.statuses.ids("pending") == [59, 60]
            assert scheduler.retry([59, 60]) == 2

    anyio.run(steered)
