"""Creates the workers that simulate the cases of a run, from its settings."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path

from simorc.rundir.run_settings import RunSettings
from simorc.runner.case_source import RunCases
from simorc.runner.measuring import Measuring
from simorc.runner.preparation import Preparation
from simorc.simulators.ngspice.cold import Ngspice
from simorc.simulators.ngspice.cut.decks import CutDecks
from simorc.simulators.ngspice.cut.store import CutStore
from simorc.simulators.ngspice.session_process import ProgramProcess
from simorc.simulators.ngspice.session_way import WarmWay, find_warm_way
from simorc.simulators.ngspice.simulator_identity import simulator_identity
from simorc.simulators.ngspice.slot_session import SessionLife
from simorc.simulators.ngspice.verified_decks import VerifiedDecks
from simorc.simulators.ngspice.whole_cases.loader import Loader, can_fork, start_forked
from simorc.simulators.ngspice.worker import NgspiceWorker
from simorc.simulators.others.registry import adapter_called
from simorc.simulators.others.worker import ProgramWorker


def simulator_of(settings: RunSettings, run: Path | None = None) -> Ngspice:
    """The run's simulator; `run` is set in its processes' environment, so that orphans can be traced."""
    return Ngspice(
        executable=settings.executable,
        args=settings.args,
        spiceinit=settings.spiceinit,
        threads=settings.threads,
        run=run,
        library=settings.library,
    )


def warm_way_of(settings: RunSettings, run: Path) -> WarmWay | None:
    """How the run's warm sessions are driven on this machine; None if warm sessions are off."""
    if settings.simulator != "ngspice" or settings.warm == "off":
        return None
    return find_warm_way(simulator_of(settings, run))


def warm_loss(way: WarmWay | None) -> str:
    """The message for a run whose settings ask for warm sessions that cannot start; empty if they can."""
    if way is None or way.kind != "none":
        return ""
    return f"warm sessions are not available, every case runs cold (slower): {way.reason}; {way.remedy}"


def worker_maker(
    settings: RunSettings,
    *,
    run: Path,
    sessions: Path,
    way: WarmWay | None = None,
    loader: Loader | None = None,
) -> Callable[[int], NgspiceWorker | ProgramWorker]:
    """Create the worker of a slot; its warm session uses a directory of `sessions`, is driven by `way`
    and forked by `loader` where that is given.
    """
    if settings.simulator != "ngspice":
        foreign = program_worker(settings, run)
        return lambda slot: foreign
    simulator = simulator_of(settings, run)
    verified = VerifiedDecks(settings.warm, settings.warm_check)
    life = SessionLife(settings.warm_cases, settings.warm_memory)
    cuts = cut_decks_of(settings, simulator, way)
    start = ProgramProcess if loader is None else partial(start_forked, loader)
    return lambda slot: NgspiceWorker(simulator, verified, sessions / f"warm-{slot}", life, way, cuts, start)


def loader_of(
    way: WarmWay | None, preparation: Preparation, measuring: Measuring, until_end: ExitStack
) -> Loader | None:
    """The loader of a run whose warm sessions are driven by the ngspice library, else None; `until_end`
    closes it. To be called before this process has threads.
    """
    if way is None or way.kind != "library" or not can_fork():
        return None
    try:
        return until_end.enter_context(closing(Loader(RunCases(preparation, measuring))))
    except OSError as error:
        sys.stderr.write(f"cases run one by one, no process can be forked: {error}\n")
        return None


def cut_decks_of(settings: RunSettings, simulator: Ngspice, way: WarmWay | None = None) -> CutDecks:
    """The cut decks of a run; none where the setting keeps decks as they are written."""
    return CutDecks(CutStore() if settings.cut_kit else None, partial(simulator_identity, simulator, way))


def program_worker(settings: RunSettings, run: Path) -> ProgramWorker:
    """The worker of a simulator that is not ngspice; raises UsageError if there is no adapter of its name."""
    adapter = adapter_called(settings.simulator)
    executable = adapter.executable if settings.executable == "ngspice" else settings.executable
    return ProgramWorker(adapter, executable, settings.args, settings.threads, run)
