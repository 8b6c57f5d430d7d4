"""What a run on a cluster costs: handing in, and coordinating, per case.

    python benchmarks/cluster.py [CASES]

The cluster is the simulated one of the tests: its nodes take no time, so what is measured is the coordinator
with its store. The CPU time of the simulated nodes, which write the logs, is measured alone and taken off.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import anyio

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "executors"))

from simulated_cluster import SimulatedCluster  # type: ignore[import-not-found]

from simorc.cluster.array_files import open_job_arrays
from simorc.cluster.cluster_scheduler import ClusterScheduler
from simorc.config.project import Project
from simorc.executors.batch_scheduler import Site
from simorc.launch.build import build_run
from simorc.rundir.circuit.circuits import settings_of
from simorc.rundir.layout import RunLayout
from simorc.rundir.manifest import load_manifest
from simorc.rundir.store.writer import Store
from simorc.runner.preparation import Preparation

CONFIG = "template: rc.spice.j2\nparameters: {r: 1k}\n"
TEMPLATE = "* rc\nv1 in 0 1\nr1 in out {{ parameters.r }}\nr2 out 0 1k\n.op\n.end\n"


class TimedCluster(SimulatedCluster):  # type: ignore[misc]
    """Knows what its own work cost."""

    spent = 0.0

    def states(self, names: object) -> object:
        began = time.thread_time()
        try:
            return super().states(names)
        finally:
            self.spent += time.thread_time() - began


def made_run(root: Path, cases: int) -> RunLayout:
    (root / "testbenches" / "rc").mkdir(parents=True)
    (root / "sweeps").mkdir()
    (root / "sim_setup.yaml").write_text("testbenches: {rc: testbenches/rc}\nsweeps: {s: sweeps/s.yaml}\n")
    (root / "testbenches/rc/config.yaml").write_text(CONFIG)
    (root / "testbenches/rc/rc.spice.j2").write_text(TEMPLATE)
    (root / "sweeps/s.yaml").write_text(
        f"testbench: rc\nparameters: {{r: {{start: 1k, stop: 9k, num: {cases}}}}}\n"
    )
    return build_run(Project.load(root), "s")


async def conduct(layout: RunLayout, cluster: SimulatedCluster) -> tuple[float, float, float]:
    """Seconds until all is handed in, CPU seconds, wall-clock seconds."""
    manifest = load_manifest(layout)
    settings = settings_of(layout, manifest, {"warm": "off"})
    preparation = Preparation(layout, manifest, settings)
    with Store(layout, preparation.plan) as store:
        began, cpu = time.monotonic(), time.process_time()
        coordinator = ClusterScheduler(layout, preparation, store, cluster, Site(poll=0.2), settings)
        handed_in = 0.0

        async def write_now_and_then() -> None:
            nonlocal handed_in
            while True:
                store.flush()
                store.fill(2000)
                if not handed_in and open_job_arrays(layout):
                    handed_in = time.monotonic() - began
                await anyio.sleep(0.1)

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(write_now_and_then)
            await coordinator.run()
            tasks.cancel_scope.cancel()
        store.flush()
        assert store.statuses.counts()["completed"] == len(preparation.plan)
        return handed_in, time.process_time() - cpu, time.monotonic() - began


def main() -> None:
    cases = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as directory:
        layout = made_run(Path(directory), cases)
        cluster = TimedCluster(100, cases)
        cluster.cases_per_step = 200
        handed_in, cpu, wall = anyio.run(conduct, layout, cluster)
    own = cpu - cluster.spent
    print(f"{cases} cases: handed in after {handed_in:.2f} s, over after {wall:.1f} s")
    print(
        f"coordinator: {own / cases * 1e3:.3f} ms of CPU per case (nodes: {cluster.spent:.1f} s, taken off)"
    )


if __name__ == "__main__":
    main()
