"""The runner: the one process that owns a run while it is under way.

Started as ``python -m simorc.runs.runner RUN_DIR`` with its options as JSON on standard input, in a session
of its own, so that it lives on when the terminal that started it does not. It holds the run's lock, works
from the run directory alone, and ends with exit code 0 when the run is over, 75 when somebody else holds
the run.
"""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import anyio

from simorc.cpus import usable_cpus
from simorc.errors import RunBusy, SimorcError
from simorc.executors.local import LocalExecutor
from simorc.executors.work import Executor
from simorc.runs.admission import admission_of
from simorc.runs.campaign import Campaign
from simorc.runs.control import BUSY_EXIT
from simorc.runs.filesystem import sweep_unfinished
from simorc.runs.guardian import Guardian, sweep_orphans
from simorc.runs.holder import RunnerLock
from simorc.runs.layout import RunLayout
from simorc.runs.manifest import RunSettings, load_manifest, settings_of
from simorc.runs.measuring import Measuring
from simorc.runs.preparation import Preparation
from simorc.runs.pulse import Pulse
from simorc.runs.store import Store
from simorc.runs.trace import Trace
from simorc.simulators.bench import NgspiceBench, SessionLife
from simorc.simulators.ngspice import Ngspice
from simorc.simulators.warm_desk import WarmDesk


def main() -> int:
    """Run the run named on the command line."""
    layout = RunLayout(Path(sys.argv[1]).resolve())
    said = sys.stdin.read()
    options: Mapping[str, Any] = json.loads(said) if said.strip() else {}
    try:
        with RunnerLock(layout) as lock:
            anyio.run(_conduct, layout, lock, options)
    except RunBusy as error:
        sys.stderr.write(f"{error.message}\n")
        return BUSY_EXIT
    except SimorcError as error:
        sys.stderr.write(f"{error.message}\n")
        return error.exit_code
    return 0


async def _conduct(layout: RunLayout, lock: RunnerLock, options: Mapping[str, Any]) -> None:
    manifest = load_manifest(layout)
    settings = settings_of(layout, manifest, options)
    preparation = Preparation(layout, manifest, settings)
    sweep_orphans(layout.path)
    sweep_unfinished(layout.path)
    guardian = Guardian()
    with ExitStack() as open_files:
        store = open_files.enter_context(Store(layout, preparation.plan))
        trace = Trace(layout)
        open_files.callback(trace.close)
        executor = make_executor(layout, settings)
        measuring = Measuring(layout, manifest, preparation.plan)
        admission = admission_of(layout, settings)
        campaign = Campaign(
            layout, preparation, measuring, store, executor, guardian, settings, admission=admission
        )
        pulse = Pulse(layout, lock, store, trace, campaign, settings)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_obey_signals, campaign)
            tasks.start_soon(pulse.beat)
            await campaign.run()
            pulse.stop()
            tasks.cancel_scope.cancel()
        await pulse.close()
    guardian.dismiss()
    lock.leave()


def make_executor(layout: RunLayout, settings: RunSettings) -> Executor:
    """This machine's executor with the run's simulator."""
    simulator = Ngspice(
        executable=settings.executable,
        args=settings.args,
        spiceinit=settings.spiceinit,
        threads=settings.threads,
        run=layout.path,
    )
    desk = WarmDesk(settings.warm, settings.warm_check)
    life = SessionLife(settings.warm_cases, settings.warm_memory)

    def bench(slot: int) -> NgspiceBench:
        return NgspiceBench(simulator, desk, layout.path / ".warm" / str(slot), life)

    return LocalExecutor(bench, settings.jobs or usable_cpus())


async def _obey_signals(campaign: Campaign) -> None:
    """SIGTERM and SIGINT cancel the run cleanly; a hang-up changes nothing."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with anyio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as received:
        async for number in received:
            campaign.cancel(f"by {signal.Signals(number).name}")


if __name__ == "__main__":
    sys.exit(main())
