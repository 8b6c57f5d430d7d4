"""The benches a run's cases are simulated on, made from its settings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from simorc.runs.manifest import RunSettings
from simorc.simulators.adapters import adapter_called
from simorc.simulators.bench import NgspiceBench, SessionLife
from simorc.simulators.foreign_bench import ForeignBench
from simorc.simulators.ngspice import Ngspice
from simorc.simulators.warm_desk import WarmDesk
from simorc.simulators.warm_way import WarmWay, find_warm_way


def simulator_of(settings: RunSettings, run: Path | None = None) -> Ngspice:
    """The run's simulator; `run` is told to its processes, so that orphans can be traced."""
    return Ngspice(
        executable=settings.executable,
        args=settings.args,
        spiceinit=settings.spiceinit,
        threads=settings.threads,
        run=run,
        library=settings.library,
    )


def warm_way_of(settings: RunSettings, run: Path) -> WarmWay | None:
    """How the run's warm sessions are driven on this machine; None if it wants none."""
    if settings.simulator != "ngspice" or settings.warm == "off":
        return None
    return find_warm_way(simulator_of(settings, run))


def warm_loss(way: WarmWay | None) -> str:
    """What is said of a run that wanted warm sessions and cannot have them; empty where it can."""
    if way is None or way.kind != "none":
        return ""
    return f"no warm sessions, every case runs cold (slower): {way.reason}; {way.remedy}"


def bench_maker(
    settings: RunSettings, *, run: Path, sessions: Path, way: WarmWay | None = None
) -> Callable[[int], NgspiceBench | ForeignBench]:
    """Makes the bench of a slot; its warm session lives in a directory of `sessions`, driven by `way`."""
    if settings.simulator != "ngspice":
        foreign = foreign_bench(settings, run)
        return lambda slot: foreign
    simulator = simulator_of(settings, run)
    desk = WarmDesk(settings.warm, settings.warm_check)
    life = SessionLife(settings.warm_cases, settings.warm_memory)
    return lambda slot: NgspiceBench(simulator, desk, sessions / f"warm-{slot}", life, way)


def foreign_bench(settings: RunSettings, run: Path) -> ForeignBench:
    """The bench of a simulator that is not ngspice; raises UsageError if there is no adapter of its name."""
    adapter = adapter_called(settings.simulator)
    executable = adapter.executable if settings.executable == "ngspice" else settings.executable
    return ForeignBench(adapter, executable, settings.args, settings.threads, run)
